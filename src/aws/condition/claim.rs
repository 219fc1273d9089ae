//! What tests claim of the values of one key, and whether claims can be true together.

use smol_str::SmolStr;

use super::domain::{Site, Values};
use crate::aws::catalog::{KeyKind, catalog};
use crate::pattern::search::Effort;

/// What a test claims of a key of which nothing is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::aws) struct Claim {
    /// In lower case.
    pub(in crate::aws) key: SmolStr,
    says: Says,
    /// Whether the key is in every request.
    present: bool,
    /// The values as written, which tell tests apart that are not reasoned about.
    written: Vec<SmolStr>,
}

/// A key has no value, one, or several (spec: aws-evaluation, section 5.4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Says {
    /// It has none.
    Nothing,
    /// It has one, which is among these.
    One(Values),
    /// All that it has are among these, or (false) are not.
    All(bool, Values),
    /// One of those it has is among these, or (false) is not.
    Any(bool, Values),
}

/// A claim, and whether it is to be true.
pub(in crate::aws) type Demand<'c> = (&'c Claim, bool);

/// States that the search for one value may visit.
const STATES: usize = 2_000;

impl Claim {
    pub(super) fn new(key: &SmolStr, says: Says, present: bool, written: &[SmolStr]) -> Self {
        Self { key: key.clone(), says, present, written: written.to_vec() }
    }

    fn values(&self) -> Option<&Values> {
        match &self.says {
            Says::Nothing => None,
            Says::One(values) | Says::All(_, values) | Says::Any(_, values) => Some(values),
        }
    }
}

/// Whether claims about one key can turn out as demanded. No is certain: whatever the key
/// holds, one value, several or none, some claim turns out otherwise.
pub(in crate::aws) fn possible(demands: &[Demand<'_>]) -> bool {
    let without = |(claim, wanted): &Demand<'_>| *wanted == matches!(claim.says, Says::Nothing | Says::All(..));
    if !demands.iter().any(|(claim, _)| claim.present) && demands.iter().all(without) {
        return true;
    }
    if demands.iter().any(|(claim, wanted)| *wanted && matches!(claim.says, Says::Nothing)) {
        return false;
    }
    let values = || demands.iter().filter_map(|(claim, _)| claim.values()).filter(|values| **values != Values::Opaque);
    // A key that is compared in several ways is not reasoned about.
    let Some(site) = Site::new(values(), None, false) else { return true };
    let typed = values().any(|values| !matches!(values, Values::Text(_)));
    let question = Question { site, demands };
    if question.one(false) || question.several(false) && !question.single() {
        return true;
    }
    // Values that are not of the tests' type pass none of them.
    typed && !question.typed() && (question.one(true) || question.several(true) && !question.single())
}

struct Question<'q> {
    site: Site<'q>,
    demands: &'q [Demand<'q>],
}

impl<'q> Question<'q> {
    /// Whether the key never has several values.
    fn single(&self) -> bool {
        self.known().is_some_and(|kind| !kind.multi)
    }

    /// Whether the key's values are of a type that is not text.
    fn typed(&self) -> bool {
        self.known().is_some_and(|kind| !matches!(kind.kind, KeyKind::String | KeyKind::Arn))
    }

    fn known(&self) -> Option<crate::aws::catalog::KeyType> {
        let (claim, _) = self.demands.first()?;
        catalog().condition_key(&claim.key).map(|key| key.kind)
    }

    /// With one value.
    fn one(&self, odd: bool) -> bool {
        let sets = self.demands.iter().all(|(claim, wanted)| match &claim.says {
            Says::Nothing => true,
            Says::One(values) => *values == Values::Opaque || *wanted == values.hold_empty(),
            Says::All(..) => *wanted,
            Says::Any(..) => !*wanted,
        });
        // One empty text counts as no value for those that speak of several.
        if sets {
            return true;
        }
        let wants = self.demands.iter().filter_map(|(claim, wanted)| match &claim.says {
            Says::Nothing => None,
            Says::One(values) => Some((*wanted, values)),
            Says::All(inside, values) | Says::Any(inside, values) => Some((*wanted == *inside, values)),
        });
        self.find(wants, odd)
    }

    /// With several values, or with one in a list. A test without set operator fails then.
    fn several(&self, odd: bool) -> bool {
        if self.demands.iter().any(|(claim, wanted)| *wanted && matches!(claim.says, Says::One(_))) {
            return false;
        }
        let (mut each, mut some) = (Vec::new(), Vec::new());
        for (claim, wanted) in self.demands {
            match &claim.says {
                Says::All(inside, values) if *wanted => each.push((*inside, values)),
                Says::All(inside, values) => some.push((!*inside, values)),
                Says::Any(inside, values) if *wanted => some.push((*inside, values)),
                Says::Any(inside, values) => each.push((!*inside, values)),
                Says::One(_) | Says::Nothing => {}
            }
        }
        // without any that one of them has to meet a single empty text will do
        some.iter().all(|wanted| self.find(each.iter().chain([wanted]).copied(), odd))
    }

    /// Whether a value may be in each of these sets, or (false) outside it; `odd` is one
    /// that is in none.
    fn find(&self, wants: impl Iterator<Item = (bool, &'q Values)>, odd: bool) -> bool {
        let wants: Vec<_> = wants.filter(|(_, values)| **values != Values::Opaque).collect();
        if odd {
            return wants.iter().all(|(inside, _)| !inside);
        }
        let mut effort = Effort { states: STATES, missed: false };
        self.site.find(&wants, &mut effort).is_some() || effort.missed
    }
}
