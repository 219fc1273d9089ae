use super::condition_common::texts;
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    let mut on = facts.conditions_on("aws:multifactorauthpresent");
    let (Some(only), None) = (on.next(), on.next()) else { return };
    if only.operator != "null" || facts.conditions_on("aws:multifactorauthage").next().is_some() {
        return;
    }
    let asked = if facts.allow { "false" } else { "true" };
    if !texts(only).iter().any(|(value, _)| value.eq_ignore_ascii_case(asked)) {
        return;
    }
    let message = if facts.allow {
        "this asks whether `aws:MultiFactorAuthPresent` is there, not whether it is true: a session without MFA has it"
    } else {
        "this denies long-term keys alone: a session without MFA has `aws:MultiFactorAuthPresent`, as false"
    };
    let help = if facts.allow { "write `Bool` with `true`" } else { "write `BoolIfExists` with `false`" };
    sink.report(only.condition.operator_span, message).label("presence is not truth").help(help);
}
