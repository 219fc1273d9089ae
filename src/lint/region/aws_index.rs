//! All AWS region rules of a run, found by the actions of a statement: most statements are
//! about the actions of few.

use rustc_hash::FxHashMap;

use super::AwsPlan;
use crate::lint::check::{DocumentContext, Sink};
use crate::lint::facts::{Services, StatementFacts};
use crate::lint::{Finding, Rule};
use crate::source::Span;

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

    /// Asks all that are about an action of the statement.
    pub(in crate::lint) fn check(
        &self,
        context: &DocumentContext<'_>,
        facts: &StatementFacts<'_>,
        (unit, unit_name, address): (Span, &str, &str),
        findings: &mut Vec<Finding>,
    ) {
        if !facts.allow {
            return;
        }
        for (rule, plan) in self.about(facts).into_iter().filter_map(|place| self.plans.get(place)) {
            let mut sink =
                Sink { rule, severity: rule.severity, unit: Some(unit), unit_name, address, findings: &mut *findings };
            plan.check(context, facts, &mut sink);
        }
    }

    /// The places of the rules that may be about the statement, in order.
    fn about(&self, facts: &StatementFacts<'_>) -> Vec<usize> {
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
