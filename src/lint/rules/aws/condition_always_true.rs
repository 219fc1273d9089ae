use crate::lint::{Check, ConditionFact, Quantifier, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    for condition in &context.facts.conditions {
        let open = condition.if_exists || condition.quantifier == Quantifier::ForAll;
        if open && !condition.negated && any_value(condition) {
            let (operator, key) = (condition.condition.operator.display(), condition.condition.key.display());
            sink.report(
                condition.condition.values_span,
                format!("`{operator}` with `*` holds for every value of `{key}` and without one: it tests nothing"),
            )
            .label("always true")
            .help("write the values that are meant, or take the condition out");
        }
    }
}

/// Whether one of the values is `*`, which alone decides.
fn any_value(condition: &ConditionFact<'_>) -> bool {
    let glob = condition.operator.contains("like") || condition.operator.starts_with("arn");
    glob && condition.values().any(|(value, _)| !value.is_empty() && value.bytes().all(|b| b == b'*'))
}
