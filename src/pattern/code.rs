//! The compiled form all wildcard patterns share: one byte string in which literals stand
//! as UTF-8 and wildcards as bytes that UTF-8 never uses.
//!
//! Text is compared byte by byte. That agrees with comparing characters because UTF-8 is
//! self-synchronising: a literal's first byte never equals a continuation byte. Only
//! wildcards count characters, and they step over whole ones.

use memchr::memchr;

/// `*`: any text.
pub(super) const STAR: u8 = 0xFF;
/// `?`: any one character.
pub(super) const ONE: u8 = 0xFE;
/// `*` confined to its ARN segment: any text without a colon.
pub(super) const STAR_INSIDE: u8 = 0xFD;
/// `?` confined to its ARN segment: any one character but a colon.
pub(super) const ONE_INSIDE: u8 = 0xFC;
/// A part whose text is not known. For matching it stands for any text.
pub(super) const HOLE_CODE: u8 = 0xFB;

/// Whether a code byte stands for a wildcard.
pub(super) const fn is_wild(byte: u8) -> bool {
    byte >= HOLE_CODE
}

/// Length in bytes of the character that starts with this byte.
pub(super) const fn char_len(first: u8) -> usize {
    match first {
        0xC0..=0xDF => 2,
        0xE0..=0xEF => 3,
        0xF0..=0xF7 => 4,
        _ => 1,
    }
}

const fn same(code: u8, text: u8, fold: bool) -> bool {
    code == text || (fold && code == text.to_ascii_lowercase())
}

/// Whether two texts of equal length agree, the first perhaps lower-cased.
pub(super) fn same_text(code: &[u8], text: &[u8], fold: bool) -> bool {
    if fold { code.len() == text.len() && code.iter().zip(text).all(|(c, t)| same(*c, *t, true)) } else { code == text }
}

/// How the symbols of a pattern and the letters of a text are read.
pub(super) trait Alphabet<P: Copy, T: Copy> {
    /// The kind of `*` that a symbol is, if it is one.
    fn star(&self, symbol: P) -> Option<Star>;
    /// How many letters a symbol other than a `*` takes, of which this is the first; none if
    /// it does not take it.
    fn takes(&self, symbol: P, letter: T) -> Option<usize>;
    /// How many letters belong to the character that starts with this one.
    fn width(&self, letter: T) -> usize;
    /// Whether a letter ends a segment.
    fn ends_segment(&self, letter: T) -> bool;
    /// The first place of a text where a symbol may fit.
    fn seek(&self, symbol: P, text: &[T]) -> Option<usize>;
}

/// A kind of `*`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Star {
    /// Any text.
    Free,
    /// Any text within a segment.
    Inside,
}

/// Whether a pattern matches all of a text. Only the last free `*` passed is ever taken up
/// again: the text that an earlier one could give it, it can take itself. Beside it the last
/// `*` confined to a segment: once the letter that ends a segment is passed, no other choice
/// in that segment would end elsewhere.
pub(super) fn matches<P: Copy, T: Copy>(pattern: &[P], text: &[T], alphabet: &impl Alphabet<P, T>) -> bool {
    let (mut at, mut pos) = (0, 0);
    let mut free: Option<(usize, usize)> = None;
    let mut inside: Option<(usize, usize)> = None;
    let seek = |at: usize, from: usize| match pattern.get(at) {
        Some(symbol) if alphabet.star(*symbol).is_none() => {
            text.get(from..).and_then(|rest| alphabet.seek(*symbol, rest)).map(|skip| from + skip)
        }
        _ => Some(from),
    };
    loop {
        let symbol = pattern.get(at).copied();
        let star = symbol.and_then(|symbol| alphabet.star(symbol));
        match (symbol, star, text.get(pos)) {
            (_, Some(Star::Free), _) => {
                at += 1;
                if at == pattern.len() {
                    return true;
                }
                let Some(next) = seek(at, pos) else { return false };
                pos = next;
                free = Some((at, pos));
                inside = None;
                continue;
            }
            (_, Some(Star::Inside), _) => {
                at += 1;
                inside = Some((at, pos));
                continue;
            }
            (Some(symbol), None, Some(letter)) => {
                if let Some(taken) = alphabet.takes(symbol, *letter) {
                    at += 1;
                    pos += taken;
                    continue;
                }
            }
            (None, _, None) => return true,
            _ => {}
        }
        if let Some((star, from)) = inside.take()
            && let Some(&letter) = text.get(from).filter(|letter| !alphabet.ends_segment(**letter))
        {
            let next = from + alphabet.width(letter);
            inside = Some((star, next));
            (at, pos) = (star, next);
            continue;
        }
        let Some((star, from)) = free else { return false };
        let Some(&letter) = text.get(from) else { return false };
        let Some(next) = seek(star, from + alphabet.width(letter)) else { return false };
        free = Some((star, next));
        (at, pos) = (star, next);
    }
}

/// Patterns in their compiled form.
#[derive(Debug, Clone, Copy)]
pub(super) struct Compiled {
    /// Whether letters compare without case.
    pub(super) fold: bool,
}

impl Alphabet<u8, u8> for Compiled {
    fn star(&self, symbol: u8) -> Option<Star> {
        match symbol {
            STAR | HOLE_CODE => Some(Star::Free),
            STAR_INSIDE => Some(Star::Inside),
            _ => None,
        }
    }

    fn takes(&self, symbol: u8, letter: u8) -> Option<usize> {
        match symbol {
            ONE => Some(char_len(letter)),
            ONE_INSIDE => (letter != b':').then(|| char_len(letter)),
            literal => same(literal, letter, self.fold).then_some(1),
        }
    }

    fn width(&self, letter: u8) -> usize {
        char_len(letter)
    }

    fn ends_segment(&self, letter: u8) -> bool {
        letter == b':'
    }

    fn seek(&self, symbol: u8, text: &[u8]) -> Option<usize> {
        if self.fold || is_wild(symbol) { Some(0) } else { memchr(symbol, text) }
    }
}

/// Patterns as written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Written {
    /// Whether letters compare without case.
    pub(super) fold: bool,
}

impl Alphabet<u8, u8> for Written {
    fn star(&self, symbol: u8) -> Option<Star> {
        (symbol == b'*').then_some(Star::Free)
    }

    fn takes(&self, symbol: u8, letter: u8) -> Option<usize> {
        match symbol {
            b'?' => Some(char_len(letter)),
            literal => (literal == letter || (self.fold && literal.eq_ignore_ascii_case(&letter))).then_some(1),
        }
    }

    fn width(&self, letter: u8) -> usize {
        char_len(letter)
    }

    fn ends_segment(&self, _: u8) -> bool {
        false
    }

    fn seek(&self, symbol: u8, text: &[u8]) -> Option<usize> {
        if self.fold || symbol == b'?' { Some(0) } else { memchr(symbol, text) }
    }
}
