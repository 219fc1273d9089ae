use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    for condition in facts.conditions_on("aws:multifactorauthage") {
        let (wrong, says, help) = if facts.allow {
            (condition.operator.starts_with("numericgreater"), "lets in only whose MFA is old", "NumericLessThan")
        } else if facts.deny {
            let greater = "NumericGreaterThanIfExists";
            (condition.operator.starts_with("numericless"), "shuts out whose MFA is fresh", greater)
        } else {
            continue;
        };
        if wrong {
            sink.report(
                condition.condition.operator_span,
                format!("this {says}: the comparison is the wrong way round"),
            )
            .label("the other way")
            .help(format!("write `{help}`"));
        } else if facts.deny
            && !condition.if_exists
            && condition.operator.starts_with("numericgreater")
            && alone(context)
        {
            sink.report(
                condition.condition.operator_span,
                "requests without MFA have no `aws:MultiFactorAuthAge` and are not denied",
            )
            .label("absent without MFA")
            .help("write `NumericGreaterThanIfExists`, or deny `aws:MultiFactorAuthPresent` false by `BoolIfExists`");
        }
    }
}

/// Whether no other `Deny` of the document asks for MFA.
fn alone(context: &StatementContext<'_>) -> bool {
    let asks = |facts: &crate::lint::StatementFacts<'_>| {
        facts.deny && facts.conditions_on("aws:multifactorauthpresent").next().is_some()
    };
    !context.document().statements.iter().any(asks)
}
