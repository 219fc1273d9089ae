use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    let reads = ["dynamodb:query", "dynamodb:scan", "dynamodb:getitem", "dynamodb:batchgetitem"];
    if !facts.allow || facts.statement.conditions_unknown || facts.conditions_on("dynamodb:attributes").next().is_none()
    {
        return;
    }
    if !reads.iter().any(|read| facts.applies_to(read).is_some()) {
        return;
    }
    if facts.conditions_on("dynamodb:select").next().is_some() {
        return;
    }
    for condition in facts.conditions_on("dynamodb:attributes") {
        sink.report(condition.condition.key_span, "a request that names no attributes gets all of them")
            .help("add `\"StringEqualsIfExists\": {\"dynamodb:Select\": \"SPECIFIC_ATTRIBUTES\"}`");
    }
}
