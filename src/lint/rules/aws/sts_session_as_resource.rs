use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    if !facts.actions.iter().any(|action| action.service() == "iam" || action.lower.starts_with("sts:assumerole")) {
        return;
    }
    for resource in facts.resources.iter().filter(|resource| resource.text.contains(":assumed-role/")) {
        sink.report(resource.item.span, format!("`{}` is a session, which is no resource", resource.text))
            .help("name the role: `arn:aws:iam::ACCOUNT:role/NAME`");
    }
}
