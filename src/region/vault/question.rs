//! What a set of rules reaches, and which of its rules do nothing.

use super::sequence::Sequence;
use super::{DECIDING, Rule, Rules, gained, lists, writes};
use crate::pattern::path::PathLang;
use crate::vault::capability::{Capabilities, Capability};

/// A request that shows something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witness {
    /// The request's path.
    pub path: String,
    /// What is asked.
    pub capability: Capability,
    /// The index of the rule that decides.
    pub rule: usize,
}

/// Why a rule never decides anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shadow {
    /// The stronger rules that decide instead; none of them can be left out.
    pub by: Vec<usize>,
}

impl Rules {
    /// A request inside a region that these rules allow: on one of its paths, one of these
    /// capabilities. Rules that deny, or grant less, are honoured. The strongest rule that
    /// reaches the region is given.
    #[must_use]
    pub fn reach(&self, region: &PathLang, capabilities: Capabilities) -> Option<Witness> {
        let near: Vec<usize> = self.near(region).collect();
        near.into_iter().find_map(|rule| self.reach_by(rule, region, capabilities))
    }

    /// A request inside a region that this rule decides and allows.
    #[must_use]
    pub fn reach_by(&self, rule: usize, region: &PathLang, capabilities: Capabilities) -> Option<Witness> {
        let own = self.rules().get(rule)?;
        let wanted = own.grants.intersection(capabilities);
        wanted.iter().find_map(|capability| self.decided(rule, region, capability))
    }

    /// A request inside a region, for this capability, that this rule decides, allowed or
    /// not.
    #[must_use]
    pub fn decided(&self, rule: usize, region: &PathLang, capability: Capability) -> Option<Witness> {
        for sequence in self.sequences(capability) {
            for target in targets(region, capability) {
                let Some(target) = target.intersection(&sequence.within) else { continue };
                for (index, layer) in sequence.layers.iter().enumerate().filter(|(_, layer)| layer.rule == rule) {
                    let Some(want) = layer.lang.intersection(&target) else { continue };
                    let stronger = sequence.before(index);
                    if let Some(path) = want.example(stronger, writes(capability)) {
                        return Some(Witness { path: spelled(path, capability), capability, rule });
                    }
                }
            }
        }
        None
    }

    /// A request inside a region that these rules do not allow; none if they allow the
    /// capability on the whole region. With the rule that refuses, if one does.
    #[must_use]
    pub fn refused(&self, region: &PathLang, capability: Capability) -> Option<(String, Option<usize>)> {
        for sequence in self.sequences(capability) {
            for target in targets(region, capability) {
                let Some(target) = target.intersection(&sequence.within) else { continue };
                for (index, layer) in sequence.layers.iter().enumerate() {
                    let allows = self.rules().get(layer.rule).is_some_and(|r| r.grants.has(capability));
                    let Some(want) = layer.lang.intersection(&target).filter(|_| !allows) else { continue };
                    if let Some(path) = want.example(sequence.before(index), writes(capability)) {
                        return Some((spelled(path, capability), Some(layer.rule)));
                    }
                }
                if let Some(path) = target.example(sequence.before(sequence.layers.len()), writes(capability)) {
                    return Some((spelled(path, capability), None));
                }
            }
        }
        None
    }

    /// Whether a rule never decides anything, because stronger rules decide all it could.
    /// Nothing is claimed of rules that are not fully known.
    #[must_use]
    pub fn shadowed(&self, rule: usize) -> Option<Shadow> {
        let own = self.rules().get(rule).filter(|r| r.known)?;
        // The whole question is dear, and most rules meet none that is stronger.
        if !self.others_near(rule).any(|(at, _)| at < rule) {
            return None;
        }
        if DECIDING.into_iter().any(|capability| self.decided(rule, &PathLang::all(), capability).is_some()) {
            return None;
        }
        // a prefix rule that decides nothing may still keep a shorter one out of the pool
        let without = self.without(rule);
        if !gained(&without, self, &own.lang).is_empty() || !gained(self, &without, &own.lang).is_empty() {
            return None;
        }
        let stronger = || self.rules().iter().take(rule).enumerate();
        let mut by: Vec<usize> =
            stronger().filter(|(_, r)| r.lang.intersection(&own.lang).is_some()).map(|(index, _)| index).collect();
        if let Some((single, _)) = stronger().find(|(_, r)| r.known && r.lang.contains(&own.lang)) {
            return Some(Shadow { by: vec![single] });
        }
        for candidate in by.clone().into_iter().rev() {
            let without: Vec<usize> = by.iter().copied().filter(|index| *index != candidate).collect();
            let langs = without.iter().filter_map(|index| self.rules().get(*index)).map(|r| &r.lang);
            if own.lang.within_union(langs) {
                by = without;
            }
        }
        by.iter().all(|index| self.rules().get(*index).is_some_and(|r| r.known)).then_some(Shadow { by })
    }

    /// The capabilities that a rule grants and no request can get from it.
    #[must_use]
    pub fn dead_capabilities(&self, rule: usize) -> Capabilities {
        let Some(own) = self.rules().get(rule).filter(|r| !r.denies()) else { return Capabilities::NONE };
        own.grants.iter().filter(|c| self.decided(rule, &PathLang::all(), *c).is_none()).collect()
    }

    /// Whether the rules decide every request the same without this rule. Nothing is
    /// claimed where parameters or unknown parts may make a difference.
    #[must_use]
    pub fn redundant(&self, rule: usize) -> bool {
        let Some(own) = self.rules().get(rule).filter(|r| r.known && !r.limited) else { return false };
        if self.others_near(rule).next().is_none() {
            // what it grants nobody else does, and what it denies nobody grants
            return own.denies() || own.grants.is_empty();
        }
        if !self.near(&own.lang).filter_map(|near| self.rules().get(near)).all(|r| r.known && !r.limited) {
            return false;
        }
        let without = self.without(rule);
        gained(&without, self, &own.lang).is_empty() && gained(self, &without, &own.lang).is_empty()
    }

    /// For a rule that allows less than the rules would without it: what is lost, with a
    /// request for each.
    #[must_use]
    pub fn narrows(&self, rule: usize) -> Vec<super::Gain> {
        let Some(own) = self.rules().get(rule) else { return Vec::new() };
        // The whole question is dear, and most rules meet none that grants more.
        let more = |other: &Rule| !other.denies() && !other.grants.minus(own.grants).is_empty();
        if !self.others_near(rule).any(|(_, other)| more(other)) {
            return Vec::new();
        }
        let mut lost = gained(self, &self.without(rule), &own.lang);
        for gain in &mut lost {
            // the index is of the rules as they are, this one included
            gain.by += usize::from(gain.by >= rule);
        }
        lost
    }

    /// The other rules that may have a path in common with this one, by what stands before
    /// their wildcards; a list's final slash counts for nothing. The strongest first.
    fn others_near(&self, rule: usize) -> impl Iterator<Item = (usize, &Rule)> {
        let fixed = |path: &'_ str| path.find(['*', '+']).unwrap_or(path.len());
        let own = self.rules().get(rule).map_or("", |own| &own.path);
        let own = own.get(..fixed(own)).unwrap_or(own).trim_end_matches('/');
        let others = self.rules().iter().enumerate().filter(move |(at, _)| *at != rule);
        others.filter(move |(_, other)| {
            let other = other.path.get(..fixed(&other.path)).unwrap_or(&other.path).trim_end_matches('/');
            own.starts_with(other) || other.starts_with(own)
        })
    }

    /// The rules that can match a path of the region, with or without a final slash.
    fn near(&self, region: &PathLang) -> impl Iterator<Item = usize> {
        let mut regions = region.without_final_slash();
        regions.push(region.clone());
        let meets = move |lang: &PathLang| regions.iter().any(|r| r.meets(lang));
        let holds = move |lang: &PathLang| meets(lang) || lang.without_final_slash().iter().any(&meets);
        self.rules().iter().enumerate().filter(move |(_, r)| holds(&r.lang)).map(|(index, _)| index)
    }
}

impl Sequence {
    /// The patterns of all rules asked before this one.
    pub(super) fn before(&self, index: usize) -> impl Iterator<Item = &PathLang> {
        self.outside.iter().chain(self.layers.iter().take(index).map(|layer| &layer.lang))
    }
}

/// The paths that a region's requests are decided over: for `list`, the region's paths and
/// those that with a slash are of the region.
pub(super) fn targets(region: &PathLang, capability: Capability) -> Vec<PathLang> {
    let mut targets = if lists(capability) { region.without_final_slash() } else { Vec::new() };
    targets.push(region.clone());
    targets
}

/// The path as requested.
pub(super) fn spelled(path: String, capability: Capability) -> String {
    if lists(capability) { path + "/" } else { path }
}
