use super::resource_common::{is_account, service_of};
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    if !facts.allow || facts.not_action || service_of(context.document()) != Some("sqs") {
        return;
    }
    let Some(principal) = facts.statement.principal.as_ref().filter(|p| !p.negated) else { return };
    // accounts as a whole may be the owner, for whom it is the default
    let others = principal.star
        || principal.entries.iter().any(|e| e.item.text.is_known() && !is_account(e.kind, e.item.text.raw()));
    let all =
        facts.actions.iter().find(|action| action.is_all() || (action.service() == "sqs" && action.is_service_star()));
    if let Some(action) = all.filter(|_| others) {
        let shown = action.item.text.display();
        sink.report(
            action.item.span,
            format!("`{shown}` holds what changes and deletes the queue, its policy included"),
        )
        .related(principal.span, "may do this")
        .granted_by(action.item.span)
        .help("list the actions that are needed");
    }
}
