use crate::lint::holding::Holding;
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    if facts.not_action || facts.conditional || !context.grants() {
        return;
    }
    let full = facts.actions.iter().find(|action| action.is_service_star() && action.service() == "bedrock");
    let (Some(action), Some(resource)) = (full, facts.any_resource()) else { return };
    let Some(capped) = Holding::of(context.document()).surely("bedrock:invokemodel", "*") else { return };
    let span = action.item.span;
    sink.report(span, "this lets the holder use every model, change guardrails and logging, and buy capacity")
        .label("all of Bedrock")
        .related(resource, "on every resource")
        .granted_by(span)
        .capped(capped);
}
