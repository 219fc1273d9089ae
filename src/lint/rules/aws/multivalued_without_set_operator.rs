use crate::lint::{Check, Quantifier, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

/// Keys that hold several values where a rule is written, and one of each event that is put: the
/// guide compares them plainly there.
/// Source: User Guide of `EventBridge`, permissions for event buses.
const OF_EVENTS: [&str; 2] = ["events:detail-type", "events:source"];

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    for condition in &facts.conditions {
        if condition.quantifier != Quantifier::None || condition.operator == "null" {
            continue;
        }
        let puts_events = || !facts.not_action && facts.actions.iter().all(|action| action.lower == "events:putevents");
        if OF_EVENTS.contains(&condition.key.as_str()) && puts_events() {
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
