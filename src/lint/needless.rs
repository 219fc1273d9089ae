//! Statements that others of the same document make needless, told by the engine that
//! reasons about policies as sets of requests.

use std::sync::{Arc, Mutex};

use rustc_hash::FxHashMap;

use super::Inputs;
use super::facts::{ActionFact, ConditionFact, DocumentFacts, ResourceFact, Services, StatementFacts};
use crate::aws::document::Document;
use crate::carrier::declaration::{Carrier, Declaration};
use crate::pattern::glob;
use crate::region::aws::Policies;

/// Statements of one document that are looked at; more than AWS has room for in most.
const MOST: usize = 60;

/// Why a statement changes nothing.
#[derive(Debug, Clone)]
pub(crate) struct Needless {
    /// Index of the statement.
    pub(crate) statement: usize,
    /// The statements that make it so.
    pub(crate) by: Vec<usize>,
}

/// What statements are asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Ask {
    /// Whether others of the same effect cover it.
    Redundant,
    /// Whether those of the other effect take all of it away.
    Dead,
}

/// A question about statements of which each was read from a text that is known.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Question {
    ask: Ask,
    has_variables: bool,
    /// The numbers of the statements' texts.
    texts: Vec<u64>,
    /// Which of them it is asked about.
    candidates: Vec<usize>,
}

/// Answers to questions that the next document may ask again, by the places of the statements
/// in the question: the versions of a policy differ in few statements.
#[derive(Debug)]
pub(crate) struct Answers {
    known: Mutex<FxHashMap<Question, Arc<Vec<Needless>>>>,
    /// Questions that are remembered.
    most: usize,
}

impl Answers {
    /// Remembers that many.
    pub(super) fn of(most: usize) -> Self {
        Self { known: Mutex::default(), most }
    }

    /// How many are known.
    #[cfg(test)]
    pub(super) fn count(&self) -> usize {
        self.known.lock().unwrap().len()
    }

    /// The known answer, or the one that is found now.
    fn get(&self, question: Question, find: impl FnOnce() -> Vec<Needless>) -> Arc<Vec<Needless>> {
        if let Some(known) = self.known.lock().ok().and_then(|known| known.get(&question).cloned()) {
            return known;
        }
        let found = Arc::new(find());
        if let Ok(mut known) = self.known.lock()
            && known.len() < self.most
        {
            known.insert(question, Arc::clone(&found));
        }
        found
    }
}

/// Whether a template's conditions decide which statements there are: what is needless in
/// one case is needed in another.
pub(crate) fn varies(inputs: &Inputs<'_>, declaration: &Declaration, document: &Document) -> bool {
    if declaration.carrier != Carrier::CloudFormation || declaration.condition.is_none() {
        return false;
    }
    let text = inputs.sources.slice(document.span);
    text.contains("!If") || text.contains("Fn::If")
}

impl DocumentFacts<'_> {
    /// The Allow statements that other Allow statements make needless, duplicates included.
    pub(crate) fn needless_allows(&self) -> &[Needless] {
        self.needless_allows.get_or_init(|| self.subsumed(|facts| facts.allow))
    }

    /// The Deny statements that other Deny statements make needless, duplicates included.
    pub(crate) fn needless_denies(&self) -> &[Needless] {
        self.needless_denies.get_or_init(|| self.subsumed(|facts| facts.deny))
    }

    /// The Allow statements that Deny statements refuse wholly.
    pub(crate) fn dead_allows(&self) -> &[Needless] {
        self.dead_allows
            .get_or_init(|| self.asked(&self.candidates(|facts| facts.allow, |facts| facts.deny), Ask::Dead))
    }

    fn subsumed(&self, same: fn(&StatementFacts<'_>) -> bool) -> Vec<Needless> {
        let mut found = self.asked(&self.candidates(same, same), Ask::Redundant);
        found.retain(|found| found.by.iter().all(|by| self.statements.get(*by).is_some_and(same)));
        // of statements that cover each other the first stays: all that is found may go at once
        let mut gone: Vec<usize> = Vec::new();
        found.reverse();
        found.retain(|found| {
            let keeps = !found.by.iter().any(|by| gone.contains(by));
            if keeps {
                gone.push(found.statement);
            }
            keeps
        });
        found.reverse();
        found
    }

    fn asked(&self, candidates: &[usize], ask: Ask) -> Vec<Needless> {
        if candidates.is_empty() || self.varies {
            return Vec::new();
        }
        // a statement about none of their services takes nothing from them
        let services = candidates.iter().filter_map(|index| self.statements.get(*index));
        let services = services.fold(Services::NONE, |all, facts| all.union(facts.services));
        let about = self.statements.iter().enumerate().filter(|(_, facts)| facts.services.meet(services));
        let about: Vec<usize> = about.map(|(index, _)| index).collect();
        let candidates: Vec<usize> = candidates.iter().filter_map(|index| about.binary_search(index).ok()).collect();
        let texts = about.iter().map(|index| self.statements.get(*index)?.statement.print.number());
        let find = |candidates: &[usize]| self.needless(&about, candidates, ask);
        let found = match texts.collect::<Option<Vec<u64>>>() {
            Some(texts) => {
                let has_variables = self.document.has_variables();
                let question = Question { ask, has_variables, texts, candidates: candidates.clone() };
                self.answers.get(question, || find(&candidates))
            }
            None => Arc::new(find(&candidates)),
        };
        let index = |place: &usize| about.get(*place).copied();
        let here = |found: &Needless| {
            let by = found.by.iter().filter_map(index).collect();
            Some(Needless { statement: index(&found.statement)?, by })
        };
        found.iter().filter_map(here).collect()
    }

    /// What the engine says of some of the statements at `about`, by their places there.
    fn needless(&self, about: &[usize], candidates: &[usize], ask: Ask) -> Vec<Needless> {
        let policies = Policies::some(self.document, |index| about.binary_search(&index).is_ok());
        let found = candidates.iter().filter_map(|statement| {
            let answer = match ask {
                Ask::Redundant => policies.redundant(*statement),
                Ask::Dead => policies.dead(*statement),
            };
            // what matches nothing at all is another rule's business
            answer.yes().filter(|by| !by.is_empty()).map(|by| Needless { statement: *statement, by })
        });
        found.collect()
    }

    /// The statements whose every action on every resource some other one may match: all that
    /// can be needless.
    fn candidates(&self, own: fn(&StatementFacts<'_>) -> bool, other: fn(&StatementFacts<'_>) -> bool) -> Vec<usize> {
        let statements = &self.statements;
        if statements.len() > MOST {
            return Vec::new();
        }
        let about = |facts: &StatementFacts<'_>, item: &ActionFact<'_>| {
            facts.not_action
                || (facts.services.meet(item.services)
                    && match &facts.statement.action {
                        Some(list) if list.plain && is_told(item) && !item.is_all() => facts.matches_text(item),
                        _ => facts.actions.iter().any(|by| holds(by, item)),
                    })
        };
        let needless = |(index, facts): &(usize, &StatementFacts<'_>)| {
            if !own(facts) || facts.statement.unknown || facts.statement.conditions_unknown || facts.actions.is_empty()
            {
                return false;
            }
            let among = statements.iter().enumerate().filter(|(at, by)| at != index && other(by));
            let of_all = among.clone().fold(Services::NONE, |all, (_, by)| all.union(by.services));
            if !of_all.hold(facts.services) {
                return false;
            }
            let keys = Keys::of(facts);
            let others: Vec<_> = among.map(|(_, by)| by).filter(|by| !keys.leave_out(by)).collect();
            // most differ in their first action
            let known = |item: &ActionFact<'_>| others.iter().any(|facts| about(facts, item));
            if others.is_empty() || !(facts.not_action || facts.actions.iter().all(known)) {
                return false;
            }
            let Some(reaching) = reaching(facts, &others) else { return false };
            // one action or pattern, on each of the resources
            let met = |item: &ActionFact<'_>| {
                let about = |of: u64| members(&others, of).any(|facts| about(facts, item));
                reaching.iter().all(|of| about(*of))
            };
            facts.not_action || facts.actions.iter().all(met)
        };
        statements.iter().enumerate().filter(needless).map(|(index, _)| index).collect()
    }
}

/// The condition keys that a request must have to meet a statement, where they are known.
struct Keys<'f, 'a>(Option<&'f [ConditionFact<'a>]>);

impl<'f, 'a> Keys<'f, 'a> {
    fn of(facts: &'f StatementFacts<'a>) -> Self {
        // a policy variable is a key as well, and what is not known may be one
        let open = |condition: &ConditionFact<'_>| {
            !condition.condition.key.is_known()
                || condition.condition.values.iter().any(|node| node.as_str().is_none_or(|text| text.contains('$')))
        };
        let plain = facts.statement.resource.as_ref().is_none_or(|list| list.plain);
        let fixed = plain || !facts.resources.iter().any(|item| item.text.contains('$'));
        let told = fixed && !facts.conditions.iter().any(open);
        Self(told.then_some(facts.conditions.as_slice()))
    }

    /// Whether a statement is about no request that has these keys alone.
    fn leave_out(&self, other: &StatementFacts<'_>) -> bool {
        self.0.is_some_and(|own| {
            let missing = |condition: &ConditionFact<'_>| own.iter().all(|own| own.key != condition.key);
            other.conditions.iter().any(|condition| condition.fails_without_key() && missing(condition))
        })
    }
}

/// Whether one action pattern may match a text of another in which every wildcard stands for
/// letters of its own. Where no pattern of a list does, the list leaves that text out (spec:
/// symbolic, lemma 1).
fn holds(outer: &ActionFact<'_>, inner: &ActionFact<'_>) -> bool {
    let told = is_told(inner);
    if inner.is_all() {
        return outer.services == Services::ALL;
    }
    outer.is_all() || !told || !outer.item.text.is_known() || {
        if outer.wildcard { glob::matches(&outer.lower, &inner.lower) } else { outer.is_same(inner) }
    }
}

/// Whether all of an action pattern is known, and it has a service.
fn is_told(action: &ActionFact<'_>) -> bool {
    action.item.text.is_known() && action.lower.contains(':')
}

/// For each resource of a statement which of the others reach it, a bit each, alike ones once; none
/// where no other reaches some resource.
fn reaching(own: &StatementFacts<'_>, others: &[&StatementFacts<'_>]) -> Option<Vec<u64>> {
    if own.not_resource || own.resources.is_empty() {
        return Some(vec![u64::MAX]);
    }
    let mut all: Vec<u64> = Vec::new();
    for resource in &own.resources {
        let reach = others.iter().enumerate().filter(|(_, facts)| reaches(facts, resource));
        match reach.fold(0, |all, (at, _)| all | 1 << at) {
            0 => return None,
            reach if !all.contains(&reach) => all.push(reach),
            _ => {}
        }
    }
    Some(all)
}

/// Those of at most [`MOST`] statements whose bit is set.
fn members<'f, 'a>(statements: &[&'f StatementFacts<'a>], of: u64) -> impl Iterator<Item = &'f StatementFacts<'a>> {
    statements.iter().enumerate().filter(move |(at, _)| (of >> at) & 1 == 1).map(|(_, facts)| *facts)
}

/// The same for the resources of a statement.
fn reaches(facts: &StatementFacts<'_>, inner: &ResourceFact<'_>) -> bool {
    // variables and unknown parts, and patterns that spread over segments, are left to the
    // engine
    let plain = |item: &ResourceFact<'_>| item.item.text.is_known() && !item.text.contains('$');
    let told = plain(inner) && (inner.all || inner.field(5).is_some());
    let holds = |outer: &ResourceFact<'_>| outer.all || !plain(outer) || glob::matches(outer.text, inner.text);
    !told || facts.not_resource || facts.resources.is_empty() || facts.resources.iter().any(holds)
}
