//! Which rule decides: the prepared look-up.
//! spec: vault-acl, section c
//!
//! Rules that are not exact hang on nodes, one per literal beginning: the whole text of a
//! prefix rule, the text before the first `+` of a segment rule. Nodes are sorted; each
//! knows the next shorter one that begins it. So the nodes for a path are a chain from
//! the longest to the shortest, which is the order in which the server ranks rules.

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::rule::Rule;
use crate::vault::capability::Capability;
use crate::vault::dialect::ListLookup;
use crate::vault::path::{PatternKind, match_segments};

/// Index of a rule in its ACL.
pub type RuleId = u32;

const NONE: u32 = u32::MAX;

#[derive(Debug, Clone)]
struct Node {
    head: SmolStr,
    /// The node of the longest other head that begins this one.
    parent: u32,
    /// Best first.
    entries: Vec<Entry>,
}

#[derive(Debug, Clone)]
struct Entry {
    rule: RuleId,
    /// Place among all rules that are not exact: greater decides.
    order: u32,
    /// For a segment rule: text to match from `from` on, and whether it is open.
    segments: Option<Segments>,
}

#[derive(Debug, Clone)]
struct Segments {
    stem: SmolStr,
    open: bool,
    from: usize,
}

/// A rule that matches, with its place in the ranking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Candidate {
    rule: RuleId,
    order: u32,
}

/// The look-up structure of an ACL.
#[derive(Debug, Clone, Default)]
pub(super) struct Index {
    exact: FxHashMap<SmolStr, RuleId>,
    nodes: Vec<Node>,
}

impl Index {
    pub(super) fn new(rules: &[Rule]) -> Self {
        let mut index = Self::default();
        let mut wild: Vec<(RuleId, &Rule)> = Vec::new();
        for (id, rule) in (0..).zip(rules) {
            if rule.pattern.kind() == PatternKind::Exact {
                index.exact.insert(rule.pattern.stored().into(), id);
            } else {
                wild.push((id, rule));
            }
        }
        wild.sort_by(|(_, a), (_, b)| a.pattern.cmp_rank(&b.pattern));
        let mut entries: Vec<(SmolStr, Entry)> = Vec::with_capacity(wild.len());
        for (order, (rule, rule_data)) in (0..).zip(wild) {
            let pattern = &rule_data.pattern;
            let head = pattern.head();
            let segments = (pattern.kind() == PatternKind::Segments).then(|| {
                // Matching may start at a segment boundary only.
                let from = if head.ends_with('/') { head.len() } else { 0 };
                let stem = pattern.stem().get(from..).unwrap_or("");
                Segments { stem: stem.into(), open: pattern.is_open(), from }
            });
            entries.push((head.into(), Entry { rule, order, segments }));
        }
        entries.sort_by(|(a, x), (b, y)| a.cmp(b).then(y.order.cmp(&x.order)));
        for (head, entry) in entries {
            match index.nodes.last_mut() {
                Some(node) if node.head == head => node.entries.push(entry),
                _ => index.nodes.push(Node { head, parent: NONE, entries: vec![entry] }),
            }
        }
        index.link();
        index
    }

    /// Gives each node its parent: in sorted order the heads that begin a head are on a
    /// stack when it is reached.
    fn link(&mut self) {
        let mut stack: Vec<(SmolStr, u32)> = Vec::new();
        for (id, node) in (0..).zip(&mut self.nodes) {
            while stack.last().is_some_and(|(head, _)| !node.head.starts_with(head.as_str())) {
                stack.pop();
            }
            node.parent = stack.last().map_or(NONE, |(_, parent)| *parent);
            stack.push((node.head.clone(), id));
        }
    }

    /// The rule that decides for a path without leading slash; `lookup` for LIST and SCAN.
    pub(super) fn find(&self, path: &str, lookup: Option<(ListLookup, Capability)>, rules: &[Rule]) -> Option<RuleId> {
        if let Some(rule) = self.exact.get(path) {
            return Some(*rule);
        }
        let Some((lookup, capability)) = lookup else { return self.best(path) };
        let Some(trimmed) = path.strip_suffix('/') else { return self.best(path) };
        if let Some(rule) = self.exact.get(trimmed) {
            return Some(*rule);
        }
        match lookup {
            ListLookup::WholeOnly => self.best(path),
            ListLookup::WholeFirst => self.best(path).or_else(|| self.best(trimmed)),
            ListLookup::TrimmedFirst => self.best(trimmed).or_else(|| self.best(path)),
            ListLookup::Pooled => self.pooled(path, trimmed, capability, rules),
        }
    }

    fn best(&self, path: &str) -> Option<RuleId> {
        let mut found = None;
        self.candidates(path, |candidate| {
            found = Some(candidate.rule);
            false
        });
        found
    }

    /// The best rule that grants the capability, unless a better one denies; the best of
    /// all where none does either.
    fn pooled(&self, path: &str, trimmed: &str, capability: Capability, rules: &[Rule]) -> Option<RuleId> {
        let mut best: Option<Candidate> = None;
        let mut deny: Option<Candidate> = None;
        let mut grant: Option<Candidate> = None;
        let keep = |slot: &mut Option<Candidate>, candidate: Candidate| {
            if slot.is_none_or(|kept| kept.order < candidate.order) {
                *slot = Some(candidate);
            }
        };
        for form in [path, trimmed] {
            self.candidates(form, |candidate| {
                keep(&mut best, candidate);
                if let Some(rule) = rules.get(candidate.rule as usize) {
                    if rule.granted.has(Capability::Deny) {
                        keep(&mut deny, candidate);
                    }
                    if rule.granted.has(capability) {
                        keep(&mut grant, candidate);
                    }
                }
                true
            });
        }
        let chosen = match (deny, grant) {
            (Some(deny), Some(grant)) if deny.order > grant.order => Some(deny),
            (_, Some(grant)) => Some(grant),
            (Some(deny), None) => Some(deny),
            (None, None) => best,
        };
        chosen.map(|candidate| candidate.rule)
    }

    /// Calls `see` with each rule that competes for the path, best first, until it says
    /// false: the longest prefix rule and every segment rule that matches.
    fn candidates(&self, path: &str, mut see: impl FnMut(Candidate) -> bool) {
        let mut prefix_seen = false;
        let mut at = self.nodes.partition_point(|node| node.head.as_str() <= path).checked_sub(1);
        while let Some(node) = at.and_then(|at| self.nodes.get(at)) {
            at = (node.parent != NONE).then_some(node.parent as usize);
            if !path.as_bytes().starts_with(node.head.as_bytes()) {
                continue;
            }
            for entry in &node.entries {
                let matches = match &entry.segments {
                    None => !std::mem::replace(&mut prefix_seen, true),
                    Some(segments) => path
                        .get(segments.from..)
                        .is_some_and(|rest| match_segments(&segments.stem, segments.open, rest)),
                };
                if matches && !see(Candidate { rule: entry.rule, order: entry.order }) {
                    return;
                }
            }
        }
    }

    /// All rules that match a path, best first, the exact one before the others.
    pub(super) fn all_matching(&self, path: &str, rules: &[Rule]) -> Vec<RuleId> {
        let mut found: Vec<RuleId> = self.exact.get(path).copied().into_iter().collect();
        let mut at = self.nodes.partition_point(|node| node.head.as_str() <= path).checked_sub(1);
        while let Some(node) = at.and_then(|at| self.nodes.get(at)) {
            at = (node.parent != NONE).then_some(node.parent as usize);
            let matching = node.entries.iter().map(|entry| entry.rule);
            found.extend(matching.filter(|id| rules.get(*id as usize).is_some_and(|rule| rule.pattern.matches(path))));
        }
        found
    }
}
