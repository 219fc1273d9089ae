//! Glob patterns: `*` is any text, the empty one included, `?` any one character,
//! everything else itself; anchored at both ends (spec: aws-evaluation, section 2.1).

use std::fmt;

use super::code::{self, Compiled, HOLE_CODE, ONE, ONE_INSIDE, STAR, STAR_INSIDE, Written, is_wild, same_text};
use super::relate::{self, Escape, common, escape, spell};
use super::token::{Letter, Pattern, Token};
use crate::decision::Truth;
use crate::source::HOLE;

/// A compiled glob. Case-insensitive globs fold ASCII letters, as IAM does for actions.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Glob {
    code: Box<[u8]>,
    shape: Shape,
    fold: bool,
    holes: bool,
}

/// What a glob looks like, so that the common ones match without a search.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Shape {
    /// `*`
    All,
    /// No wildcard.
    Exact,
    /// `text*`
    Prefix,
    /// `*text`
    Suffix,
    /// `*text*`
    Contains,
    /// `text*text`, with the place of the `*`
    Around(u32),
    /// Anything else.
    General,
    /// With wildcards confined to ARN segments.
    Segments,
}

impl Glob {
    /// The glob a pattern text stands for, case-sensitive.
    #[must_use]
    pub fn new(pattern: &str) -> Self {
        Builder::new().pattern(pattern).build()
    }

    /// The glob a pattern text stands for, ASCII letters compared without case.
    #[must_use]
    pub fn ignoring_case(pattern: &str) -> Self {
        Builder::new().ignoring_case().pattern(pattern).build()
    }

    /// The glob that matches exactly this text, whose `*` and `?` are plain characters.
    #[must_use]
    pub fn literal(text: &str) -> Self {
        Builder::new().literal(text).build()
    }

    /// A builder, for patterns in which wildcards, literal text and unknown parts join.
    #[must_use]
    pub fn builder() -> Builder {
        Builder::new()
    }

    /// Whether the glob matches a text. A hole counts as `*`: false is certain, true is
    /// only if [`Glob::has_holes`] is false.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        self.matches_bytes(text.as_bytes())
    }

    /// Whether the glob matches a text: unknown where that depends on a hole.
    #[must_use]
    pub fn decide(&self, text: &str) -> Truth {
        match self.matches(text) {
            false => Truth::False,
            true if self.holes => Truth::Unknown,
            true => Truth::True,
        }
    }

    /// Whether part of the pattern is unknown.
    #[must_use]
    pub fn has_holes(&self) -> bool {
        self.holes
    }

    /// Whether the glob matches every text.
    #[must_use]
    pub fn is_all(&self) -> bool {
        self.shape == Shape::All && !self.holes
    }

    /// Whether ASCII letters are compared without case.
    #[must_use]
    pub fn ignores_case(&self) -> bool {
        self.fold
    }

    /// The one text the glob matches, if it has no wildcard (lower-cased if it ignores
    /// case).
    #[must_use]
    pub fn as_literal(&self) -> Option<&str> {
        (self.shape == Shape::Exact).then(|| std::str::from_utf8(&self.code).unwrap_or_default())
    }

    /// The literal text before the first wildcard.
    #[must_use]
    pub fn prefix(&self) -> &str {
        let end = self.code.iter().position(|b| is_wild(*b)).unwrap_or(self.code.len());
        self.code.get(..end).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default()
    }

    /// The literal text after the last wildcard; the whole text if there is none.
    #[must_use]
    pub fn suffix(&self) -> &str {
        let start = self.code.iter().rposition(|b| is_wild(*b)).map_or(0, |at| at + 1);
        self.code.get(start..).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default()
    }

    /// A shortest text that both globs match, if there is any. Holes count as `*`: a text
    /// is certain only where neither glob has holes.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> Option<String> {
        let fold = self.fold && other.fold;
        let (a, b) = (self.tokens(fold), other.tokens(fold));
        common(&a, &b).map(|text| spell(&text, &[&a, &b]))
    }

    /// Whether every text that `inner` matches is matched by this glob. Unknown where it
    /// depends on a hole, or where several `?` make the question too hard.
    #[must_use]
    pub fn contains(&self, inner: &Self) -> Truth {
        union_contains(std::slice::from_ref(self), inner)
    }

    /// The glob as a token list. With `folded`, for questions among globs that all ignore
    /// case, letters stand for themselves, lower-cased; else for both cases.
    #[must_use]
    pub fn tokens(&self, folded: bool) -> Pattern {
        let chunks = self.code.chunk_by(|a, b| !is_wild(*a) && !is_wild(*b));
        let fold = self.fold && !folded;
        chunks
            .flat_map(|chunk| {
                let wild = match chunk {
                    [STAR | HOLE_CODE] => Some(Token::Star),
                    [ONE] => Some(Token::One),
                    [STAR_INSIDE] => Some(Token::StarInside(':')),
                    [ONE_INSIDE] => Some(Token::OneInside(':')),
                    _ => None,
                };
                let text = if wild.is_some() { "" } else { std::str::from_utf8(chunk).unwrap_or_default() };
                let letters = text.chars().map(move |c| match c {
                    'a'..='z' if fold => Token::Fold(c),
                    c => Token::Letter(Letter::of(c)),
                });
                wild.into_iter().chain(letters)
            })
            .collect()
    }

    fn matches_bytes(&self, text: &[u8]) -> bool {
        let code = &*self.code;
        let fold = self.fold;
        match self.shape {
            Shape::All => true,
            Shape::Exact => same_text(code, text, fold),
            Shape::Prefix => {
                let Some((_, prefix)) = code.split_last() else { return false };
                text.get(..prefix.len()).is_some_and(|head| same_text(prefix, head, fold))
            }
            Shape::Suffix => {
                let Some((_, suffix)) = code.split_first() else { return false };
                ends_with(text, suffix, fold)
            }
            Shape::Contains if !fold => {
                let needle = code.get(1..code.len() - 1).unwrap_or_default();
                memchr::memmem::find(text, needle).is_some()
            }
            Shape::Around(star) => {
                let Some((prefix, rest)) = code.split_at_checked(star as usize) else { return false };
                let Some((_, suffix)) = rest.split_first() else { return false };
                text.len() >= prefix.len() + suffix.len()
                    && text.get(..prefix.len()).is_some_and(|head| same_text(prefix, head, fold))
                    && ends_with(text, suffix, fold)
            }
            Shape::Contains | Shape::General | Shape::Segments => code::matches(code, text, &Compiled { fold }),
        }
    }
}

/// Whether every text that `inner` matches is matched by one of `outer`. Unknown where it
/// depends on a hole, or where several `?` make the question too hard.
#[must_use]
pub fn union_contains(outer: &[Glob], inner: &Glob) -> Truth {
    match escaping(outer, inner) {
        Ok(None) => Truth::True,
        Ok(Some(_)) => Truth::False,
        Err(Undecided) => Truth::Unknown,
    }
}

/// The answer depends on a hole, or was too hard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Undecided;

/// A text that `inner` matches and none of `outer` does; none if there is no such text.
///
/// # Errors
/// Where the answer depends on a hole, or where several `?` make the question too hard.
pub fn escape_text(outer: &[Glob], inner: &Glob) -> Result<Option<String>, Undecided> {
    let Some(text) = escaping(outer, inner)? else { return Ok(None) };
    let fold = inner.fold && outer.iter().all(|g| g.fold);
    let mentioned: Vec<Pattern> = outer.iter().chain([inner]).map(|g| g.tokens(fold)).collect();
    Ok(Some(spell(&text, &mentioned.iter().collect::<Vec<_>>())))
}

fn escaping(outer: &[Glob], inner: &Glob) -> Result<Option<Vec<Letter>>, Undecided> {
    let fold = inner.fold && outer.iter().all(|g| g.fold);
    let wanted = inner.tokens(fold);
    let sure: Vec<Pattern> = outer.iter().filter(|g| !g.holes).map(|g| g.tokens(fold)).collect();
    match escape(&wanted, &sure.iter().collect::<Vec<_>>()) {
        Escape::Nothing => return Ok(None),
        Escape::Undecided => return Err(Undecided),
        Escape::Text(text) if sure.len() == outer.len() && !inner.holes => return Ok(Some(text)),
        Escape::Text(_) => {}
    }
    // what the holes of `outer` may add at most; a hole in `inner` is never certain to
    // leave the union
    let all: Vec<Pattern> = outer.iter().map(|g| g.tokens(fold)).collect();
    match escape(&wanted, &all.iter().collect::<Vec<_>>()) {
        Escape::Text(text) if !inner.holes => Ok(Some(text)),
        _ => Err(Undecided),
    }
}

fn ends_with(text: &[u8], suffix: &[u8], fold: bool) -> bool {
    let Some(start) = text.len().checked_sub(suffix.len()) else { return false };
    text.get(start..).is_some_and(|tail| same_text(suffix, tail, fold))
}

/// The pattern as text: unknown parts as `${…}`, and literal `*` and `?` as `${*}` and
/// `${?}`, as IAM policies write them.
impl fmt::Display for Glob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for chunk in self.code.chunk_by(|a, b| !is_wild(*a) && !is_wild(*b)) {
            match chunk {
                [STAR | STAR_INSIDE] => f.write_str("*")?,
                [ONE | ONE_INSIDE] => f.write_str("?")?,
                [HOLE_CODE] => f.write_str("${…}")?,
                literal => {
                    for char in std::str::from_utf8(literal).unwrap_or_default().chars() {
                        match char {
                            '*' | '?' => write!(f, "${{{char}}}")?,
                            other => fmt::Write::write_char(f, other)?,
                        }
                    }
                }
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Glob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let case = if self.fold { "i" } else { "" };
        write!(f, "Glob({:?}{case})", self.to_string())
    }
}

/// What a `*` does that ends one of the first five segments of an ARN pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trailing {
    /// It may run past the colon: the Resource element.
    RunsOn,
    /// It stays, as every other wildcard: the ARN operators.
    Stays,
}

/// Joins pattern text, literal text and unknown parts to a [`Glob`].
#[derive(Debug, Clone, Default)]
pub struct Builder {
    code: Vec<u8>,
    fold: bool,
    holes: bool,
}

impl Builder {
    /// An empty pattern, case-sensitive.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Compares ASCII letters without case. To be said before anything is added.
    #[must_use]
    pub fn ignoring_case(mut self) -> Self {
        self.fold = true;
        self
    }

    /// Adds pattern text, in which `*` and `?` are wildcards. [`HOLE`] is a plain
    /// character here: say [`Builder::hole`] where a text has holes.
    #[must_use]
    pub fn pattern(mut self, text: &str) -> Self {
        self.code.reserve(text.len());
        for byte in text.bytes() {
            match byte {
                b'*' => self.star(STAR),
                b'?' => self.code.push(ONE),
                other => self.byte(other),
            }
        }
        self
    }

    /// Adds text that stands for itself.
    #[must_use]
    pub fn literal(mut self, text: &str) -> Self {
        self.code.reserve(text.len());
        for byte in text.bytes() {
            self.byte(byte);
        }
        self
    }

    /// Adds a part whose text is not known.
    #[must_use]
    pub fn hole(mut self) -> Self {
        self.holes = true;
        self.star(HOLE_CODE);
        self
    }

    /// Adds pattern text in which each [`HOLE`] is an unknown part.
    #[must_use]
    pub fn pattern_with_holes(self, text: &str) -> Self {
        let mut parts = text.split(HOLE);
        let first = self.pattern(parts.next().unwrap_or_default());
        parts.fold(first, |builder, part| builder.hole().pattern(part))
    }

    /// Adds literal text in which each [`HOLE`] is an unknown part.
    #[must_use]
    pub fn literal_with_holes(self, text: &str) -> Self {
        let mut parts = text.split(HOLE);
        let first = self.literal(parts.next().unwrap_or_default());
        parts.fold(first, |builder, part| builder.hole().literal(part))
    }

    /// The glob.
    #[must_use]
    pub fn build(self) -> Glob {
        self.confined(None)
    }

    /// The glob, wildcards in the first five ARN segments confined to their segment; with
    /// `trailing`, not those `*` that end a segment. What follows a hole is left free: how
    /// many segments the hole has is not known.
    pub(super) fn confined(mut self, trailing: Option<Trailing>) -> Glob {
        if let Some(trailing) = trailing {
            let mut colons = 0;
            let mut bytes = self.code.iter_mut().peekable();
            while let Some(byte) = bytes.next() {
                let ends = bytes.peek().is_none_or(|next| **next == b':');
                match *byte {
                    b':' => colons += 1,
                    STAR if !(ends && trailing == Trailing::RunsOn) => *byte = STAR_INSIDE,
                    ONE => *byte = ONE_INSIDE,
                    HOLE_CODE => break,
                    _ => {}
                }
                if colons == 5 {
                    break;
                }
            }
        }
        let shape = shape(&self.code);
        Glob { code: self.code.into_boxed_slice(), shape, fold: self.fold, holes: self.holes }
    }

    fn byte(&mut self, byte: u8) {
        self.code.push(if self.fold { byte.to_ascii_lowercase() } else { byte });
    }

    /// Adds a `*` or a hole; two next to each other mean the same as one, and the hole is
    /// remembered by its flag alone.
    fn star(&mut self, kind: u8) {
        if !matches!(self.code.last(), Some(&(STAR | HOLE_CODE))) {
            self.code.push(kind);
        }
    }
}

fn shape(code: &[u8]) -> Shape {
    let mut wild = code.iter().enumerate().filter(|(_, b)| is_wild(**b));
    let is_star = |byte: &u8| matches!(*byte, STAR | HOLE_CODE);
    let last = code.len().saturating_sub(1);
    if code.iter().any(|b| matches!(*b, STAR_INSIDE | ONE_INSIDE)) {
        return Shape::Segments;
    }
    match (wild.next(), wild.next(), wild.next()) {
        (None, ..) => Shape::Exact,
        (Some((at, byte)), None, _) if is_star(byte) => match at {
            0 if last == 0 => Shape::All,
            0 => Shape::Suffix,
            at if at == last => Shape::Prefix,
            at => u32::try_from(at).map_or(Shape::General, Shape::Around),
        },
        (Some((0, first)), Some((at, second)), None) if at == last && is_star(first) && is_star(second) => {
            Shape::Contains
        }
        _ => Shape::General,
    }
}

/// Whether a pattern matches a text, without compiling it first.
#[must_use]
pub fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let Some(first) = memchr::memchr2(b'*', b'?', pattern) else { return pattern == text };
    // most answers are told by what stands before the first wildcard or after the last one
    let head = pattern.get(..first).unwrap_or_default();
    let (Some(body), Some(wild)) = (text.strip_prefix(head), pattern.get(first..)) else { return false };
    let last = memchr::memrchr2(b'*', b'?', wild).unwrap_or(0);
    let tail = wild.get(last + 1..).unwrap_or_default();
    if !body.ends_with(tail) {
        return false;
    }
    (last == 0 && wild.first() == Some(&b'*')) || code::matches(wild, body, &Written { fold: false })
}

/// Whether a pattern matches a text, ASCII letters compared without case.
#[must_use]
pub fn matches_ignoring_case(pattern: &str, text: &str) -> bool {
    code::matches(pattern.as_bytes(), text.as_bytes(), &Written { fold: true })
}

/// Where the first wildcard of a pattern is; the length where there is none.
pub(crate) fn head(text: &str) -> usize {
    memchr::memchr2(b'*', b'?', text.as_bytes()).unwrap_or(text.len())
}

/// Whether a pattern holds a wildcard.
#[must_use]
pub fn is_pattern(text: &str) -> bool {
    memchr::memchr2(b'*', b'?', text.as_bytes()).is_some()
}

/// Whether there is a text that both patterns match.
#[must_use]
pub fn meet(a: &str, b: &str) -> bool {
    match (is_pattern(a), is_pattern(b)) {
        (false, false) => a == b,
        (true, false) => matches(a, b),
        (false, true) => matches(b, a),
        (true, true) => !apart(a, b) && relate::meet(&Glob::new(a).tokens(false), &Glob::new(b).tokens(false)),
    }
}

/// Whether every text that `inner` matches is matched by `outer`; false where that is too
/// hard to tell, which takes several `?` in `outer`.
#[must_use]
pub fn covers(outer: &str, inner: &str) -> bool {
    // the wildcards of `inner` stand for letters that nothing but a wildcard matches (spec:
    // symbolic, lemma 1); a `?` must not take a `*` for one letter
    if inner.contains('*') && outer.contains('?') {
        return outer == inner || Glob::new(outer).contains(&Glob::new(inner)) == Truth::True;
    }
    matches(outer, inner)
}

/// Whether the text before the first wildcards, or after the last ones, already tells that
/// no text is in both patterns.
pub(super) fn apart(a: &str, b: &str) -> bool {
    fn differ(a: impl Iterator<Item = u8>, b: impl Iterator<Item = u8>) -> bool {
        let wild = |byte: u8| matches!(byte, b'*' | b'?');
        a.zip(b).find(|(a, b)| a != b || wild(*a)).is_some_and(|(a, b)| !wild(a) && !wild(b))
    }
    differ(a.bytes(), b.bytes()) || differ(a.bytes().rev(), b.bytes().rev())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_as_iam_does() {
        let table = [
            ("", "", true),
            ("", "a", false),
            ("*", "", true),
            ("*", "arn:aws:s3:::b/k", true),
            ("?", "", false),
            ("?", "é", true),
            ("??", "é", false),
            ("*??", "€", false),
            ("*?", "€", true),
            ("?*?", "€", false),
            ("a*", "abc", true),
            ("a*", "ba", false),
            ("*c", "abc", true),
            ("*c", "cb", false),
            ("*b*", "abc", true),
            ("*b*", "ac", false),
            ("a*a", "a", false),
            ("a*a", "aa", true),
            ("ab*ba", "aba", false),
            ("*ab*ab", "abab", true),
            ("*ab*ab", "ab", false),
            ("a*b?c*d", "axxbxcxxd", true),
            ("a*b?c*d", "axxbcxxd", false),
            ("*aab", "aaaab", true),
            ("**", "x", true),
            ("*?*", "", false),
            ("[a]", "[a]", true),
            ("s3:*", "s3express:x", false),
        ];
        for (pattern, text, expected) in table {
            assert_eq!(matches(pattern, text), expected, "text `{pattern}` on `{text}`");
            assert_eq!(Glob::new(pattern).matches(text), expected, "glob `{pattern}` on `{text}`");
        }
    }

    #[test]
    fn case_is_folded_only_when_asked() {
        for (pattern, text) in [("S3:get*", "s3:GetObject"), ("*OBJECT", "s3:GetObject"), ("*T?B*", "xatxby")] {
            assert!(!matches(pattern, text));
            assert!(matches_ignoring_case(pattern, text));
            assert!(!Glob::new(pattern).matches(text));
            assert!(Glob::ignoring_case(pattern).matches(text));
        }
    }

    #[test]
    fn literal_parts_hold_no_wildcards() {
        let glob = Glob::builder().pattern("a*/").literal("x*?").build();
        assert!(glob.matches("abc/x*?"));
        assert!(!glob.matches("abc/xyz"));
        assert_eq!(glob.to_string(), "a*/x${*}${?}");
    }

    #[test]
    fn a_hole_may_be_any_text_but_never_certainly() {
        let glob = Glob::builder().pattern_with_holes(&format!("a/{HOLE}/*")).build();
        assert_eq!(glob.decide("a/b/c"), Truth::Unknown);
        assert_eq!(glob.decide("b/b/c"), Truth::False);
        assert_eq!(Glob::new("a/*").decide("a/b"), Truth::True);
        let next_to_star = Glob::builder().pattern("*").hole().build();
        assert_eq!(next_to_star.decide("x"), Truth::Unknown);
    }

    #[test]
    fn patterns_that_meet_and_cover() {
        let table = [
            ("s3:get*", "s3:*object", true, false),
            ("s3:*", "s3:get*", true, true),
            ("s3:get?", "s3:get*", true, false),
            ("s3:get?*", "s3:get*a", true, true),
            ("*?", "*a", true, true),
            ("*?", "*", true, false),
            ("iam:*", "s3:*", false, false),
            ("a*b", "ac", false, false),
            ("a*b", "*bb", true, false),
            ("*", "", true, true),
            ("??", "?", false, false),
            ("?", "é", true, true),
            ("*é?", "?é*", true, false),
            ("??", "é", false, false),
        ];
        for (a, b, met, covered) in table {
            assert_eq!(meet(a, b), met, "{a} meets {b}");
            assert_eq!(meet(b, a), met, "{b} meets {a}");
            assert_eq!(covers(a, b), covered, "{a} covers {b}");
        }
    }
}
