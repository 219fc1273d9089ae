use super::condition_common::texts;
use crate::aws::document::PolicyKind;
use crate::lint::{Check, Quantifier, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    if context.kind() != PolicyKind::Trust || !facts.allow {
        return;
    }
    for condition in facts.conditions_on("sts:externalid").filter(|c| !c.negated && c.operator != "null") {
        let operator = condition.condition.operator.display();
        if condition.if_exists || condition.quantifier == Quantifier::ForAll {
            sink.report(
                condition.condition.operator_span,
                format!("`{operator}` also holds for those who give no external id"),
            )
            .help("write `StringEquals`");
            continue;
        }
        let like = condition.operator == "stringlike";
        for (value, span) in texts(condition) {
            let fault = if like && value.contains(['*', '?']) {
                "is a pattern: an external id that may be guessed protects from nobody"
            } else if value.len() < 2 || value.len() > 1224 {
                "is no external id: it has 2 to 1,224 characters"
            } else if !value.bytes().all(|b| b.is_ascii_alphanumeric() || b"_+=,.@:/-".contains(&b)) {
                "is no external id: it has characters that no request may give"
            } else {
                continue;
            };
            sink.report(span, format!("`{value}` {fault}")).help("agree on one long random value for each customer");
        }
    }
}
