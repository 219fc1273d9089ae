use crate::aws::catalog::catalog;
use crate::lint::{Check, Sink, StatementContext, Traits};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    if !context.facts.traits().any(Traits::NO_ACTION) {
        return;
    }
    for action in context.facts.actions.iter().filter(|a| a.wildcard && a.item.text.is_known() && !a.is_all()) {
        let prefix = action.service();
        if prefix.contains(['*', '?']) || action.name().starts_with('*') {
            continue;
        }
        // a loop over services writes the same patterns for each
        let written = || context.inputs().sources.slice(action.item.span).contains(action.item.text.raw());
        if action.known_service().is_some() && action.held().is_empty() && written() {
            let shown = action.item.text.display();
            sink.report(
                action.item.span,
                format!("no action of `{prefix}` fits `{shown}` (as of {})", catalog().date()),
            )
            .label("matches nothing");
        }
    }
}
