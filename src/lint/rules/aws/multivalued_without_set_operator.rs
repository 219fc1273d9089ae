use crate::lint::{Check, Quantifier, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    for condition in &context.facts.conditions {
        if condition.quantifier != Quantifier::None || condition.operator == "null" {
            continue;
        }
        if condition.known().is_some_and(|key| key.kind.multi) {
            let (operator, name) = (condition.condition.operator.display(), condition.condition.key.display());
            sink.report(
                condition.condition.operator_span,
                format!("`{name}` may hold several values, and `{operator}` compares one"),
            )
            .help("write `ForAnyValue:` or `ForAllValues:` before the operator");
        }
    }
}
