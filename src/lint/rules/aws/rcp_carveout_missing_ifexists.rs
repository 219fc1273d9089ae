use super::condition_common::texts;
use crate::aws::document::PolicyKind;
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    if context.kind() != PolicyKind::Rcp || !facts.deny {
        return;
    }
    for condition in facts.conditions_on("aws:principalisawsservice").filter(|c| c.operator == "bool" && !c.if_exists) {
        if texts(condition).iter().any(|(value, _)| value.eq_ignore_ascii_case("false")) {
            sink.report(
                condition.condition.operator_span,
                "requests without signature have no `aws:PrincipalIsAWSService`, so this does not deny them",
            )
            .help("write `BoolIfExists`");
        }
    }
}
