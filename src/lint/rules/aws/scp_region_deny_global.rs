use super::condition_common::{all_known, texts};
use crate::aws::document::PolicyKind;
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    let listed = facts.statement.action.as_ref().is_some_and(|list| list.negated && !list.unknown);
    if context.kind() != PolicyKind::Scp || !facts.deny || !listed {
        return;
    }
    for condition in facts.conditions_on("aws:requestedregion").filter(|c| c.negated && all_known(c)) {
        let global = |v: &str| v == "us-east-1" || v.contains('*') || v.starts_with("us-gov") || v.starts_with("cn-");
        if texts(condition).iter().any(|(value, _)| global(value)) {
            continue;
        }
        let denied = |prefix: &str| facts.applies_to(&format!("{prefix}:*")).is_some() && !touches(facts, prefix);
        let missing: Vec<&str> = ["iam", "organizations"].into_iter().filter(|prefix| denied(prefix)).collect();
        if !missing.is_empty() {
            let missing = missing.join("` and `");
            sink.report(
                condition.condition.key_span,
                format!("this also denies all of `{missing}`, which answers in `us-east-1` alone"),
            )
            .help("add it to `NotAction`");
        }
    }
}

/// Whether any exception is about a service.
fn touches(facts: &crate::lint::StatementFacts<'_>, prefix: &str) -> bool {
    facts.actions.iter().any(|action| action.service() == prefix || !action.item.text.is_known())
}
