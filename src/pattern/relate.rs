//! How two languages lie to each other: overlap, containment, difference.

use super::search::{Found, STATES, find};
use super::token::{Letter, Pattern, Token};

/// A shortest text that both patterns match.
#[must_use]
pub fn common(a: &Pattern, b: &Pattern) -> Option<Vec<Letter>> {
    if apart(a, b) {
        return None;
    }
    // without avoided patterns a search visits each pair of places once at most
    match find(&[a, b], &[], &mut usize::MAX.clone()) {
        Found::Text(text) => Some(text),
        Found::Nothing | Found::Undecided => None,
    }
}

/// Whether there is a text that both patterns match: the question of [`common`] where no text
/// is asked for. Each pair of places is looked at once.
#[must_use]
pub fn meet(a: &Pattern, b: &Pattern) -> bool {
    if apart(a, b) {
        return false;
    }
    // whether the place of `a` and each one of `b` can be reached by the same text
    let mut reached = vec![false; b.tokens().len() + 1];
    if let Some(start) = reached.first_mut() {
        *start = true;
    }
    for own in a.tokens().iter().map(Some).chain([None]) {
        let mut next = vec![false; reached.len()];
        let others = b.tokens().iter().map(Some).chain([None]);
        for (at, other) in others.enumerate().take(reached.len()) {
            if !reached.get(at).is_some_and(|reached| *reached) {
                continue;
            }
            // what may stand for any text may stand for none, or for the next letter
            let (repeats, other_repeats) = (own.is_some_and(|t| t.repeats()), other.is_some_and(|t| t.repeats()));
            let share = own.zip(other).is_some_and(|(own, other)| own.shares_letter(*other));
            let reach = |row: &mut [bool], at: usize| row.get_mut(at).into_iter().for_each(|place| *place = true);
            if other_repeats || (repeats && share) {
                reach(&mut reached, at + 1);
            }
            if repeats || (other_repeats && share) {
                reach(&mut next, at);
            }
            if share && !repeats && !other_repeats {
                reach(&mut next, at + 1);
            }
        }
        if own.is_none() {
            break;
        }
        reached = next;
    }
    reached.last().is_some_and(|reached| *reached)
}

/// A text that `inner` matches and none of `outer` does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Escape {
    /// Such a text; a shortest one where the patterns had to be searched.
    Text(Vec<Letter>),
    /// There is none: `inner` lies within the union of `outer`.
    Nothing,
    /// The question was too hard for the budget. It needs several `?` among wildcards.
    Undecided,
}

/// Looks for a text of `inner` outside all of `outer`.
#[must_use]
pub fn escape(inner: &Pattern, outer: &[&Pattern]) -> Escape {
    let mut rest: Vec<&Pattern> = Vec::new();
    let generic = inner.generic();
    for pattern in outer {
        if pattern.is_plain() && !inner.folds() {
            // lemma 1: one match decides, and a union of plain patterns covers only
            // where one of them does
            if pattern.matches(&generic) {
                return Escape::Nothing;
            }
        } else if pattern.is_all() || covers_stepwise(pattern, inner) {
            return Escape::Nothing;
        } else if !apart(pattern, inner) {
            rest.push(pattern);
        }
    }
    if !inner.folds() && !rest.iter().any(|pattern| pattern.matches(&generic)) {
        return Escape::Text(generic);
    }
    let plain = outer.iter().copied().filter(|p| p.is_plain() && !inner.folds() && !apart(p, inner));
    let avoid: Vec<&Pattern> = rest.iter().copied().chain(plain).collect();
    match find(&[inner], &avoid, &mut STATES.clone()) {
        Found::Text(text) => Escape::Text(text),
        Found::Nothing => Escape::Nothing,
        Found::Undecided => Escape::Undecided,
    }
}

/// Whether the literal ends of two patterns already tell that no text is in both.
#[must_use]
pub fn apart(a: &Pattern, b: &Pattern) -> bool {
    fn differ<'t>(a: impl Iterator<Item = &'t Token>, b: impl Iterator<Item = &'t Token>) -> bool {
        for (x, y) in a.zip(b) {
            match (x, y) {
                (Token::Letter(p), Token::Letter(q)) if p == q => {}
                // a variable's value may be anything, the empty text included
                (Token::Letter(p), Token::Letter(q)) => return p.char().is_some() && q.char().is_some(),
                _ => return false,
            }
        }
        false
    }
    differ(a.tokens().iter(), b.tokens().iter()) || differ(a.tokens().iter().rev(), b.tokens().iter().rev())
}

/// Whether `outer` surely holds all of `inner`.
pub(crate) fn holds(outer: &Pattern, inner: &Pattern) -> bool {
    outer == inner || (outer.is_plain() && !inner.folds() && outer.matches(&inner.generic()))
}

/// A box with one more required pattern; none if no text is in all of them.
pub(crate) fn join<'p>(conj: &[&'p Pattern], pattern: &'p Pattern) -> Option<Vec<&'p Pattern>> {
    if conj.iter().any(|c| apart(c, pattern)) {
        return None;
    }
    if conj.iter().any(|c| holds(pattern, c)) {
        return Some(conj.to_vec());
    }
    let mut joined: Vec<&Pattern> = conj.iter().copied().filter(|c| !holds(c, pattern)).collect();
    joined.push(pattern);
    let plain_exact = |p: &&&Pattern| p.is_exact() && !p.has_variables();
    if let Some(exact) = joined.iter().find(plain_exact).copied() {
        let text = exact.generic();
        if joined.iter().all(|p| p.has_variables() || p.matches(&text)) {
            joined.retain(|p| *p == exact || p.has_variables());
        } else {
            return None;
        }
    }
    Some(joined)
}

/// A sufficient test, cheap and common: `outer` matches `inner` read token by token, a
/// wildcard only ever taken by a wider one.
fn covers_stepwise(outer: &Pattern, inner: &Pattern) -> bool {
    let takes = |wide: Token, narrow: Token| match (wide, narrow) {
        (Token::Star, _) | (Token::One, Token::One | Token::OneInside(_) | Token::Fold(_)) => true,
        (wide, Token::Letter(letter)) => wide.takes(letter),
        (Token::OneInside(a) | Token::StarInside(a), Token::Fold(c)) => !a.eq_ignore_ascii_case(&c),
        (Token::StarInside(a), Token::StarInside(b))
        | (Token::StarInside(a) | Token::OneInside(a), Token::OneInside(b))
        | (Token::Fold(a), Token::Fold(b)) => a == b,
        _ => false,
    };
    let close = |set: &mut Vec<usize>| {
        let mut index = 0;
        while let Some(position) = set.get(index).copied() {
            if outer.tokens().get(position).is_some_and(|t| t.repeats()) && !set.contains(&(position + 1)) {
                set.push(position + 1);
            }
            index += 1;
        }
    };
    let mut set = vec![0];
    close(&mut set);
    for narrow in inner.tokens() {
        let mut next = Vec::new();
        for position in set {
            let Some(wide) = outer.tokens().get(position).copied() else { continue };
            if !takes(wide, *narrow) || (narrow.repeats() && !wide.repeats()) {
                continue;
            }
            let reached = if wide.repeats() { position } else { position + 1 };
            if !next.contains(&reached) {
                next.push(reached);
            }
        }
        close(&mut next);
        set = next;
    }
    set.contains(&outer.tokens().len())
}

/// A text for people: the fresh letter becomes a character that none of the patterns
/// mentions, in either case.
#[must_use]
pub fn spell(text: &[Letter], patterns: &[&Pattern]) -> String {
    let fresh = fresh_char(patterns);
    text.iter().map(|letter| letter.char().unwrap_or(fresh)).collect()
}

fn fresh_char(patterns: &[&Pattern]) -> char {
    let mentioned = |char: char| {
        patterns.iter().flat_map(|p| p.tokens()).any(|token| match token {
            Token::Letter(letter) => letter.char().is_some_and(|c| c.eq_ignore_ascii_case(&char)),
            Token::Fold(own) => own.eq_ignore_ascii_case(&char),
            Token::StarInside(separator) | Token::OneInside(separator) => *separator == char,
            Token::Star | Token::One => false,
        })
    };
    let letters = "xyzqwjkvbupfghmcldtnroaise".chars().chain('0'..='9').chain("-_.@=,+!~%".chars());
    let rare = ('\u{A1}'..='\u{24F}').chain('\u{4E00}'..='\u{9FFF}').chain('\u{AC00}'..='\u{D7A3}');
    letters.chain(rare).find(|char| !mentioned(*char)).unwrap_or('\u{FFFD}')
}
