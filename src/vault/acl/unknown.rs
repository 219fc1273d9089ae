//! Stanzas that are not fully known: whether they could change a decision.
//!
//! A decision is taken over what is known, and again under each extreme of what is not:
//! the stanza at the strongest pattern it could have for the path, granting everything it
//! could, or denying. Where all agree the decision stands; else it is undetermined.

use std::collections::BTreeSet;

use smol_str::SmolStr;

use super::decide::{Outcome, Request, full_path};
use super::index::Index;
use super::{Acl, Limits, Prepared, StanzaRef, merge};
use crate::decision::Decision;
use crate::source::{SourceId, Span};
use crate::vault::capability::{Capabilities, Capability};
use crate::vault::path::PathPattern;
use crate::vault::template::Piece;

/// A stanza of which something is not known.
#[derive(Debug, Clone)]
pub(super) struct Uncertain {
    /// The label, where parts of it are unknown.
    pub(super) pieces: Vec<Piece>,
    /// The pattern, where it is known.
    pub(super) pattern: Option<PathPattern>,
    /// What it grants for certain.
    pub(super) granted: Capabilities,
    pub(super) limits: Option<Box<Limits>>,
    pub(super) from: Option<StanzaRef>,
    /// It may grant anything, or deny.
    pub(super) capabilities_unknown: bool,
    /// It may refuse what it grants.
    pub(super) constraints_unknown: bool,
    /// What all that depends on.
    pub(super) depends: Vec<SmolStr>,
    /// Where among the stanzas it stands, if it is certainly one of them.
    pub(super) place: usize,
}

/// Everything but `deny`.
fn everything() -> Capabilities {
    Capability::ALL.into_iter().filter(|capability| *capability != Capability::Deny).collect()
}

impl Uncertain {
    /// A whole policy.
    pub(super) fn policy(name: SmolStr) -> Self {
        Self::stanzas(&[name])
    }

    /// Any stanzas.
    pub(super) fn stanzas(refs: &[SmolStr]) -> Self {
        Self {
            pieces: vec![Piece::Unknown(refs.to_vec())],
            pattern: None,
            granted: Capabilities::NONE,
            limits: None,
            from: None,
            capabilities_unknown: true,
            constraints_unknown: true,
            depends: refs.to_vec(),
            place: usize::MAX,
        }
    }

    /// A stanza whose label is partly unknown.
    pub(super) fn path(
        pieces: Vec<Piece>,
        namespace: &str,
        granted: Capabilities,
        limits: Option<Box<Limits>>,
        from: StanzaRef,
    ) -> Self {
        let mut pieces = pieces;
        if let Some(Piece::Known(first)) = pieces.first_mut() {
            *first = format!("{namespace}{}", first.strip_prefix('/').unwrap_or(first));
        } else if !namespace.is_empty() {
            pieces.insert(0, Piece::Known(namespace.to_owned()));
        }
        let unknown = pieces.iter().filter_map(|piece| match piece {
            Piece::Unknown(refs) => Some(refs.clone()),
            Piece::Known(_) => None,
        });
        let depends = unknown.flatten().collect();
        Self {
            pieces,
            pattern: None,
            granted,
            limits,
            from: Some(from),
            capabilities_unknown: false,
            constraints_unknown: false,
            depends,
            place: usize::MAX,
        }
    }

    /// The strongest pattern that the stanza could have among those that match the path.
    fn strongest(&self, path: &str) -> Option<PathPattern> {
        if let Some(pattern) = &self.pattern {
            return pattern.matches(path).then(|| pattern.clone());
        }
        let longest = longest_match(&self.pieces, path)?;
        let open = matches!(self.pieces.last(), Some(Piece::Known(text)) if text.ends_with('*'));
        if open {
            // An unknown part could hold `+`; that would only make the pattern weaker.
            return PathPattern::new(&format!("{}*", path.get(..longest)?), "").ok();
        }
        (longest == path.len()).then(|| PathPattern::new(path, "").ok()).flatten()
    }
}

/// The length of the longest beginning of `path` that the pieces could stand for, a final
/// `*` aside. Unknown pieces stand for any text, `+` segments for any segment.
fn longest_match(pieces: &[Piece], path: &str) -> Option<usize> {
    let bytes = path.as_bytes();
    let mut reached = vec![false; bytes.len() + 1];
    if let Some(start) = reached.first_mut() {
        *start = true;
    }
    for (index, piece) in pieces.iter().enumerate() {
        match piece {
            Piece::Unknown(_) => {
                let first = reached.iter().position(|reached| *reached)?;
                reached.iter_mut().skip(first).for_each(|reached| *reached = true);
            }
            Piece::Known(text) => {
                let last = index + 1 == pieces.len();
                let text = if last { text.strip_suffix('*').unwrap_or(text) } else { text };
                for (part, is_plus) in plus_parts(text) {
                    reached = step(&reached, bytes, part, is_plus);
                }
            }
        }
    }
    reached.iter().rposition(|reached| *reached)
}

/// Splits a text into `+` that may be whole segments, and what lies between.
fn plus_parts(text: &str) -> impl Iterator<Item = (&str, bool)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let at = rest.find('+').unwrap_or(rest.len());
        let (part, is_plus) = if at == 0 { (rest.get(..1)?, true) } else { (rest.get(..at)?, false) };
        rest = rest.get(part.len()..)?;
        Some((part, is_plus))
    })
}

fn step(reached: &[bool], path: &[u8], part: &str, is_plus: bool) -> Vec<bool> {
    let mut next = vec![false; reached.len()];
    for (at, _) in reached.iter().enumerate().filter(|(_, reached)| **reached) {
        let rest = path.get(at..).unwrap_or(&[]);
        if is_plus {
            let segment = rest.iter().position(|byte| *byte == b'/').unwrap_or(rest.len());
            for slot in next.iter_mut().skip(at).take(segment + 1) {
                *slot = true;
            }
        } else if rest.starts_with(part.as_bytes())
            && let Some(slot) = next.get_mut(at + part.len())
        {
            *slot = true;
        }
    }
    next
}

/// One thing that an uncertain stanza could be.
struct Guess {
    prepared: Prepared,
    /// The stanza that it is instead of, among those prepared.
    instead_of: Option<usize>,
}

impl Acl {
    /// The decision with what is not known taken into account, and what it depends on.
    pub(super) fn settle<'a>(&'a self, request: &Request<'a>) -> (Decision, Outcome<'a>, Vec<SmolStr>) {
        let outcome = self.decide(request);
        if self.uncertain.is_empty()
            || self.root.is_some()
            || request.operation == super::super::operation::Operation::Help
        {
            return (outcome.decision(), outcome, Vec::new());
        }
        let path = full_path(request.namespace, request.path);
        let trimmed = path.strip_suffix('/').filter(|_| request.operation.lists());
        let mut depends = BTreeSet::new();
        let mut grants = Vec::new();
        let mut denies = Vec::new();
        for uncertain in &self.uncertain {
            for form in [Some(path.as_ref()), trimmed].into_iter().flatten() {
                let Some(pattern) = uncertain.strongest(form) else { continue };
                for guess in guesses(uncertain, &pattern) {
                    let other = self.what_if(std::slice::from_ref(&guess), request, &path, trimmed);
                    if other != outcome.allowed || (other && uncertain.constraints_unknown) {
                        depends.extend(uncertain.depends.iter().cloned());
                    }
                    let list = if guess.prepared.granted.has(Capability::Deny) { &mut denies } else { &mut grants };
                    list.push(guess);
                }
            }
        }
        if depends.is_empty() {
            for together in [grants, denies] {
                if together.len() > 1 && self.what_if(&together, request, &path, trimmed) != outcome.allowed {
                    depends.extend(self.uncertain.iter().flat_map(|uncertain| uncertain.depends.iter().cloned()));
                }
            }
        }
        if depends.is_empty() {
            return (outcome.decision(), outcome, Vec::new());
        }
        (Decision::Undetermined, outcome, depends.into_iter().collect())
    }

    /// Whether the request is allowed where the guesses hold.
    fn what_if(&self, guesses: &[Guess], request: &Request<'_>, path: &str, trimmed: Option<&str>) -> bool {
        let relevant =
            |pattern: &PathPattern| pattern.matches(path) || trimmed.is_some_and(|path| pattern.matches(path));
        let mut stanzas: Vec<Prepared> = Vec::new();
        for (place, stanza) in self.prepared.iter().enumerate() {
            match guesses.iter().find(|guess| guess.instead_of == Some(place)) {
                Some(guess) => stanzas.push(guess.prepared.clone()),
                None if relevant(&stanza.pattern) => stanzas.push(stanza.clone()),
                None => {}
            }
        }
        let added = guesses.iter().filter(|guess| guess.instead_of.is_none());
        stanzas.extend(added.map(|guess| guess.prepared.clone()));
        let rules = merge(&stanzas, self.dialect);
        let acl = Self {
            dialect: self.dialect,
            root: None,
            index: Index::new(&rules),
            rules,
            names: Vec::new(),
            dropped: Vec::new(),
            uncertain: Vec::new(),
            prepared: Vec::new(),
        };
        acl.decide(request).allowed
    }
}

fn guesses(uncertain: &Uncertain, pattern: &PathPattern) -> Vec<Guess> {
    let nowhere = Span::new(SourceId(u32::MAX), 0, 0);
    let from = uncertain.from.unwrap_or(StanzaRef {
        policy: usize::MAX,
        stanza: usize::MAX,
        span: nowhere,
        path_span: nowhere,
    });
    let guess = |granted: Capabilities| {
        let denies = granted.has(Capability::Deny);
        let limits = if denies { None } else { uncertain.limits.clone() };
        let prepared = Prepared { pattern: pattern.clone(), granted, limits, from };
        Guess { prepared, instead_of: (uncertain.place != usize::MAX).then_some(uncertain.place) }
    };
    if uncertain.capabilities_unknown && !uncertain.granted.has(Capability::Deny) {
        vec![guess(everything()), guess(Capabilities::of(&[Capability::Deny]))]
    } else {
        vec![guess(uncertain.granted)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_longest_beginning_that_pieces_could_stand_for() {
        let known = |text: &str| Piece::Known(text.to_owned());
        let unknown = || Piece::Unknown(vec!["x".into()]);
        let table = [
            (vec![known("secret/"), unknown(), known("/*")], "secret/a/b/c", Some(11)),
            (vec![known("secret/"), unknown(), known("/*")], "secret/a", None),
            (vec![known("secret/"), unknown()], "secret/a/b", Some(10)),
            (vec![unknown(), known("/x")], "a/x/y", Some(3)),
            (vec![known("a/+/"), unknown(), known("*")], "a/b/c", Some(5)),
            (vec![known("b"), unknown()], "a", None),
        ];
        for (pieces, path, expected) in table {
            assert_eq!(longest_match(&pieces, path), expected, "{pieces:?} on {path}");
        }
    }
}
