use crate::aws::catalog::catalog;
use crate::aws::condition::value::Instant;
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    for condition in &facts.conditions {
        let end = matches!(condition.operator.as_str(), "datelessthan" | "datelessthanequals" | "dateequals");
        let now = matches!(condition.key.as_str(), "aws:currenttime" | "aws:epochtime");
        if !end || !now || condition.condition.values.is_empty() {
            continue;
        }
        // The run has no clock: its report is the same tomorrow. What the service data is older
        // than has not come yet, as far as it can tell.
        let Some(today) = Instant::parse(catalog().date()) else { return };
        let past = |text: &str| Instant::parse(text).is_some_and(|date| date < today);
        let text = |node: &'_ crate::syntax::Node| match &node.value {
            crate::syntax::Value::Number(number) => Some(number.to_string()),
            _ => node.as_str().map(str::to_owned),
        };
        let values: Option<Vec<String>> = condition.condition.values.iter().map(text).collect();
        let Some(values) = values.filter(|values| values.iter().all(|value| past(value))) else { continue };
        let Some(last) = values.last() else { continue };
        let effect = if facts.allow { "allows" } else { "denies" };
        sink.report(
            condition.condition.values.first().map_or(condition.condition.key_span, |value| value.span),
            format!("the statement {effect} nothing: its time ended at `{last}`, before {}", catalog().date()),
        )
        .label("over")
        .help("take the statement out, or give it a new date");
    }
}
