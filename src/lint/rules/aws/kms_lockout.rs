use crate::aws::document::PolicyKind;
use crate::lint::{Check, DocumentContext, Sink, StatementFacts};

pub(super) const CHECK: Check = Check::AwsDocument(check);

fn check(context: &DocumentContext<'_>, sink: &mut Sink<'_>) {
    // a bare file of statements about keys may be a part of a policy
    let policy = context.policy;
    let key = context.kind == PolicyKind::Resource && policy.service.as_deref() == Some("kms") && !policy.kind_guessed;
    if !key || !actions_seen(context) || context.statements.is_empty() {
        return;
    }
    if !context.statements.iter().any(|facts| facts.allow && facts.applies_to("kms:putkeypolicy").is_some()) {
        sink.report(context.document.span, "nobody may change this key policy, not even the account's administrators")
            .label("no `kms:PutKeyPolicy`")
            .help("allow `kms:*` to the account's `root`");
    }
}

/// Whether all statements and their actions are seen; to whom they are does not matter.
fn actions_seen(context: &DocumentContext<'_>) -> bool {
    let hidden = |facts: &StatementFacts<'_>| {
        let statement = facts.statement;
        statement.unknown || statement.effect_unknown || statement.action.as_ref().is_some_and(|list| list.unknown)
    };
    !context.document.statements_unknown && !context.document.unknown && !context.statements.iter().any(hidden)
}
