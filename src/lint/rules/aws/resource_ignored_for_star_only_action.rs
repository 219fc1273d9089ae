use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    let open = facts.resources.iter().any(|resource| resource.all || !resource.item.text.is_known());
    let listed = facts.statement.resource.as_ref().is_some_and(|list| !list.unknown);
    if !context.grants() || facts.not_action || facts.not_resource || !listed || open || facts.resources.is_empty() {
        return;
    }
    for action in facts.actions.iter().filter(|action| !action.wildcard && action.item.text.is_known()) {
        let Some((_, known)) = action.known() else { continue };
        if !known.takes_resource() {
            let shown = action.item.text.display();
            sink.report(
                action.item.span,
                format!("`{shown}` can only be allowed on `*`, so this statement does not grant it"),
            )
            .related(facts.statement.resource.as_ref().map_or(action.item.span, |list| list.span), "never `*`")
            .help("allow it in a statement of its own with `Resource: \"*\"`, or take it out");
        }
    }
}
