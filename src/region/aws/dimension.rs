//! Actions and resources: which forbidden statements can a text of all required lists
//! leave unmatched?
//!
//! For a required pattern whose forbidden ones have no wildcard but `*`, its least texts
//! tell (spec: symbolic, lemmas 1 and 2). Where they do not, a search does.

use rustc_hash::FxHashSet;

use super::compile::Dim;
use crate::pattern::relate::{holds, join};
use crate::pattern::search::{Effort, Leaf, leaves as search};
use crate::pattern::token::{Letter, Pattern, Token};

/// Boxes of required patterns looked at for one dimension.
const BOXES: usize = 4096;

/// Whether what is not known counts for or against a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// Required statements match only what they surely match, forbidden ones all that
    /// they may match: a request found is certain.
    Witness,
    /// The other way round: finding none is certain.
    Refute,
}

/// The well-formed texts of a dimension.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Universe {
    /// Exactly one colon, and something on both sides.
    Action,
    /// `*`, or an ARN of six parts whose last is not empty.
    Resource,
}

enum View<'d> {
    All,
    Nothing,
    In(&'d [Pattern]),
    NotIn(&'d [Pattern]),
}

fn view(dim: &Dim, required: bool, mode: Mode) -> View<'_> {
    let most = required == (mode == Mode::Refute);
    match (dim.negated, dim.partial, most) {
        (false, true, true) => View::All,
        (true, true, false) => View::Nothing,
        (false, ..) => View::In(&dim.patterns),
        (true, ..) => View::NotIn(&dim.patterns),
    }
}

/// The least sets of forbidden elements that match a text of all required ones, each with
/// such a text.
pub(super) fn least(universe: Universe, pos: &[&Dim], neg: &[&Dim], mode: Mode, effort: &mut Effort) -> Vec<Leaf> {
    let mut question =
        Question { universe, hard: Vec::new(), groups: Vec::new(), except: Vec::new(), always: Vec::new() };
    let mut boxes: Vec<Vec<&Pattern>> = vec![Vec::new()];
    for dim in pos {
        match view(dim, true, mode) {
            View::Nothing => return Vec::new(),
            View::All => {}
            View::NotIn(patterns) => question.hard.extend(patterns),
            View::In(patterns) => {
                let mut joined = Vec::new();
                for conj in &boxes {
                    // a member that holds all of the box makes the other members needless
                    if patterns.iter().any(|p| conj.iter().any(|c| holds(p, c))) {
                        joined.push(conj.clone());
                        continue;
                    }
                    joined.extend(patterns.iter().filter_map(|p| join(conj, p)));
                }
                if joined.len() > BOXES {
                    effort.missed = true;
                    joined.truncate(BOXES);
                }
                boxes = joined;
            }
        }
    }
    for (index, dim) in neg.iter().enumerate() {
        match view(dim, false, mode) {
            View::Nothing => {}
            View::All => question.always.push(index),
            View::In(patterns) => question.groups.push((index, patterns)),
            View::NotIn(patterns) => question.except.push((index, patterns)),
        }
    }
    question.run(boxes, effort)
}

struct Question<'d> {
    universe: Universe,
    hard: Vec<&'d Pattern>,
    /// Forbidden lists, by index.
    groups: Vec<(usize, &'d [Pattern])>,
    /// Forbidden `Not…` lists.
    except: Vec<(usize, &'d [Pattern])>,
    /// Forbidden elements that match everything, for all that is known.
    always: Vec<usize>,
}

impl<'d> Question<'d> {
    fn run(&self, boxes: Vec<Vec<&'d Pattern>>, effort: &mut Effort) -> Vec<Leaf> {
        let mut front: Vec<Leaf> = Vec::new();
        let mut seen: FxHashSet<Vec<&Pattern>> = FxHashSet::default();
        let mut open: Vec<Vec<&Pattern>> = boxes.into_iter().rev().collect();
        while let Some(conj) = open.pop() {
            if seen.len() >= BOXES {
                effort.missed = true;
                break;
            }
            if !seen.insert(conj.clone()) {
                continue;
            }
            for mut leaf in self.texts(&conj, effort) {
                for (index, patterns) in &self.except {
                    if patterns.iter().any(|p| p.matches(&leaf.text)) {
                        continue;
                    }
                    leaf.alive.push(*index);
                    // it is left unmatched only inside one of its own patterns (lemma 6)
                    open.extend(patterns.iter().filter_map(|p| join(&conj, p)).filter(|next| !seen.contains(next)));
                }
                leaf.alive.extend(&self.always);
                leaf.alive.sort_unstable();
                let within = |small: &Leaf, large: &Leaf| small.alive.iter().all(|g| large.alive.contains(g));
                if !front.iter().any(|known| within(known, &leaf)) {
                    front.retain(|known| !within(&leaf, known));
                    front.push(leaf);
                }
            }
            if front.iter().any(|leaf| leaf.alive.is_empty()) {
                break;
            }
        }
        front.sort_by_key(|leaf| leaf.alive.len());
        front
    }

    /// Texts of one box that leave least alive, `Not…` lists aside.
    fn texts(&self, conj: &[&'d Pattern], effort: &mut Effort) -> Vec<Leaf> {
        let all = Pattern::all();
        let single = match conj {
            [] => Some(&all),
            [single] => Some(*single),
            _ => None,
        };
        if let Some(pattern) = single
            && let Some(instances) = instances(pattern, self.universe)
            && let Some(found) = self.judge(pattern, instances)
        {
            return found;
        }
        let unknown_shape = conj.iter().any(|p| begins_open(p, self.universe));
        let universes = if unknown_shape { vec![Pattern::all()] } else { universe(self.universe) };
        let groups: Vec<Vec<&Pattern>> = self.groups.iter().map(|(_, list)| list.iter().collect()).collect();
        let mut found = Vec::new();
        for outer in &universes {
            let mut want: Vec<&Pattern> = conj.to_vec();
            want.push(outer);
            let Some(leaves) = search(&want, &self.hard, &groups, &mut effort.states) else {
                effort.missed = true;
                continue;
            };
            found.extend(leaves.into_iter().map(|leaf| {
                let alive = leaf.alive.iter().filter_map(|at| self.groups.get(*at)).map(|(index, _)| *index);
                Leaf { alive: alive.collect(), text: leaf.text }
            }));
        }
        // a variable's value may fit another required pattern in ways its letter does not
        if conj.len() > 1 && conj.iter().any(|p| p.has_variables()) {
            effort.missed = true;
        }
        found
    }

    /// The instances as leaves; none where a wildcard other than `*` in a forbidden pattern
    /// makes them tell too little.
    fn judge(&self, pattern: &Pattern, instances: Vec<Vec<Letter>>) -> Option<Vec<Leaf>> {
        let exact = pattern.is_exact();
        let mut found = Vec::new();
        for text in instances {
            let matched = |list: &mut dyn Iterator<Item = &Pattern>| {
                let mut blurred = false;
                for p in list {
                    if p.matches(&text) {
                        if exact || p.is_plain() {
                            return Some(true);
                        }
                        blurred = true;
                    }
                }
                if blurred { None } else { Some(false) }
            };
            if matched(&mut self.hard.iter().copied())? {
                continue;
            }
            let mut alive = Vec::new();
            for (index, list) in &self.groups {
                if matched(&mut list.iter())? {
                    alive.push(*index);
                }
            }
            found.push(Leaf { text, alive });
        }
        Some(found)
    }
}

const COLON: Token = Token::Letter(Letter::COLON);

/// Whether an unknown part stands where the shape of the text is decided.
fn begins_open(pattern: &Pattern, universe: Universe) -> bool {
    let colons = match universe {
        Universe::Action => usize::MAX,
        Universe::Resource => 5,
    };
    let mut passed = 0;
    for token in pattern.tokens() {
        match token {
            Token::Letter(letter) if letter.as_variable().is_some() => return passed < colons,
            token if *token == COLON => passed += 1,
            _ => {}
        }
    }
    false
}

/// The least well-formed texts of a pattern (spec: symbolic, lemma 2); none where only a
/// search can tell.
fn instances(pattern: &Pattern, universe: Universe) -> Option<Vec<Vec<Letter>>> {
    let generic = pattern.generic();
    if begins_open(pattern, universe) {
        return Some(vec![generic]);
    }
    let tokens = pattern.tokens();
    let colons = tokens.iter().filter(|t| **t == COLON).count();
    let spread = match universe {
        Universe::Action if colons > 1 => return Some(Vec::new()),
        Universe::Action if colons == 1 => vec![generic],
        Universe::Action if pattern.is_plain() => distribute(tokens, 1)?,
        Universe::Resource if pattern.is_all() => {
            let arn: Pattern = "arn:*:*:*:*:*".chars().map(glob_token).collect();
            return Some(vec![vec![Letter::of('*')], arn.generic()]);
        }
        Universe::Resource => {
            let head = [Letter::of('a'), Letter::of('r'), Letter::of('n'), Letter::COLON];
            if tokens.len() < 4 || !head.iter().zip(tokens).all(|(l, t)| *t == Token::Letter(*l)) {
                return None;
            }
            if colons >= 5 {
                vec![generic]
            } else if pattern.is_plain() {
                distribute(tokens, 5 - colons)?
            } else {
                return None;
            }
        }
        Universe::Action => return None,
    };
    spread.iter().all(|text| well_formed(text, universe)).then_some(spread)
}

/// Every way to put so many colons into the stars, each star `#(:#)*`.
fn distribute(tokens: &[Token], missing: usize) -> Option<Vec<Vec<Letter>>> {
    let mut partial: Vec<(Vec<Letter>, usize)> = vec![(Vec::new(), missing)];
    for token in tokens {
        if let Token::Letter(letter) = token {
            for (text, _) in &mut partial {
                text.push(*letter);
            }
            continue;
        }
        let mut grown = Vec::new();
        for (text, left) in partial {
            for here in 0..=left {
                let mut text = text.clone();
                text.push(Letter::FRESH);
                for _ in 0..here {
                    text.extend([Letter::COLON, Letter::FRESH]);
                }
                grown.push((text, left - here));
            }
        }
        partial = grown;
        if partial.len() > 512 {
            return None;
        }
    }
    Some(partial.into_iter().filter(|(_, left)| *left == 0).map(|(text, _)| text).collect())
}

fn well_formed(text: &[Letter], universe: Universe) -> bool {
    let mut parts = text.split(|letter| *letter == Letter::COLON);
    match universe {
        Universe::Action => {
            let filled = |part: Option<&[Letter]>| part.is_some_and(|p| !p.is_empty());
            filled(parts.next()) && filled(parts.next()) && parts.next().is_none()
        }
        Universe::Resource => {
            let before: usize = parts.by_ref().take(5).map(|part| part.len() + 1).sum();
            before < text.len()
        }
    }
}

fn universe(universe: Universe) -> Vec<Pattern> {
    match universe {
        Universe::Action => {
            let side = [Token::OneInside(':'), Token::StarInside(':')];
            vec![side.into_iter().chain([COLON]).chain(side).collect()]
        }
        Universe::Resource => {
            vec![Pattern::literal("*"), "arn:*:*:*:*:?*".chars().map(glob_token).collect()]
        }
    }
}

fn glob_token(char: char) -> Token {
    match char {
        '*' => Token::Star,
        '?' => Token::One,
        other => Token::Letter(Letter::of(other)),
    }
}
