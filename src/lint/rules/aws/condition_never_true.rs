use super::condition_common::{all_known, texts};
use crate::lint::{Check, ConditionFact, Quantifier, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let conditions = &context.facts.conditions;
    for (index, second) in conditions.iter().enumerate() {
        for first in conditions.iter().take(index).filter(|first| first.key == second.key) {
            if first.quantifier != Quantifier::None || second.quantifier != Quantifier::None {
                continue;
            }
            if excludes(first, second) || excludes(second, first) {
                let name = second.condition.key.display();
                sink.report(
                    second.condition.operator_span,
                    format!("no value of `{name}` passes both tests: the statement never applies"),
                )
                .related(first.condition.operator_span, "the other test");
            }
        }
    }
}

/// Whether a value that passes `equal` surely fails `other`.
fn excludes(equal: &ConditionFact<'_>, other: &ConditionFact<'_>) -> bool {
    if equal.operator != "stringequals" || equal.if_exists || !all_known(equal) || !all_known(other) {
        return false;
    }
    let (wanted, others) = (texts(equal), texts(other));
    let common = |value: &str| others.iter().any(|(text, _)| text == value);
    match other.operator.as_str() {
        "stringequals" => !others.is_empty() && !wanted.is_empty() && !wanted.iter().any(|(value, _)| common(value)),
        "stringnotequals" => !wanted.is_empty() && wanted.iter().all(|(value, _)| common(value)),
        "null" => others.iter().all(|(text, _)| text.eq_ignore_ascii_case("true")) && !others.is_empty(),
        _ => false,
    }
}
