use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    if !facts.deny {
        return;
    }
    if let Some(principal) = facts.statement.principal.as_ref().filter(|p| p.negated) {
        let star = principal.entries.iter().any(|entry| entry.item.text.known() == Some("*"));
        if principal.star || star {
            sink.report(principal.span, "this denies nobody: the exception is everybody").label("everybody");
        }
    }
    for condition in facts.conditions_on("aws:principalarn") {
        if !matches!(condition.operator.as_str(), "arnnotlike" | "arnnotequals" | "stringnotlike") {
            continue;
        }
        for (value, node) in condition.values() {
            if matches!(value, "*" | "arn:*" | "arn:aws:*" | "arn:aws:iam::*" | "arn:*:iam::*:*") {
                sink.report(node.span, "this denies nobody who has signed in: the exception is everybody")
                    .label("everybody");
            }
        }
    }
}
