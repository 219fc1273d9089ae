use super::resource_common::{example, may_be};
use crate::aws::catalog::{Service, catalog};
use crate::lint::{Check, Sink, StatementContext, StatementFacts};

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
    for action in facts.actions.iter().filter(|action| !action.wildcard && action.item.text.is_known()) {
        // buckets and objects have rules of their own, and so have the aliases of keys
        if matches!(action.service(), "s3" | "kms") {
            continue;
        }
        let Some((service, known)) = catalog().action(&action.lower) else { continue };
        if !known.takes_resource() {
            continue;
        }
        let fits = |text: &str| service.resources_of(known).any(|kind| may_be(text, &kind.arn));
        let foreign = facts.resources.iter().all(|resource| !fits(resource.text) && of_service(resource.text, service));
        if foreign && !elsewhere(context, &action.lower) {
            let shown = action.item.text.display();
            let kinds: Vec<String> =
                service.resources_of(known).take(3).map(|kind| format!("`{}`", example(&kind.arn))).collect();
            sink.report(
                action.item.span,
                format!("`{shown}` works on none of these resources, so this does not grant it"),
            )
            .related(facts.statement.resource.as_ref().map_or(action.item.span, |list| list.span), "of another type")
            .help(format!("it works on {} (as of {})", kinds.join(", "), catalog().date()));
        }
    }
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
