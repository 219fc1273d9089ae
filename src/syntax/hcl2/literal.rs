//! Decodes the literal parts of strings, keeping the place of every byte.

use crate::source::{Fragment, Span};
use crate::syntax::{Text, TextBuilder};

/// Which escapes a literal knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Escapes {
    /// Between quotes: backslash escapes, `$${` and `%%{`.
    Quoted,
    /// In heredocs and template files: `$${` and `%%{` alone.
    Raw,
}

/// A literal of the fragment's text at `start..end`.
pub(super) fn decode(fragment: &Fragment<'_>, start: usize, end: usize, escapes: Escapes) -> Text {
    let raw = fragment.text.get(start..end).unwrap_or("");
    let span = fragment.span(start, end);
    if fragment.is_plain() && !needs_work(raw, escapes) {
        return Text::plain(raw, span.start);
    }
    let mut builder = TextBuilder::new(span.source);
    decode_into(&mut builder, fragment, start, end, escapes);
    builder.finish(span)
}

fn needs_work(raw: &str, escapes: Escapes) -> bool {
    let backslash = escapes == Escapes::Quoted && memchr::memchr(b'\\', raw.as_bytes()).is_some();
    backslash || raw.contains("$${") || raw.contains("%%{")
}

/// Adds the decoded literal at `start..end` to a builder.
pub(super) fn decode_into(
    builder: &mut TextBuilder,
    fragment: &Fragment<'_>,
    start: usize,
    end: usize,
    escapes: Escapes,
) {
    let text = fragment.text.as_ref();
    let mut at = start;
    let mut run = start;
    while at < end {
        let rest = text.get(at..end).unwrap_or("");
        let Some(first) = rest.chars().next() else { break };
        let (decoded, len) = match first {
            '\\' if escapes == Escapes::Quoted => escape(rest),
            '$' if rest.starts_with("$${") => (Some('$'), 2),
            '%' if rest.starts_with("%%{") => (Some('%'), 2),
            other => {
                at += other.len_utf8();
                continue;
            }
        };
        copy(builder, fragment, run, at);
        if let Some(character) = decoded {
            let mut encoded = [0; 4];
            builder.push(character.encode_utf8(&mut encoded), fragment.span(at, at + len));
        }
        at += len;
        run = at;
    }
    copy(builder, fragment, run, end);
}

/// Adds the fragment's text as it stands.
pub(super) fn copy(builder: &mut TextBuilder, fragment: &Fragment<'_>, start: usize, end: usize) {
    let piece = fragment.text.get(start..end).unwrap_or("");
    if piece.is_empty() {
        return;
    }
    let whole: Span = fragment.span(start, end);
    if fragment.is_plain() {
        builder.plain(piece, whole.start as usize);
        return;
    }
    for (offset, character) in piece.char_indices() {
        let mut encoded = [0; 4];
        let from = start + offset;
        builder.push(character.encode_utf8(&mut encoded), fragment.span(from, from + character.len_utf8()));
    }
}

/// What the escape at the start of `rest` stands for, and its length in bytes.
fn escape(rest: &str) -> (Option<char>, usize) {
    let mut characters = rest.chars();
    characters.next();
    let Some(letter) = characters.next() else { return (Some('\\'), 1) };
    let plain = |c| (Some(c), 2);
    match letter {
        'n' => plain('\n'),
        'r' => plain('\r'),
        't' => plain('\t'),
        'u' | 'U' => {
            let digits = if letter == 'u' { 4 } else { 8 };
            let code = rest.get(2..2 + digits).and_then(|hex| u32::from_str_radix(hex, 16).ok());
            match code {
                Some(code) => (char::from_u32(code).or(Some(char::REPLACEMENT_CHARACTER)), 2 + digits),
                None => (Some(letter), 1 + letter.len_utf8()),
            }
        }
        other => (Some(other), 1 + other.len_utf8()),
    }
}
