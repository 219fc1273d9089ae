use super::condition_common::texts;
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    for condition in context.facts.conditions_on("aws:principalarn") {
        for (value, span) in texts(condition).into_iter().filter(|(value, _)| value.contains(":assumed-role/")) {
            sink.report(
                span,
                format!("`aws:PrincipalArn` holds the role's ARN for a session, so `{value}` never matches"),
            )
            .label("never matches")
            .help("write `arn:aws:iam::ACCOUNT:role/NAME`");
        }
    }
}
