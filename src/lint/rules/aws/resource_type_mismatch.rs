use super::resource_common::{example, may_be};
use crate::aws::catalog::{AccessLevel, ResourceType, Service, catalog};
use crate::lint::{ActionFact, Check, Sink, StatementContext, StatementFacts};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    let listed = facts.statement.resource.as_ref().is_some_and(|list| !list.unknown);
    if !context.grants() || facts.not_action || facts.not_resource || !listed || facts.resources.is_empty() {
        return;
    }
    if facts.resources.iter().any(|r| r.all || !r.item.text.is_known() || r.field(5).is_none()) {
        return;
    }
    let mut found = facts.actions.iter().filter_map(|action| foreign(context, action).map(|kinds| (action, kinds)));
    let Some((first, kinds)) = found.next() else { return };
    let others: Vec<_> = found.map(|(action, _)| action).collect();
    let more = match others.len() {
        0 => "works".to_owned(),
        1 => "and one more action work".to_owned(),
        n => format!("and {n} more actions work"),
    };
    let shown = first.item.text.display();
    let finding = sink
        .report(first.item.span, format!("`{shown}` {more} on none of these resources, so this does not grant them"));
    if others.is_empty() {
        finding.message = format!("`{shown}` works on none of these resources, so this does not grant it");
    }
    finding
        .related(facts.statement.resource.as_ref().map_or(first.item.span, |list| list.span), "of other types")
        .help(format!("`{shown}` works on {} (as of {})", kinds.join(", "), catalog().date()));
    for action in others.iter().take(5) {
        finding.related(action.item.span, "this as well");
    }
}

/// The resources that an action works on, if it is named, the statement has none of them and
/// no other statement grants it.
fn foreign(context: &StatementContext<'_>, action: &ActionFact<'_>) -> Option<Vec<String>> {
    // buckets and objects have rules of their own, and so have the aliases of keys
    let judged = !action.wildcard && action.item.text.is_known();
    if !judged || matches!(action.service(), "s3" | "kms" | "apigateway") {
        return None;
    }
    let (service, known) = catalog().action(&action.lower)?;
    // of what tags may be on the data knows little
    if !known.takes_resource() || known.level == AccessLevel::Tagging || known.lower.contains("tag") {
        return None;
    }
    let fits = |text: &str| service.resources_of(known).any(|kind| may_be(text, &kind.arn));
    let resources = &context.facts.resources;
    let none = resources.iter().all(|resource| !fits(resource.text) && of_service(resource.text, service));
    let example = |kind: &ResourceType| format!("`{}`", example(&kind.arn));
    (none && !elsewhere(context, &action.lower)).then(|| service.resources_of(known).take(3).map(example).collect())
}

/// Whether a pattern stands for resources of that very service, of which all types are known.
fn of_service(text: &str, service: &Service) -> bool {
    service.resources.iter().any(|kind| may_be(text, &kind.arn))
}

/// Whether another statement grants the action.
fn elsewhere(context: &StatementContext<'_>, action: &str) -> bool {
    let grants = |facts: &StatementFacts<'_>| facts.allow && facts.applies_to(action).is_some();
    context.document.statements.iter().enumerate().any(|(at, facts)| at != context.index && grants(facts))
}
