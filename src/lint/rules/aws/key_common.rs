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
        if action.item.text.is_known() { action.known() } else { None }
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

/// One key, asked about for actions of several services.
pub(super) struct Taking<'k> {
    key: &'k str,
    /// The service asked about last, and the places of the key there: lists mostly name the
    /// actions of one service after the other.
    places: Option<(&'static str, Vec<u16>)>,
}

impl<'k> Taking<'k> {
    pub(super) fn new(key: &'k str) -> Self {
        Self { key, places: None }
    }

    /// Whether requests of the action may carry the key.
    pub(super) fn by(&mut self, (service, action): (&'static Service, &'static Action)) -> bool {
        let known = self.places.take().filter(|(of, _)| *of == service.prefix);
        let (_, places) =
            self.places.insert(known.unwrap_or_else(|| (&service.prefix, service.places_of_key(self.key))));
        service.takes(action, places)
    }
}
