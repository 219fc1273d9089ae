use super::condition_common::{Family, family, texts};
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    for condition in &context.facts.conditions {
        if family(condition) != Some(Family::Numeric) {
            continue;
        }
        for (value, span) in texts(condition) {
            if value.trim().parse::<f64>().is_err() {
                sink.report(span, format!("`{value}` is no number: the condition never holds")).label("never matches");
            }
        }
    }
}
