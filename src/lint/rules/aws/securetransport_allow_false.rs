use super::condition_common::texts;
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    for condition in
        context.facts.conditions_on("aws:securetransport").filter(|c| context.facts.allow && c.operator == "bool")
    {
        let values = texts(condition);
        if !values.is_empty() && values.iter().all(|(value, _)| value.eq_ignore_ascii_case("false")) {
            sink.report(condition.condition.operator_span, "this grants access over plain HTTP, and only there");
        }
    }
}
