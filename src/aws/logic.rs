//! One evaluator, two logics: plain truth values for speed, and residual formulas over
//! what is not known for explanations. Both walk the same code, so they cannot disagree.

use std::collections::BTreeSet;

use rustc_hash::FxHashSet;

use super::condition::claim::{Claim, Demand, possible};
use super::template::Missing;
use crate::decision::Truth;

/// What a three-valued evaluation computes with.
pub(super) trait Logic {
    /// A truth value, or a formula that stands for one.
    type Value: Clone;
    /// A value that is certain.
    fn known(&self, truth: bool) -> Self::Value;
    /// A value that depends on something not known.
    fn unknown(&mut self, atom: impl FnOnce() -> Atom) -> Self::Value;
    fn not(&self, value: Self::Value) -> Self::Value;
    fn and(&self, a: Self::Value, b: Self::Value) -> Self::Value;
    fn or(&self, a: Self::Value, b: Self::Value) -> Self::Value;
    /// What is certain of a value.
    fn truth(&self, value: &Self::Value) -> Truth;

    /// A value from a truth, with the atom for the case that it is not known.
    fn of(&mut self, truth: Truth, atom: impl FnOnce() -> Atom) -> Self::Value {
        match truth {
            Truth::True => self.known(true),
            Truth::False => self.known(false),
            Truth::Unknown => self.unknown(atom),
        }
    }
}

/// Something that is not known and that the answer hangs on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Atom {
    /// In words, where it holds: "`aws:MultiFactorAuthPresent` is `true`".
    pub(super) holds: String,
    /// In words, where it does not.
    pub(super) fails: String,
    /// What would have to be known.
    pub(super) needs: Vec<Missing>,
    /// Whether the words alone do not tell it from other atoms, and what does: anything
    /// that no two of them share.
    pub(super) place: Option<usize>,
    /// What it says of the values of a key, where it is about those.
    pub(super) claim: Option<Claim>,
}

impl Atom {
    pub(super) fn new(holds: impl Into<String>, fails: impl Into<String>, needs: Vec<Missing>) -> Self {
        Self { holds: holds.into(), fails: fails.into(), needs, place: None, claim: None }
    }

    /// The same, of which there may be others in the same words.
    pub(super) fn of<T>(mut self, part: &T) -> Self {
        self.place = Some(std::ptr::from_ref(part).addr());
        self
    }

    fn is(&self, other: &Self) -> bool {
        self.holds == other.holds && self.place == other.place && self.claim == other.claim
    }
}

/// Kleene's logic.
#[derive(Debug)]
pub(super) struct Plain;

impl Logic for Plain {
    type Value = Truth;

    fn known(&self, truth: bool) -> Truth {
        truth.into()
    }

    fn unknown(&mut self, _: impl FnOnce() -> Atom) -> Truth {
        Truth::Unknown
    }

    fn not(&self, value: Truth) -> Truth {
        !value
    }

    fn and(&self, a: Truth, b: Truth) -> Truth {
        a.and(b)
    }

    fn or(&self, a: Truth, b: Truth) -> Truth {
        a.or(b)
    }

    fn truth(&self, value: &Truth) -> Truth {
        *value
    }
}

/// A formula over atoms, with what is certain simplified away: it is [`Formula::Known`]
/// exactly where [`Plain`] computes a certain value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Formula {
    Known(bool),
    /// The n-th atom, or its opposite.
    Atom(usize, bool),
    All(Vec<Formula>),
    Any(Vec<Formula>),
}

/// Computes formulas, and collects the atoms they speak of.
#[derive(Debug, Default)]
pub(super) struct Residual {
    pub(super) atoms: Vec<Atom>,
}

impl Logic for Residual {
    type Value = Formula;

    fn known(&self, truth: bool) -> Formula {
        Formula::Known(truth)
    }

    fn unknown(&mut self, atom: impl FnOnce() -> Atom) -> Formula {
        let atom = atom();
        let index = self.atoms.iter().position(|known| known.is(&atom)).unwrap_or_else(|| {
            self.atoms.push(atom);
            self.atoms.len() - 1
        });
        Formula::Atom(index, true)
    }

    fn not(&self, value: Formula) -> Formula {
        match value {
            Formula::Known(truth) => Formula::Known(!truth),
            Formula::Atom(index, positive) => Formula::Atom(index, !positive),
            Formula::All(parts) => Formula::Any(parts.into_iter().map(|part| self.not(part)).collect()),
            Formula::Any(parts) => Formula::All(parts.into_iter().map(|part| self.not(part)).collect()),
        }
    }

    fn and(&self, a: Formula, b: Formula) -> Formula {
        match (a, b) {
            (Formula::Known(false), _) | (_, Formula::Known(false)) => Formula::Known(false),
            (Formula::Known(true), other) | (other, Formula::Known(true)) => other,
            (Formula::All(mut a), Formula::All(b)) => {
                a.extend(b);
                Formula::All(a)
            }
            (Formula::All(mut parts), other) | (other, Formula::All(mut parts)) => {
                parts.push(other);
                Formula::All(parts)
            }
            (a, b) => Formula::All(vec![a, b]),
        }
    }

    fn or(&self, a: Formula, b: Formula) -> Formula {
        let (a, b) = (self.not(a), self.not(b));
        self.not(self.and(a, b))
    }

    fn truth(&self, value: &Formula) -> Truth {
        match value {
            Formula::Known(truth) => (*truth).into(),
            _ => Truth::Unknown,
        }
    }
}

/// Most atoms whose combinations are tried one by one.
const MOST_ATOMS: usize = 10;

/// Most ways in which the claims about one key are followed; what more atoms claim is let
/// be anything.
const MOST_WAYS: usize = 64;

/// A way in which a formula can hold: atoms and how each has to be.
pub(super) type Case = Vec<(usize, bool)>;

impl Formula {
    /// The shortest ways in which the formula holds (its prime implicants, without those
    /// that others make superfluous). What the atoms cannot be together is no way, and is
    /// left out of the ways there are. None where it has too many atoms for that.
    pub(super) fn cases(&self, all: &[Atom]) -> Option<Vec<Case>> {
        let mut atoms = Vec::new();
        self.collect(&mut atoms);
        atoms.sort_unstable();
        atoms.dedup();
        if atoms.len() > MOST_ATOMS {
            return None;
        }
        let keys = keys(&atoms, all);
        let can_be = |bits: usize| keys.iter().all(|(mask, ways)| ways.contains(&(bits & mask)));
        let holds =
            |bits: usize| self.value(&|atom| atoms.binary_search(&atom).is_ok_and(|place| bits >> place & 1 == 1));
        let (mut minterms, mut open) = (Vec::new(), Vec::new());
        for bits in 0..1_usize << atoms.len() {
            if !can_be(bits) {
                open.push(bits);
            } else if holds(bits) {
                minterms.push(bits);
            }
        }
        let mut primes: Vec<(usize, usize)> = Vec::new();
        // Implicants as (bits, mask of atoms that do not matter), merged pair by pair.
        let mut level: Vec<(usize, usize)> = minterms.iter().chain(&open).map(|bits| (*bits, 0)).collect();
        while !level.is_empty() {
            let known: FxHashSet<(usize, usize)> = level.iter().copied().collect();
            let mut next = Vec::new();
            for &(bits, mask) in &level {
                let mut merged = false;
                for place in 0..atoms.len() {
                    let bit = 1 << place;
                    if mask & bit == 0 && known.contains(&(bits ^ bit, mask)) {
                        merged = true;
                        next.push((bits & !bit, mask | bit));
                    }
                }
                if !merged {
                    primes.push((bits, mask));
                }
            }
            next.sort_unstable();
            next.dedup();
            level = next;
        }
        // Cover greedily: widest first, then whatever covers most of what is left.
        let covers = |prime: &(usize, usize), bits: usize| (bits ^ prime.0) & !prime.1 == 0;
        let mut chosen = Vec::new();
        while !minterms.is_empty() {
            let best = primes.iter().max_by_key(|prime| {
                let count = minterms.iter().filter(|bits| covers(prime, **bits)).count();
                (count, prime.1.count_ones(), std::cmp::Reverse(**prime))
            })?;
            minterms.retain(|bits| !covers(best, *bits));
            chosen.push(*best);
        }
        let case = |(bits, mask): (usize, usize)| -> Case {
            let fixed = atoms.iter().enumerate().filter(|(place, _)| mask >> place & 1 == 0);
            fixed.map(|(place, atom)| (*atom, bits >> place & 1 == 1)).collect()
        };
        let mut cases: Vec<Case> = chosen.into_iter().map(case).collect();
        cases.sort();
        Some(cases)
    }

    fn collect(&self, into: &mut Vec<usize>) {
        match self {
            Self::Known(_) => {}
            Self::Atom(index, _) => into.push(*index),
            Self::All(parts) | Self::Any(parts) => parts.iter().for_each(|part| part.collect(into)),
        }
    }

    fn value(&self, atom: &impl Fn(usize) -> bool) -> bool {
        match self {
            Self::Known(truth) => *truth,
            Self::Atom(index, positive) => atom(*index) == *positive,
            Self::All(parts) => parts.iter().all(|part| part.value(atom)),
            Self::Any(parts) => parts.iter().any(|part| part.value(atom)),
        }
    }
}

/// For each key that atoms make claims about: their bits, and what these can be.
fn keys(atoms: &[usize], all: &[Atom]) -> Vec<(usize, FxHashSet<usize>)> {
    let claims = || atoms.iter().enumerate().filter_map(|(place, atom)| Some((place, all.get(*atom)?.claim.as_ref()?)));
    let names: BTreeSet<&str> = claims().map(|(_, claim)| claim.key.as_str()).collect();
    let of = |key: &str| {
        let mut mask = 0;
        let mut ways: Vec<(usize, Vec<Demand<'_>>)> = vec![(0, Vec::new())];
        for (place, claim) in claims().filter(|(_, claim)| claim.key == key) {
            if ways.len() > MOST_WAYS {
                break;
            }
            mask |= 1 << place;
            let both = ways.into_iter().flat_map(|way| [(way.clone(), false), (way, true)]);
            let next = both.map(|((bits, mut demands), truth)| {
                demands.push((claim, truth));
                (bits | usize::from(truth) << place, demands)
            });
            ways = next.filter(|(_, demands)| possible(demands)).collect();
        }
        (mask, ways.into_iter().map(|(bits, _)| bits).collect())
    };
    names.into_iter().map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn atom(logic: &mut Residual, name: &str) -> Formula {
        logic.unknown(|| Atom::new(name, format!("not {name}"), Vec::new()))
    }

    #[test]
    fn the_shortest_cases_are_found() {
        let mut logic = Residual::default();
        let (a, b, c) = (atom(&mut logic, "a"), atom(&mut logic, "b"), atom(&mut logic, "c"));
        let both = logic.and(a.clone(), b.clone());
        assert_eq!(both.cases(&logic.atoms), Some(vec![vec![(0, true), (1, true)]]));
        let either = logic.or(a.clone(), b.clone());
        assert_eq!(either.cases(&logic.atoms), Some(vec![vec![(0, true)], vec![(1, true)]]));
        // (a and b) or (a and not b) is a
        let other = logic.and(a.clone(), logic.not(b.clone()));
        assert_eq!(logic.or(both, other).cases(&logic.atoms), Some(vec![vec![(0, true)]]));
        // a or not a always holds, a and not a never does
        assert_eq!(logic.or(c.clone(), logic.not(c.clone())).cases(&logic.atoms), Some(vec![vec![]]));
        assert_eq!(logic.and(c.clone(), logic.not(c)).cases(&logic.atoms), Some(vec![]));
        assert_eq!(atom(&mut logic, "a"), a);
    }
}
