use super::condition_common::{Family, family};
use crate::aws::catalog::{KeyKind, catalog};
use crate::lint::{Check, ConditionFact, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    for condition in &context.facts.conditions {
        let (Some(family), Some(key)) = (family(condition), condition.known()) else { continue };
        let fits = match family {
            Family::Null => true,
            // one address is compared with another as text
            Family::String if key.kind.kind == KeyKind::IpAddress => !networks(condition),
            Family::String => matches!(key.kind.kind, KeyKind::String | KeyKind::Arn | KeyKind::Date | KeyKind::Binary),
            Family::Arn => matches!(key.kind.kind, KeyKind::Arn | KeyKind::String),
            Family::Numeric => matches!(key.kind.kind, KeyKind::Numeric | KeyKind::Date),
            Family::Date => matches!(key.kind.kind, KeyKind::Date | KeyKind::Numeric),
            Family::Bool => matches!(key.kind.kind, KeyKind::Bool | KeyKind::String),
            Family::Ip => key.kind.kind == KeyKind::IpAddress || key.name.to_ascii_lowercase().contains("ip"),
            Family::Binary => matches!(key.kind.kind, KeyKind::Binary | KeyKind::String),
        };
        // text operators with `true` and `false` do compare with Boolean keys; `mfa-wrong-operator` speaks of those
        let boolean = family == Family::String && key.kind.kind == KeyKind::Bool;
        // a claim of a token is text
        let claim = || family == Family::String && catalog().is_federated_key(&condition.key);
        if !fits && !boolean && !claim() {
            let (operator, name) = (condition.condition.operator.display(), condition.condition.key.display());
            sink.report(
                condition.condition.operator_span,
                format!("`{operator}` compares {}, and `{name}` holds none", family.name()),
            )
            .related(condition.condition.key_span, "of another type");
        }
    }
}

/// Whether some value is more than one address, or none.
fn networks(condition: &ConditionFact<'_>) -> bool {
    let single = |text: &str| text.contains("${") || text.parse::<std::net::IpAddr>().is_ok();
    condition.values().any(|(text, _)| !single(text))
}
