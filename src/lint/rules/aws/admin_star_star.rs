use crate::lint::{Check, Severity, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    if facts.not_action || !context.grants() {
        return;
    }
    let Some(action) = facts.actions.iter().find(|action| action.is_all()) else { return };
    let Some(resource) = facts.any_resource() else { return };
    let span = action.item.span;
    if facts.not_resource {
        return;
    }
    let (message, severity) = if facts.conditional {
        ("this grants every action on every resource while its condition holds", Severity::High)
    } else {
        ("this grants every action on every resource: the holder is administrator of the account", sink.severity())
    };
    sink.report(span, message)
        .label("every action")
        .related(resource, "on every resource")
        .witness("iam:CreateUser on arn:aws:iam::111122223333:user/x")
        .severity(severity)
        .granted_by(span);
}
