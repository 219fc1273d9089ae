use crate::lint::{Check, Severity, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    if !facts.not_action || !context.grants() || facts.actions.iter().any(|action| action.is_all()) {
        return;
    }
    let Some(list) = &facts.statement.action else { return };
    if facts.resources.is_empty() {
        return;
    }
    let everywhere = facts.any_resource().is_some() && !facts.conditional;
    let severity = if everywhere { sink.severity() } else { Severity::Low };
    sink.report(list.key_span, "this allows every action that is not listed, in every service")
        .label("all but these")
        .help("list the actions that are needed under `Action`, and use `Deny` for what must never happen")
        .severity(severity)
        .granted_by(list.key_span);
}
