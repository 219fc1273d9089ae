use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    for resource in context.facts.resources.iter().filter(|resource| resource.item.text.is_known()) {
        let (Some("secretsmanager"), Some(rest)) = (resource.field(2), resource.field(5)) else { continue };
        let Some(name) = rest.strip_prefix("secret:") else { continue };
        let ends = name.ends_with(['*', '?', '}', '>']);
        let suffix = name
            .rsplit_once('-')
            .is_some_and(|(_, end)| end.len() == 6 && end.bytes().all(|b| b.is_ascii_alphanumeric()));
        if !ends && !suffix && !name.is_empty() {
            sink.report(
                resource.item.span,
                format!("ARNs of secrets end in a hyphen and six letters, which `{name}` has not"),
            )
            .label("matches nothing")
            .help(format!("write `secret:{name}-??????`"));
        }
    }
}
