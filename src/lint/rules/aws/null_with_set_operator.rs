use crate::lint::{Check, Quantifier, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    for condition in &context.facts.conditions {
        if condition.operator == "null" && condition.quantifier != Quantifier::None {
            let always = if condition.quantifier == Quantifier::ForAll { "true" } else { "false" };
            sink.report(condition.condition.operator_span, format!("this is always {always}")).help("write `Null`");
        }
    }
}
