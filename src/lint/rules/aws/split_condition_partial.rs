use std::cell::OnceCell;

use crate::lint::{ActionFact, Check, DocumentContext, Sink, StatementFacts};

pub(super) const CHECK: Check = Check::AwsDocument(check);

fn check(context: &DocumentContext<'_>, sink: &mut Sink<'_>) {
    if !context.grants_to_identity() || context.facts.varies {
        return;
    }
    let statements = context.statements;
    let free: Vec<&StatementFacts<'_>> = statements.iter().filter(|facts| is_free(facts)).collect();
    if free.is_empty() {
        return;
    }
    for own in statements.iter().filter(|facts| is_limited(facts)) {
        let near = free.iter().filter(|other| other.services.meet(own.services));
        let near: Vec<_> = near.map(|other| (*other, OnceCell::new())).collect();
        let told = own.actions.iter().filter(|item| item.item.text.is_known());
        let by = |item: &ActionFact<'_>| {
            let passes = |(other, reached): &&(&StatementFacts<'_>, OnceCell<bool>)| {
                other.services.meet(item.services)
                    && other.covers_action(item)
                    && *reached.get_or_init(|| reaches_all(other, own))
            };
            near.iter().find(passes).map(|(other, _)| *other)
        };
        let mut found: Vec<(&ActionFact<'_>, &StatementFacts<'_>)> =
            told.filter_map(|item| Some((item, by(item)?))).collect();
        // where nothing is left `aws/split-condition-bypass` says so
        if found.len() == own.actions.len() {
            continue;
        }
        found.retain(|(item, _)| !reads(item.name()));
        let [(item, by), more @ ..] = found.as_slice() else { continue };
        let shown = item.item.text.display();
        let what = match more.len() {
            0 => format!("`{shown}`"),
            1 => format!("`{shown}` and one more action"),
            n => format!("`{shown}` and {n} more actions"),
        };
        let finding = sink.report(
            item.item.span,
            format!("the condition does not limit {what}: another statement allows it without"),
        );
        finding
            .label("allowed without the condition as well")
            .help("take the action out of the other statement, or out of this one if no condition is meant");
        if let Some(span) = own.statement.condition_span {
            finding.related(span, "the condition that is passed by");
        }
        let place = by.statement.action.as_ref().map_or(by.statement.span, |list| list.span);
        finding.related(place, "allowed here without it");
        for (item, _) in more.iter().take(4) {
            finding.related(item.item.span, "this as well");
        }
        finding.unit = own.statement.span;
    }
}

fn told(facts: &StatementFacts<'_>) -> bool {
    facts.allow && !facts.not_action && !facts.statement.unknown && !facts.statement.conditions_unknown
}

/// Whether a statement allows without condition.
fn is_free(facts: &StatementFacts<'_>) -> bool {
    told(facts) && !facts.conditional && !facts.not_resource
}

/// Whether a statement has a condition, and its actions and resources are all known.
fn is_limited(facts: &StatementFacts<'_>) -> bool {
    let listed = |list: &Option<crate::aws::document::ListElement>| list.as_ref().is_some_and(|list| !list.unknown);
    told(facts)
        && facts.conditional
        && !facts.not_resource
        && listed(&facts.statement.action)
        && listed(&facts.statement.resource)
        && facts.resources.iter().all(|resource| resource.item.text.is_known())
}

/// Whether one statement is about every resource of another.
fn reaches_all(outer: &StatementFacts<'_>, inner: &StatementFacts<'_>) -> bool {
    outer.any_resource().is_some()
        || inner.resources.iter().all(|resource| outer.resources.iter().any(|by| by.covers_item(resource)))
}

/// Whether an action only shows something.
fn reads(name: &str) -> bool {
    ["batchget", "describe", "get", "list", "lookup", "search", "view"].iter().any(|verb| name.starts_with(verb))
}
