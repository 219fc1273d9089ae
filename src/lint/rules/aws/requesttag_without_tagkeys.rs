use crate::lint::{Check, DocumentContext, Sink};

pub(super) const CHECK: Check = Check::AwsDocument(check);

fn check(context: &DocumentContext<'_>, sink: &mut Sink<'_>) {
    if !context.grants_to_identity() {
        return;
    }
    for facts in context.statements.iter().filter(|facts| facts.allow && !facts.statement.conditions_unknown) {
        let Some(set) = facts.conditions.iter().find(|c| c.pins() && c.key.starts_with("aws:requesttag/")) else {
            continue;
        };
        if facts.conditions_on("aws:tagkeys").next().is_some() {
            continue;
        }
        // another tag by which the same policy gives access
        let trusted =
            context.statements.iter().filter(|other| other.allow).flat_map(|other| &other.conditions).find(|c| {
                let tag = c.key.rsplit_once(":resourcetag/").map(|(_, tag)| tag);
                c.pins()
                    && tag.is_some_and(|tag| {
                        !facts.conditions.iter().any(|own| own.key.strip_prefix("aws:requesttag/") == Some(tag))
                    })
            });
        let Some(trusted) = trusted else { continue };
        let (own, other) = (set.condition.key.display(), trusted.condition.key.display());
        sink.report(
            set.condition.key_span,
            format!("`{own}` limits one tag, and the caller may set the one that `{other}` trusts beside it"),
        )
        .label("other tags are free")
        .related(trusted.condition.key_span, "gives access")
        .help("list the tags that may be set: `ForAllValues:StringEquals` on `aws:TagKeys`");
    }
}
