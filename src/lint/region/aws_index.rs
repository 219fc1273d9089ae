//! All AWS region rules of a run, found by the actions of a statement: most statements are
//! about the actions of few.

use rustc_hash::FxHashMap;

use super::AwsPlan;
use crate::lint::Rule;
use crate::lint::facts::{Services, StatementFacts};

/// The region rules of a run.
#[derive(Debug, Default)]
pub(in crate::lint) struct AwsPlans<'r> {
    plans: Vec<(&'r Rule, AwsPlan<'r>)>,
    /// The places of those that name an action, by its number.
    named: FxHashMap<u64, Vec<usize>>,
    /// The places of those with patterns of actions, and the services of these.
    wide: Vec<(Services, usize)>,
}

impl<'r> AwsPlans<'r> {
    /// Adds a rule.
    pub(in crate::lint) fn push(&mut self, rule: &'r Rule, plan: AwsPlan<'r>) {
        let place = self.plans.len();
        let mut wide = Services::NONE;
        for action in plan.actions() {
            if action.wildcard {
                wide = wide.union(action.services);
            } else {
                self.named.entry(action.print).or_default().push(place);
            }
        }
        if wide != Services::NONE {
            self.wide.push((wide, place));
        }
        self.plans.push((rule, plan));
    }

    /// The rule at a place.
    pub(in crate::lint) fn get(&self, place: usize) -> Option<&(&'r Rule, AwsPlan<'r>)> {
        self.plans.get(place)
    }

    /// The places of the rules that may be about a statement, in order.
    pub(in crate::lint) fn about(&self, facts: &StatementFacts<'_>) -> Vec<usize> {
        if !facts.allow {
            return Vec::new();
        }
        if facts.not_action {
            return (0..self.plans.len()).collect();
        }
        let meets = |services: Services| facts.services.meet(services);
        let mut found: Vec<usize> =
            self.wide.iter().filter(|(services, _)| meets(*services)).map(|(_, place)| *place).collect();
        for item in &facts.actions {
            if item.wildcard {
                let met = self.plans.iter().enumerate().filter(|(_, (_, plan))| item.services.meet(plan.services()));
                found.extend(met.map(|(place, _)| place));
            } else if let Some(places) = self.named.get(&item.print()) {
                found.extend(places);
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}
