use super::condition_common::texts;
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    if !facts.deny || facts.conditions_on("aws:multifactorauthpresent").any(|c| c.operator == "null") {
        return;
    }
    for condition in facts.conditions_on("aws:multifactorauthpresent") {
        let off = texts(condition).iter().any(|(value, _)| value.eq_ignore_ascii_case("false"));
        if condition.operator == "bool" && !condition.if_exists && off {
            sink.report(
                condition.condition.operator_span,
                "requests with long-term access keys are not denied: the key is absent there",
            )
            .help("use `BoolIfExists`");
        }
    }
}
