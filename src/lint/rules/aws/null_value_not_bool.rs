use super::condition_common::texts;
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    for condition in context.facts.conditions.iter().filter(|condition| condition.operator == "null") {
        for (value, span) in texts(condition) {
            if !value.eq_ignore_ascii_case("true") && !value.eq_ignore_ascii_case("false") {
                sink.report(span, format!("`{value}` is neither `true` (absent) nor `false` (present)"));
            }
        }
    }
}
