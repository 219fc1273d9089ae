use super::action_common;
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    if !context.facts.not_action {
        return;
    }
    for action in context.facts.actions.iter().filter(|action| action_common::unknown(action)) {
        action_common::report(action, sink, "the exception excepts nothing");
    }
}
