//! Is there a text that all wanted patterns match and no avoided one does?
//!
//! A breadth-first search over the patterns' automata. The wanted patterns are followed
//! nondeterministically, one place each, so a place names the letters that can follow: a
//! wanted literal, or, where all are wildcards, a separator or a fresh letter. That is
//! enough (spec: symbolic, lemma 3) and keeps the shortest text. The avoided patterns are
//! followed as sets of places; a state whose sets contain those of an earlier state at the
//! same wanted places is pruned (lemma 4).

use std::collections::VecDeque;

use rustc_hash::FxHashMap;

use super::token::{Letter, Pattern, Positions, Token};

/// States a search may visit before it gives up, unless the caller says otherwise.
pub(crate) const STATES: usize = 200_000;

/// What a question may still cost.
#[derive(Debug)]
pub(crate) struct Effort {
    /// States of searches, over all of them.
    pub(crate) states: usize,
    /// Something was left out, so that finding nothing says nothing.
    pub(crate) missed: bool,
}

/// What a search found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Found {
    /// A shortest such text.
    Text(Vec<Letter>),
    /// There is none.
    Nothing,
    /// The search ran out of its budget.
    Undecided,
}

/// A text that all wanted patterns match, and the groups that match it too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Leaf {
    pub(crate) text: Vec<Letter>,
    /// Indices of the groups alive at the text, sorted.
    pub(crate) alive: Vec<usize>,
}

/// A shortest text in all of `want` and in none of `avoid`.
pub(crate) fn find(want: &[&Pattern], avoid: &[&Pattern], budget: &mut usize) -> Found {
    match leaves(want, avoid, &[], budget) {
        Some(found) => found.into_iter().next().map_or(Found::Nothing, |leaf| Found::Text(leaf.text)),
        None => Found::Undecided,
    }
}

/// For each minimal set of groups that a text of all of `want` and none of `avoid` can
/// leave alive: a shortest such text. A group is alive where one of its patterns matches.
/// None if the budget, in states, ran out.
pub(crate) fn leaves(
    want: &[&Pattern],
    avoid: &[&Pattern],
    groups: &[Vec<&Pattern>],
    budget: &mut usize,
) -> Option<Vec<Leaf>> {
    Search::new(want, avoid, groups).run(budget)
}

struct Search<'p> {
    want: &'p [&'p Pattern],
    /// Hard-avoided patterns (no group), then the members of the groups.
    avoid: Vec<(Option<usize>, &'p Pattern)>,
    wild_letters: Vec<Letter>,
    states: Vec<State>,
    queue: VecDeque<usize>,
    /// By wanted places: the states there that nothing earlier makes needless.
    seen: FxHashMap<Box<[u32]>, Vec<usize>>,
    front: Vec<Leaf>,
}

struct State {
    parent: Option<(usize, Letter)>,
    /// One place per wanted pattern.
    at: Box<[u32]>,
    /// One set per avoided pattern.
    avoided: Box<[Positions]>,
}

impl<'p> Search<'p> {
    fn new(want: &'p [&'p Pattern], avoid: &[&'p Pattern], groups: &[Vec<&'p Pattern>]) -> Self {
        let members = groups.iter().enumerate().flat_map(|(group, list)| list.iter().map(move |p| (Some(group), *p)));
        let avoid: Vec<_> = avoid.iter().map(|p| (None, *p)).chain(members).collect();
        let mut wild_letters: Vec<Letter> = want
            .iter()
            .copied()
            .chain(avoid.iter().map(|(_, p)| *p))
            .flat_map(Pattern::tokens)
            .filter_map(|token| match token {
                Token::StarInside(separator) | Token::OneInside(separator) => Some(Letter::of(*separator)),
                _ => None,
            })
            .collect();
        wild_letters.push(Letter::FRESH);
        wild_letters.sort_unstable();
        wild_letters.dedup();
        wild_letters.reverse();
        Self {
            want,
            avoid,
            wild_letters,
            states: Vec::new(),
            queue: VecDeque::new(),
            seen: FxHashMap::default(),
            front: Vec::new(),
        }
    }

    fn run(mut self, budget: &mut usize) -> Option<Vec<Leaf>> {
        let start: Box<[Positions]> = self.avoid.iter().map(|(_, p)| Positions::start(p)).collect();
        self.visit(None, vec![0; self.want.len()], &start);
        while let Some(index) = self.queue.pop_front() {
            if self.front.iter().any(|leaf| leaf.alive.is_empty()) {
                break;
            }
            *budget = budget.checked_sub(1)?;
            self.expand(index);
        }
        Some(self.front)
    }

    fn expand(&mut self, index: usize) {
        let Some(state) = self.states.get(index) else { return };
        let at = state.at.clone();
        let avoided = state.avoided.clone();
        for letter in self.letters(&at) {
            let mut next = avoided.clone();
            for (set, (_, pattern)) in next.iter_mut().zip(&self.avoid) {
                set.step(pattern, letter);
            }
            let moved = at.iter().zip(self.want).map(|(position, pattern)| {
                let repeats = pattern.tokens().get(*position as usize).is_some_and(|t| t.repeats());
                if repeats { *position } else { position + 1 }
            });
            self.visit(Some((index, letter)), moved.collect(), &next);
        }
    }

    /// The letters that all wanted patterns can take at these places.
    fn letters(&self, at: &[u32]) -> Vec<Letter> {
        let tokens: Option<Vec<Token>> =
            at.iter().zip(self.want).map(|(p, pattern)| pattern.tokens().get(*p as usize).copied()).collect();
        let Some(tokens) = tokens else { return Vec::new() };
        let exact = tokens.iter().find_map(|t| match t {
            Token::Letter(letter) => Some(*letter),
            _ => None,
        });
        let folded = tokens.iter().find_map(|t| match t {
            Token::Fold(char) => Some([Letter::of(*char), Letter::of(char.to_ascii_uppercase())]),
            _ => None,
        });
        let mut letters = match (exact, folded) {
            (Some(letter), _) => vec![letter],
            (None, Some(both)) => both.to_vec(),
            (None, None) => self.wild_letters.clone(),
        };
        letters.dedup();
        letters.retain(|letter| tokens.iter().all(|t| t.takes(*letter)));
        letters
    }

    /// Notes the places reached, and all that are reached from them by skipping wanted
    /// wildcards that may be empty.
    fn visit(&mut self, parent: Option<(usize, Letter)>, at: Vec<u32>, avoided: &[Positions]) {
        let mut lost = false;
        let mut forever: Vec<usize> = Vec::new();
        for (set, (group, pattern)) in avoided.iter().zip(&self.avoid) {
            if set.accepts_for_ever(pattern) {
                match group {
                    None => lost = true,
                    Some(group) => forever.push(*group),
                }
            }
        }
        if lost || (!forever.is_empty() && self.front.iter().any(|l| l.alive.iter().all(|g| forever.contains(g)))) {
            return;
        }
        let mut open = vec![at];
        while let Some(at) = open.pop() {
            for (which, pattern) in self.want.iter().enumerate() {
                let position = at.get(which).copied().unwrap_or_default();
                if pattern.tokens().get(position as usize).is_some_and(|t| t.repeats()) {
                    let mut skipped = at.clone();
                    if let Some(place) = skipped.get_mut(which) {
                        *place += 1;
                    }
                    if !open.contains(&skipped) {
                        open.push(skipped);
                    }
                }
            }
            self.note(parent, at.into(), avoided);
        }
    }

    fn note(&mut self, parent: Option<(usize, Letter)>, at: Box<[u32]>, avoided: &[Positions]) {
        let here = self.seen.entry(at.clone()).or_default();
        let states = &self.states;
        let covered = here.iter().any(|earlier| {
            states.get(*earlier).is_some_and(|s| s.avoided.iter().zip(avoided).all(|(a, b)| a.within(b)))
        });
        if covered {
            return;
        }
        let index = self.states.len();
        here.push(index);
        let accepted = at.iter().zip(self.want).all(|(p, pattern)| *p as usize == pattern.tokens().len());
        self.states.push(State { parent, at, avoided: avoided.into() });
        self.queue.push_back(index);
        if accepted {
            self.accept(index);
        }
    }

    fn accept(&mut self, index: usize) {
        let Some(state) = self.states.get(index) else { return };
        let mut alive = Vec::new();
        for (set, (group, pattern)) in state.avoided.iter().zip(&self.avoid) {
            if set.accepts(pattern) {
                match group {
                    None => return,
                    Some(group) => alive.push(*group),
                }
            }
        }
        alive.sort_unstable();
        alive.dedup();
        let within = |small: &[usize], large: &[usize]| small.iter().all(|g| large.contains(g));
        if self.front.iter().any(|leaf| within(&leaf.alive, &alive)) {
            return;
        }
        self.front.retain(|leaf| !within(&alive, &leaf.alive));
        let text = self.text(index);
        self.front.push(Leaf { text, alive });
    }

    fn text(&self, mut index: usize) -> Vec<Letter> {
        let mut text = Vec::new();
        while let Some((parent, letter)) = self.states.get(index).and_then(|s| s.parent) {
            text.push(letter);
            index = parent;
        }
        text.reverse();
        text
    }
}
