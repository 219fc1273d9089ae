//! What programs do to strings, with the place of each byte kept.

use smol_str::SmolStr;

use super::Language;
use crate::source::{HOLE, Span, Unknown};
use crate::syntax::{Node, Text, TextBuilder, Value};

/// Nesting at which writing a value as text stops.
const DEPTH: usize = 64;

/// Adds a value as the language turns it into a string. A structure is written as JSON, for that is the only way a program
/// puts one into a policy.
pub(super) fn push(builder: &mut TextBuilder, node: &Node, place: Span, language: Language) {
    match &node.value {
        Value::String(text) => builder.splice(text, node.span, place),
        Value::Number(number) => builder.push(number, node_place(node, place)),
        Value::Bool(value) => builder.push(language.boolean(*value), node_place(node, place)),
        Value::Null => builder.push(language.null(), place),
        Value::Unknown(unknown) => builder.hole_at(unknown.clone(), place),
        Value::Secret => builder.hole_at(Unknown::new(vec![SmolStr::new("secret")], place), place),
        Value::List(_) | Value::Map(_) => json(builder, node, place, language, 0),
    }
}

impl Language {
    fn boolean(self, value: bool) -> &'static str {
        match self {
            Self::Python => {
                if value {
                    "True"
                } else {
                    "False"
                }
            }
            #[cfg(feature = "typescript")]
            Self::TypeScript => {
                if value {
                    "true"
                } else {
                    "false"
                }
            }
        }
    }

    fn null(self) -> &'static str {
        match self {
            Self::Python => "None",
            #[cfg(feature = "typescript")]
            Self::TypeScript => "undefined",
        }
    }
}

fn node_place(node: &Node, place: Span) -> Span {
    if node.span.source == place.source { node.span } else { place }
}

/// Adds a value as JSON text.
fn json(builder: &mut TextBuilder, node: &Node, place: Span, language: Language, depth: usize) {
    let here = node_place(node, place);
    let point = |at: u32| Span { source: here.source, start: at, end: at };
    if depth > DEPTH {
        builder.hole_at(Unknown::new(vec![SmolStr::new("…")], here), here);
        return;
    }
    match &node.value {
        Value::List(items) => {
            builder.push("[", point(here.start));
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    builder.push(",", point(node_place(item, here).start));
                }
                json(builder, item, here, language, depth + 1);
            }
            builder.push("]", point(here.end));
        }
        Value::Map(entries) => {
            builder.push("{", point(here.start));
            for (index, entry) in entries.iter().enumerate() {
                if index > 0 {
                    builder.push(",", point(entry.key_span.start));
                }
                quoted(builder, &entry.key, entry.key_span, here);
                builder.push(":", point(entry.key_span.end));
                json(builder, &entry.value, here, language, depth + 1);
            }
            builder.push("}", point(here.end));
        }
        Value::String(text) => quoted(builder, text, node.span, here),
        Value::Bool(value) => builder.push(if *value { "true" } else { "false" }, here),
        Value::Null => builder.push("null", here),
        Value::Unknown(_) | Value::Secret => {
            builder.push("\"", point(here.start));
            push(builder, node, here, language);
            builder.push("\"", point(here.end));
        }
        Value::Number(_) => push(builder, node, here, language),
    }
}

/// Adds a text as a JSON string.
fn quoted(builder: &mut TextBuilder, text: &Text, home: Span, place: Span) {
    let point = |at: u32| Span { source: place.source, start: at, end: at };
    let edge = if home.source == place.source { home } else { place };
    builder.push("\"", point(edge.start));
    let start = builder.source();
    each(text, home, |piece| match piece {
        Piece::Char(character, span) => {
            let span = if span.source == start { span } else { place };
            let mut encoded = [0; 4];
            match character {
                '"' => builder.push("\\\"", span),
                '\\' => builder.push("\\\\", span),
                '\n' => builder.push("\\n", span),
                '\r' => builder.push("\\r", span),
                '\t' => builder.push("\\t", span),
                c if u32::from(c) < 0x20 => builder.push(&format!("\\u{:04x}", u32::from(c)), span),
                c => builder.push(c.encode_utf8(&mut encoded), span),
            }
        }
        Piece::Hole(unknown, span) => {
            let span = if span.source == start { span } else { place };
            builder.hole_at(unknown.clone(), span);
        }
    });
    builder.push("\"", point(edge.end));
}

/// A character of a text, or an unknown part, with its place.
enum Piece<'t> {
    Char(char, Span),
    Hole(&'t Unknown, Span),
}

/// Calls back for each character and unknown part.
fn each<'t>(text: &'t Text, home: Span, mut with: impl FnMut(Piece<'t>)) {
    let fragment = text.fragment(home);
    let mut holes = text.holes().iter().peekable();
    for (at, character) in text.raw().char_indices() {
        let span = fragment.span(at, at + character.len_utf8());
        match holes.next_if(|hole| hole.at as usize == at) {
            Some(hole) => with(Piece::Hole(&hole.unknown, span)),
            None => with(Piece::Char(character, span)),
        }
    }
}

/// The bytes `start..end` of a text, as a text of its own.
pub(in crate::carrier) fn slice(text: &Text, home: Span, start: usize, end: usize) -> Text {
    let fragment = text.fragment(home);
    let mut builder = TextBuilder::new(fragment.source());
    push_slice(&mut builder, text, home, start, end);
    builder.finish(home)
}

pub(in crate::carrier) fn push_slice(builder: &mut TextBuilder, text: &Text, home: Span, start: usize, end: usize) {
    let fragment = text.fragment(home);
    let same = fragment.source() == builder.source();
    let mut at = start;
    let mut plain_from = start;
    // Runs between holes are copied character by character only where the map needs it.
    let Some(part) = text.raw().get(start..end) else { return };
    for character in part.chars() {
        let next = at + character.len_utf8();
        if character == HOLE
            && let Some(hole) = text.holes().iter().find(|hole| hole.at as usize == at)
        {
            copy(builder, text, &fragment, plain_from, at, same, home);
            let span = if same { fragment.span(at, next) } else { home };
            builder.hole_at(hole.unknown.clone(), span);
            plain_from = next;
        }
        at = next;
    }
    copy(builder, text, &fragment, plain_from, end, same, home);
}

fn copy(
    builder: &mut TextBuilder,
    text: &Text,
    fragment: &crate::source::Fragment<'_>,
    start: usize,
    end: usize,
    same: bool,
    home: Span,
) {
    let Some(part) = text.raw().get(start..end) else { return };
    if fragment.is_plain() && same {
        builder.push(part, fragment.span(start, end));
        return;
    }
    let mut at = start;
    for character in part.chars() {
        let next = at + character.len_utf8();
        let mut encoded = [0; 4];
        builder.push(character.encode_utf8(&mut encoded), if same { fragment.span(at, next) } else { home });
        at = next;
    }
}

/// `str.strip` and its kin; none where the characters to strip are not known.
pub(in crate::carrier) fn strip(text: &Text, home: Span, method: &str, characters: Option<&str>) -> Text {
    let matches = |c: char| characters.map_or(c.is_whitespace(), |set| set.contains(c));
    let raw = text.raw();
    let start = if method == "rstrip" { 0 } else { raw.len() - raw.trim_start_matches(matches).len() };
    let end = if method == "lstrip" { raw.len() } else { raw.trim_end_matches(matches).len() };
    slice(text, home, start.min(end), end)
}

/// `str.replace` with known texts; the rest keeps its place.
pub(in crate::carrier) fn replace(
    text: &Text,
    home: Span,
    from: &str,
    to: &Node,
    place: Span,
    language: Language,
) -> Text {
    if from.is_empty() {
        return text.clone();
    }
    let fragment = text.fragment(home);
    let mut builder = TextBuilder::new(fragment.source());
    let mut at = 0;
    while let Some(found) = text.raw().get(at..).and_then(|rest| rest.find(from)) {
        push_slice(&mut builder, text, home, at, at + found);
        let span = fragment.span(at + found, at + found + from.len());
        push(&mut builder, to, if span.source == place.source { place } else { span }, language);
        at += found + from.len();
    }
    push_slice(&mut builder, text, home, at, text.raw().len());
    builder.finish(home)
}

/// `str.lower`, `str.upper`: byte for byte where the text is ASCII.
pub(in crate::carrier) fn change_case(text: &Text, home: Span, upper: bool) -> Text {
    let mut builder = TextBuilder::new(text.fragment(home).source());
    each(text, home, |piece| match piece {
        Piece::Char(character, span) => {
            let changed: String =
                if upper { character.to_uppercase().collect() } else { character.to_lowercase().collect() };
            builder.push(&changed, span);
        }
        Piece::Hole(unknown, span) => builder.hole_at(unknown.clone(), span),
    });
    builder.finish(home)
}
