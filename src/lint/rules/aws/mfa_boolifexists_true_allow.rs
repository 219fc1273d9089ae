use super::condition_common::texts;
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    for condition in context.facts.conditions_on("aws:multifactorauthpresent").filter(|_| context.facts.allow) {
        let on = texts(condition).iter().any(|(value, _)| value.eq_ignore_ascii_case("true"));
        if condition.operator == "bool" && condition.if_exists && on {
            sink.report(
                condition.condition.operator_span,
                "requests with long-term access keys pass without MFA: the key is absent there",
            )
            .help("use `Bool`");
        }
    }
}
