use super::condition_common::{Family, family, texts};
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    for condition in &context.facts.conditions {
        if family(condition) != Some(Family::Bool) {
            continue;
        }
        for (value, span) in texts(condition) {
            if !value.eq_ignore_ascii_case("true") && !value.eq_ignore_ascii_case("false") {
                sink.report(span, format!("`{value}` is neither `true` nor `false`: the condition never holds"))
                    .label("never matches");
            }
        }
    }
}
