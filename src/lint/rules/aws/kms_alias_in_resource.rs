use crate::lint::{ActionFact, Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    let alias_action =
        |action: &ActionFact<'_>| action.wildcard || action.lower.contains("alias") || action.service() != "kms";
    if !facts.allow || facts.not_action || facts.not_resource || facts.actions.iter().any(alias_action) {
        return;
    }
    let alias = |text: &str| text.contains(":kms:") && text.contains(":alias/");
    if facts.resources.iter().all(|resource| alias(resource.text)) {
        for resource in &facts.resources {
            sink.report(resource.item.span, "these actions are about keys, and an alias is none: nothing is granted")
                .help("name the key's ARN, or use `*` with the condition key `kms:ResourceAliases`");
        }
    }
}
