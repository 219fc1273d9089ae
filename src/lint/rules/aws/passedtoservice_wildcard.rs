use super::condition_common::texts;
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    for condition in context.facts.conditions_on("iam:passedtoservice").filter(|c| c.operator == "stringlike") {
        for (value, span) in texts(condition).into_iter().filter(|(value, _)| value.starts_with('*')) {
            sink.report(span, format!("`{value}` lets the role be passed to any service")).label("no limit");
        }
    }
}
