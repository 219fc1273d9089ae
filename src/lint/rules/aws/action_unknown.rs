use super::action_common;
use crate::lint::{Check, Sink, StatementContext, Traits};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    if !facts.allow || facts.not_action || !facts.traits().any(Traits::NO_ACTION) {
        return;
    }
    for action in facts.actions.iter().filter(|action| action_common::unknown(action)) {
        action_common::report(action, sink, "it grants nothing");
    }
}
