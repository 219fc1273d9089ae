use crate::aws::catalog::catalog;
use crate::lint::{Check, Quantifier, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    for condition in &context.facts.conditions {
        if condition.quantifier != Quantifier::ForAny || catalog().is_federated_key(&condition.key) {
            continue;
        }
        if condition.known().is_some_and(|key| !key.kind.multi) {
            let name = condition.condition.key.display();
            sink.report(condition.condition.key_span, format!("`{name}` holds one value: leave `ForAnyValue:` out"))
                .label("one value");
        }
    }
}
