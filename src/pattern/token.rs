//! Patterns as token lists, for questions about whole languages.
//!
//! All wildcard languages of this crate are lists of these tokens: globs, resource ARNs
//! (whose wildcards may be confined to a segment) and Vault paths (whose `+` is a `*`
//! confined to a segment).

use std::fmt;

use super::code::{self, Alphabet, Star};

/// A letter of the alphabet patterns are compared over: every character, one fresh letter
/// that no pattern mentions, and letters that stand for the value of a policy variable.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Letter(u32);

impl Letter {
    /// The letter that no pattern mentions.
    pub const FRESH: Self = Self(char::MAX as u32 + 1);

    /// The letter for a colon.
    pub const COLON: Self = Self(':' as u32);

    /// The letter for a character.
    #[must_use]
    pub fn of(char: char) -> Self {
        Self(char.into())
    }

    /// The letter for the value, of any length, of the n-th variable.
    #[must_use]
    pub fn variable(n: u32) -> Self {
        Self(Self::FRESH.0.saturating_add(1).saturating_add(n))
    }

    /// The character, unless the letter is fresh or a variable.
    #[must_use]
    pub fn char(self) -> Option<char> {
        char::from_u32(self.0)
    }

    /// The number of the variable this letter stands for.
    #[must_use]
    pub fn as_variable(self) -> Option<u32> {
        self.0.checked_sub(Self::FRESH.0 + 1)
    }
}

impl fmt::Debug for Letter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.char(), self.as_variable()) {
            (Some(char), _) => write!(f, "{char:?}"),
            (None, Some(n)) => write!(f, "ν{n}"),
            (None, None) => f.write_str("#"),
        }
    }
}

/// One step of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Token {
    /// This letter.
    Letter(Letter),
    /// This lower-case ASCII letter, in either case.
    Fold(char),
    /// Any text, variables included.
    Star,
    /// Any one character.
    One,
    /// Any text without this separator, and without variables, whose separators are open.
    StarInside(char),
    /// Any one character but this separator.
    OneInside(char),
}

impl Token {
    /// Whether the token, a wildcard or not, can consume this letter.
    pub(super) fn takes(self, letter: Letter) -> bool {
        match self {
            Self::Letter(own) => own == letter,
            Self::Fold(char) => letter.char().is_some_and(|c| c.to_ascii_lowercase() == char),
            Self::Star => true,
            Self::One => letter.as_variable().is_none(),
            Self::StarInside(separator) | Self::OneInside(separator) => {
                letter.as_variable().is_none() && letter.char() != Some(separator)
            }
        }
    }

    /// Whether there is a letter that both tokens can consume.
    pub(super) fn shares_letter(self, other: Self) -> bool {
        match (self, other) {
            (Self::Letter(letter), token) | (token, Self::Letter(letter)) => token.takes(letter),
            (Self::Fold(char), token) | (token, Self::Fold(char)) => token.takes(Letter::of(char)),
            // wildcards
            _ => true,
        }
    }

    /// Whether the token can consume any number of letters.
    pub(super) fn repeats(self) -> bool {
        matches!(self, Self::Star | Self::StarInside(_))
    }

    fn is_wild(self) -> bool {
        !matches!(self, Self::Letter(_) | Self::Fold(_))
    }
}

/// A token list in normal form, with what the fast paths need to know about it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Pattern {
    tokens: Box<[Token]>,
    plain: bool,
    folds: bool,
}

impl FromIterator<Token> for Pattern {
    fn from_iter<T: IntoIterator<Item = Token>>(iter: T) -> Self {
        let iter = iter.into_iter();
        let mut tokens: Vec<Token> = Vec::with_capacity(iter.size_hint().0);
        for token in iter {
            match (tokens.last().copied(), token) {
                (Some(Token::Star), Token::Star | Token::StarInside(_)) => {}
                (Some(Token::StarInside(_)), Token::Star) => {
                    tokens.pop();
                    tokens.push(Token::Star);
                }
                (Some(Token::StarInside(a)), Token::StarInside(b)) if a == b => {}
                _ => tokens.push(token),
            }
        }
        let plain = tokens.iter().all(|t| matches!(t, Token::Letter(_) | Token::Fold(_) | Token::Star));
        let folds = tokens.iter().any(|t| matches!(t, Token::Fold(_)));
        Self { tokens: tokens.into(), plain, folds }
    }
}

impl Pattern {
    /// The pattern of exactly this text.
    #[must_use]
    pub fn literal(text: &str) -> Self {
        text.chars().map(|c| Token::Letter(Letter::of(c))).collect()
    }

    /// The pattern of all texts.
    #[must_use]
    pub fn all() -> Self {
        [Token::Star].into_iter().collect()
    }

    /// The tokens.
    #[must_use]
    pub fn tokens(&self) -> &[Token] {
        &self.tokens
    }

    /// Whether the only wildcard is `*`.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.plain
    }

    /// Whether some letters stand for either case.
    #[must_use]
    pub fn folds(&self) -> bool {
        self.folds
    }

    /// Whether there is no wildcard at all.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        !self.folds && !self.tokens.iter().any(|t| t.is_wild())
    }

    /// Whether the pattern matches everything.
    #[must_use]
    pub fn is_all(&self) -> bool {
        *self.tokens == [Token::Star]
    }

    /// Whether the pattern holds a variable.
    #[must_use]
    pub fn has_variables(&self) -> bool {
        self.variables().next().is_some()
    }

    /// The variables in the pattern, in order.
    pub fn variables(&self) -> impl Iterator<Item = u32> {
        self.tokens.iter().filter_map(|t| match t {
            Token::Letter(letter) => letter.as_variable(),
            _ => None,
        })
    }

    /// The least text of the language: one fresh letter for every wildcard. Any plain
    /// pattern that matches it contains this whole pattern (spec: symbolic, lemma 1),
    /// provided this pattern does not fold case.
    #[must_use]
    pub fn generic(&self) -> Vec<Letter> {
        self.tokens
            .iter()
            .map(|token| match token {
                Token::Letter(letter) => *letter,
                Token::Fold(char) => Letter::of(*char),
                _ => Letter::FRESH,
            })
            .collect()
    }

    /// Whether the pattern matches a text. Sets of positions, so that wildcards confined
    /// to segments are no special case; plain patterns take the short way.
    #[must_use]
    pub fn matches(&self, text: &[Letter]) -> bool {
        if self.plain { code::matches(&self.tokens, text, &Tokens) } else { self.matches_any(text) }
    }

    fn matches_any(&self, text: &[Letter]) -> bool {
        let mut set = Positions::start(self);
        for letter in text {
            set.step(self, *letter);
            if set.is_empty() {
                return false;
            }
        }
        set.accepts(self)
    }
}

/// Plain patterns as the one matcher reads them.
struct Tokens;

impl Alphabet<Token, Letter> for Tokens {
    fn star(&self, symbol: Token) -> Option<Star> {
        (symbol == Token::Star).then_some(Star::Free)
    }

    fn takes(&self, symbol: Token, letter: Letter) -> Option<usize> {
        symbol.takes(letter).then_some(1)
    }

    fn width(&self, _: Letter) -> usize {
        1
    }

    fn ends_segment(&self, _: Letter) -> bool {
        false
    }

    fn seek(&self, _: Token, _: &[Letter]) -> Option<usize> {
        Some(0)
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for token in &*self.tokens {
            match token {
                Token::Letter(letter) => match letter.char() {
                    Some(char) => write!(f, "{char}")?,
                    None => write!(f, "{letter:?}")?,
                },
                Token::Fold(char) => write!(f, "({char})")?,
                Token::Star => f.write_str("*")?,
                Token::One => f.write_str("?")?,
                Token::StarInside(_) => f.write_str("[*]")?,
                Token::OneInside(_) => f.write_str("[?]")?,
            }
        }
        Ok(())
    }
}

/// The places in one pattern that a text read so far may have reached: sorted, closed
/// under skipping what may be empty, and without those that a later `*` makes needless.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(super) struct Positions(Vec<u32>);

impl Positions {
    pub(super) fn start(pattern: &Pattern) -> Self {
        let mut set = Self(Vec::new());
        set.add(pattern, 0);
        set.trim(pattern);
        set
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn accepts(&self, pattern: &Pattern) -> bool {
        self.0.last().is_some_and(|last| *last as usize == pattern.tokens.len())
    }

    /// Whether every continuation is accepted.
    pub(super) fn accepts_for_ever(&self, pattern: &Pattern) -> bool {
        let Some(last) = pattern.tokens.len().checked_sub(1) else { return false };
        pattern.tokens.last() == Some(&Token::Star) && self.0.iter().any(|p| *p as usize == last)
    }

    /// Whether every place of this set is in the other.
    pub(super) fn within(&self, other: &Self) -> bool {
        self.0.len() <= other.0.len() && self.0.iter().all(|p| other.0.binary_search(p).is_ok())
    }

    pub(super) fn step(&mut self, pattern: &Pattern, letter: Letter) {
        let before = std::mem::take(&mut self.0);
        for position in before {
            match pattern.tokens.get(position as usize) {
                Some(token) if token.takes(letter) => {
                    self.add(pattern, if token.repeats() { position } else { position + 1 });
                }
                _ => {}
            }
        }
        self.trim(pattern);
    }

    fn add(&mut self, pattern: &Pattern, mut position: u32) {
        loop {
            self.0.push(position);
            match pattern.tokens.get(position as usize) {
                Some(token) if token.repeats() => position += 1,
                _ => return,
            }
        }
    }

    /// Drops what lies before the last free `*`: it accepts nothing that the `*` does not.
    fn trim(&mut self, pattern: &Pattern) {
        self.0.sort_unstable();
        self.0.dedup();
        let star = self.0.iter().rposition(|p| pattern.tokens.get(*p as usize) == Some(&Token::Star));
        if let Some(index) = star {
            self.0.drain(..index);
        }
    }
}
