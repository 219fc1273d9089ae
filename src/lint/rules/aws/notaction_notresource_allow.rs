use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    if !facts.not_action || !facts.not_resource || facts.conditional || !context.grants() {
        return;
    }
    let (Some(action), Some(resource)) = (&facts.statement.action, &facts.statement.resource) else { return };
    sink.report(action.key_span, "this allows every action that is not listed on everything that is not listed")
        .label("all but these actions")
        .related(resource.key_span, "on all but these resources")
        .granted_by(action.key_span);
}
