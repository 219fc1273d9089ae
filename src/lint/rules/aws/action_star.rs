use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    if facts.not_action || !context.grants() {
        return;
    }
    let Some(action) = facts.actions.iter().find(|action| action.is_all()) else { return };
    let Some(resource) = &facts.statement.resource else { return };
    if !facts.not_resource && (facts.any_resource().is_some() || facts.resources.is_empty()) {
        return;
    }
    let span = action.item.span;
    let (message, what) = if facts.not_resource {
        ("this grants every action on everything but what `NotResource` lists", "everything but these")
    } else {
        ("this grants every action of every service that takes such a resource", "on these resources")
    };
    sink.report(span, message).label("every action").related(resource.key_span, what).granted_by(span);
}
