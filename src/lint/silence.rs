//! Findings that others make superfluous.

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

use super::registry::Rules;
use super::{Finding, Rule};
use crate::source::{SourceId, Span};

/// Drops findings that a rule named by `unless` makes superfluous: those of the same text,
/// read for the same declaration.
pub(super) fn silence(rules: &Rules, findings: &mut Vec<Finding>) {
    let mut found: Vec<&str> = findings.iter().map(|finding| finding.rule.as_str()).collect();
    found.sort_unstable();
    found.dedup();
    let found: Vec<&Rule> = found.into_iter().filter_map(|id| rules.get(id)).collect();
    // the rules that found something to which each that yields does, by its id
    let mut before: FxHashMap<&str, Vec<&str>> = FxHashMap::default();
    let mut named: FxHashSet<&str> = FxHashSet::default();
    for rule in found.iter().filter(|rule| !rule.unless.is_empty()) {
        let others = found.iter().filter(|other| rule.yields_to(other));
        let others: Vec<&str> = others.map(|other| other.id.as_str()).collect();
        named.extend(&others);
        before.insert(&rule.id, others);
    }
    // units of findings that can silence others, by declaration and, as a rule over texts
    // knows no declaration, for all of a source under no address
    let mut silencers = Silencers::default();
    let mut everywhere = Silencers::default();
    let addressless = findings.iter().any(|finding| finding.address.is_empty());
    for finding in findings.iter() {
        let Some(rule) = named.get(finding.rule.as_str()) else { continue };
        let unit = home(finding);
        silencers.push((unit.source, finding.address.clone(), rule), unit);
        if addressless {
            everywhere.push((unit.source, SmolStr::default(), rule), unit);
        }
    }
    silencers.sort();
    everywhere.sort();
    findings.retain(|finding| {
        let Some(before) = before.get(finding.rule.as_str()) else { return true };
        let unit = home(finding);
        let within = |all: &Silencers<'_>, address: &SmolStr| {
            before.iter().any(|rule| all.around(&(unit.source, address.clone(), rule), unit))
        };
        let nowhere = SmolStr::default();
        if finding.address.is_empty() {
            return !within(&everywhere, &nowhere);
        }
        !within(&silencers, &finding.address) && !within(&silencers, &nowhere)
    });
}

/// What a finding is about.
fn home(finding: &Finding) -> Span {
    finding.home.unwrap_or(finding.unit)
}

/// Source, address and rule.
type Key<'r> = (SourceId, SmolStr, &'r str);

/// Units of findings, so that one around another is found without looking at each.
#[derive(Default)]
struct Silencers<'r>(FxHashMap<Key<'r>, Vec<(u32, u32)>>);

impl<'r> Silencers<'r> {
    fn push(&mut self, key: Key<'r>, unit: Span) {
        self.0.entry(key).or_default().push((unit.start, unit.end));
    }

    /// Puts the units in order, each with the farthest end of those that start no later.
    fn sort(&mut self) {
        let sort = |units: &mut Vec<(u32, u32)>| {
            units.sort_unstable();
            let mut farthest = 0;
            for (_, end) in units {
                farthest = farthest.max(*end);
                *end = farthest;
            }
            true
        };
        self.0.retain(|_, units| sort(units));
    }

    /// Whether one of the units holds another.
    fn around(&self, key: &Key<'r>, unit: Span) -> bool {
        let Some(units) = self.0.get(key) else { return false };
        let before = units.partition_point(|(start, _)| *start <= unit.start);
        before.checked_sub(1).and_then(|last| units.get(last)).is_some_and(|(_, end)| *end >= unit.end)
    }
}
