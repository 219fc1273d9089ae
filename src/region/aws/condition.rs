//! Conditions: is there a context that makes the required atoms true and, of each
//! forbidden statement still alive, one atom false?
//!
//! Every atom says, of the values of its key, that there are none, that there are some,
//! that one of them is in a set, or that all are (spec: symbolic, section 5).

use std::collections::{BTreeMap, BTreeSet};

use super::names::Names;
pub(super) use crate::aws::condition::domain::Values;
use crate::aws::condition::domain::{self, Site};
use crate::aws::condition::{Base, Operator, Quantifier};
use crate::pattern::search::Effort;

/// One operator and key of a condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Atom {
    pub(super) operator: Operator,
    /// Lower case.
    pub(super) key: String,
    pub(super) values: Values,
}

impl Atom {
    /// An atom that holds where the key is absent.
    pub(super) fn absent(key: &str) -> Self {
        let operator = Operator { quantifier: Quantifier::One, base: Base::Null, negated: false, if_exists: false };
        Self { operator, key: key.to_ascii_lowercase(), values: Values::Bool(vec![true]) }
    }

    /// Whether nothing can be said about when the atom holds.
    pub(super) fn is_opaque(&self) -> bool {
        match (&self.values, self.operator.base) {
            (Values::Opaque, _) => true,
            (Values::Bool(values), Base::Null) => values.len() != 1,
            _ => false,
        }
    }

    fn is_null(&self) -> bool {
        self.operator.base == Base::Null
    }
}

/// What an atom, true or false, asks of its key.
#[derive(Debug, Clone, Copy)]
enum Need<'a> {
    Absent,
    Present,
    /// One value is among the values, or (false) is not.
    Hit(bool, &'a Values),
    /// All values are among the values, or (false) are not.
    Within(bool, &'a Values),
}

/// The ways in which an atom can be true: any of these lists.
fn truths(atom: &Atom) -> Vec<Vec<Need<'_>>> {
    let Operator { quantifier, negated, if_exists, .. } = atom.operator;
    let values = &atom.values;
    match (atom.operator.base, quantifier, negated) {
        (Base::Null, ..) => vec![vec![if *values == Values::Bool(vec![true]) { Need::Absent } else { Need::Present }]],
        (_, Quantifier::All, _) => vec![vec![Need::Within(!negated, values)]],
        (_, Quantifier::One, true) => vec![vec![Need::Within(false, values)]],
        (_, Quantifier::One | Quantifier::Any, _) => {
            let hit = vec![Need::Hit(!negated, values)];
            if if_exists { vec![vec![Need::Absent], hit] } else { vec![hit] }
        }
    }
}

/// What must hold for an atom to be false.
fn falsehood(atom: &Atom) -> Vec<Need<'_>> {
    let Operator { quantifier, negated, if_exists, .. } = atom.operator;
    let values = &atom.values;
    match (atom.operator.base, quantifier, negated) {
        (Base::Null, ..) => vec![if *values == Values::Bool(vec![true]) { Need::Present } else { Need::Absent }],
        (_, Quantifier::All, _) => vec![Need::Hit(negated, values)],
        (_, Quantifier::One, true) => vec![Need::Hit(true, values)],
        (_, Quantifier::One | Quantifier::Any, _) => {
            let within = Need::Within(negated, values);
            if if_exists { vec![Need::Present, within] } else { vec![within] }
        }
    }
}

/// The demands on one key so far.
#[derive(Debug, Clone, Default)]
struct Demands<'a> {
    absent: bool,
    present: bool,
    hits: Vec<(bool, &'a Values)>,
    withins: Vec<(bool, &'a Values)>,
}

impl<'a> Demands<'a> {
    fn add(&mut self, need: Need<'a>) {
        match need {
            Need::Absent => self.absent = true,
            Need::Present => self.present = true,
            Need::Hit(inside, values) => self.hits.push((inside, values)),
            Need::Within(inside, values) => self.withins.push((inside, values)),
        }
    }

    /// Values that meet the demands: none for an absent key.
    fn solve(&self, site: &Site<'a>, effort: &mut Effort) -> Option<Vec<String>> {
        let present = self.present || !self.hits.is_empty();
        if !present {
            return Some(Vec::new());
        }
        if self.absent {
            return None;
        }
        if !site.multivalued || self.hits.is_empty() {
            let all: Vec<_> = self.withins.iter().chain(&self.hits).copied().collect();
            return site.find(&all, effort).map(|value| vec![value]);
        }
        let each = self.hits.iter().map(|hit| {
            let all: Vec<_> = self.withins.iter().chain([hit]).copied().collect();
            site.find(&all, effort)
        });
        each.collect()
    }
}

/// What the search for a context found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Found {
    /// The keys that must be present, and values for them. All others are absent.
    Context(BTreeMap<String, Vec<String>>),
    Nothing,
    /// The question leaves what can be reasoned about.
    Unsure,
}

/// Partial assignments tried.
const NODES: usize = 20_000;

/// Looks for a context in which all atoms of `required` hold and, of each list of
/// `forbidden`, one does not. Opaque atoms must have been taken care of.
pub(super) fn solve<'a>(
    required: &[&'a Atom],
    forbidden: &[Vec<&'a Atom>],
    names: &'a Names,
    effort: &mut Effort,
) -> Found {
    let atoms = || required.iter().chain(forbidden.iter().flatten()).copied();
    let keys: BTreeSet<&str> = atoms().map(|a| a.key.as_str()).collect();
    let mut sites: BTreeMap<&str, Site<'_>> = BTreeMap::new();
    for key in keys {
        let own: Vec<&Atom> = atoms().filter(|a| a.key == key && !a.is_null()).collect();
        let sets = own.iter().filter(|a| a.operator.quantifier != Quantifier::One).count();
        let multivalued = sets > 0;
        // a plain operator on a key of several values is not reasoned about
        if multivalued && sets < own.len() {
            return Found::Unsure;
        }
        let Some(site) = Site::new(own.iter().map(|a| &a.values), names.kind(key), multivalued) else {
            return Found::Unsure;
        };
        sites.insert(key, site);
    }
    // a clause is a list of ways to meet it, each a list of needs of a key
    let mut clauses: Vec<Vec<(&str, Vec<Need<'_>>)>> = Vec::new();
    for atom in required {
        clauses.push(truths(atom).into_iter().map(|needs| (atom.key.as_str(), needs)).collect());
    }
    for list in forbidden {
        clauses.push(list.iter().map(|atom| (atom.key.as_str(), falsehood(atom))).collect());
    }
    clauses.sort_by_key(Vec::len);
    let mut nodes = NODES;
    let missed = std::mem::take(&mut effort.missed);
    let found = Search { sites: &sites, clauses: &clauses, nodes: &mut nodes, effort }.run();
    let complete = nodes > 0 && !effort.missed;
    effort.missed = missed;
    match found {
        Some(context) => Found::Context(context),
        None if complete => Found::Nothing,
        None => Found::Unsure,
    }
}

struct Search<'s, 'a> {
    sites: &'s BTreeMap<&'a str, Site<'a>>,
    clauses: &'s [Vec<(&'a str, Vec<Need<'a>>)>],
    nodes: &'s mut usize,
    effort: &'s mut Effort,
}

/// The demands on all keys, with values that meet them.
type State<'a> = BTreeMap<&'a str, (Demands<'a>, Vec<String>)>;

impl<'a> Search<'_, 'a> {
    /// Depth first over the clauses, the shortest first.
    fn run(&mut self) -> Option<BTreeMap<String, Vec<String>>> {
        let mut open: Vec<(usize, State<'a>)> = vec![(0, State::new())];
        while let Some((depth, state)) = open.pop() {
            if *self.nodes == 0 {
                return None;
            }
            *self.nodes -= 1;
            let Some(clause) = self.clauses.get(depth) else {
                let context = state.into_iter().filter(|(_, (_, values))| !values.is_empty());
                return Some(context.map(|(key, (_, values))| (key.to_owned(), values)).collect());
            };
            for (key, needs) in clause.iter().rev() {
                let Some(site) = self.sites.get(key) else { continue };
                let mut demands = state.get(key).map(|(demands, _)| demands.clone()).unwrap_or_default();
                for need in needs {
                    demands.add(*need);
                }
                if let Some(values) = demands.solve(site, self.effort) {
                    let mut next = state.clone();
                    next.insert(key, (demands, values));
                    open.push((depth + 1, next));
                }
            }
        }
        None
    }
}

/// The variables that occur in an atom's values.
pub(super) fn variables(atom: &Atom) -> Vec<u32> {
    domain::variables(&atom.values)
}
