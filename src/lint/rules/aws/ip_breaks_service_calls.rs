use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

/// Keys whose presence shows that calls by services were thought of.
const EXCEPTIONS: &[&str] = &[
    "aws:viaawsservice",
    "aws:principalisawsservice",
    "aws:calledvia",
    "aws:calledviafirst",
    "aws:calledvialast",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:vpcsourceip",
    "aws:principalservicename",
];

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    let broad = facts.not_action || facts.actions.iter().any(|action| action.is_all() || action.is_service_star());
    if !facts.deny || !broad || facts.statement.conditions_unknown {
        return;
    }
    let Some(condition) = facts.conditions_on("aws:sourceip").find(|condition| condition.operator == "notipaddress")
    else {
        return;
    };
    if !facts.conditions.iter().any(|condition| EXCEPTIONS.contains(&condition.key.as_str())) {
        sink.report(
            condition.condition.key_span,
            "this also denies what AWS services do for the caller, from their own addresses",
        )
        .help("add `\"Bool\": {\"aws:ViaAWSService\": \"false\"}`");
    }
}
