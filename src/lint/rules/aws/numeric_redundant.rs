use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    for condition in &context.facts.conditions {
        let most = condition.operator.starts_with("numericless");
        if !most && !condition.operator.starts_with("numericgreater") {
            continue;
        }
        if condition.condition.values.len() > 1 && !condition.condition.unknown {
            let which = if most { "greatest" } else { "least" };
            sink.report(
                condition.condition.values_span,
                format!("one of several limits is enough: the {which} alone counts"),
            )
            .help("keep the limit that is meant");
        }
    }
}
