//! Which condition keys the actions of a statement know.

use crate::aws::catalog::{Action, Service, catalog};
use crate::lint::{ActionFact, ConditionFact, StatementFacts};

/// The actions of a statement, if all are named and known.
pub(super) fn named_actions(facts: &StatementFacts<'_>) -> Option<Vec<(&'static Service, &'static Action)>> {
    let listed = facts.statement.action.as_ref().is_some_and(|list| !list.unknown);
    if facts.not_action || !listed || facts.actions.is_empty() {
        return None;
    }
    let known = |action: &ActionFact<'_>| {
        if action.wildcard || !action.item.text.is_known() { None } else { catalog().action(&action.lower) }
    };
    facts.actions.iter().map(known).collect()
}

/// Conditions that are false without their key, on a key that only one service has.
pub(super) fn of_a_service<'f, 'a>(facts: &'f StatementFacts<'a>) -> impl Iterator<Item = &'f ConditionFact<'a>> {
    facts.conditions.iter().filter(|condition| {
        let prefix = condition.key.split(':').next().unwrap_or("");
        prefix != "aws"
            && condition.condition.key.is_known()
            && condition.pins()
            && !of_the_caller(&condition.key)
            && !loosely_told(&condition.key)
            // a key that the data gives to no action says nothing
            && catalog().service(prefix).is_some_and(|service| service.uses(&condition.key))
    })
}

/// Whether a key tells where the caller's credentials come from: it is in all requests made
/// with them, whatever the action.
fn of_the_caller(key: &str) -> bool {
    let name = key.split_once(':').map_or("", |(_, name)| name);
    name.starts_with("source") || name.starts_with("role") || name.contains("issuingservice")
}

/// Whether the data is known to leave actions out: AWS's own policies use tags of resources
/// and products of the marketplace with actions to which the data does not give the keys.
fn loosely_told(key: &str) -> bool {
    key.contains("resourcetag/") || key.starts_with("aws-marketplace:")
}
