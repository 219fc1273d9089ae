//! What programs do to strings, with the place of each byte kept.

use smol_str::SmolStr;

use crate::source::{HOLE, SourceId, Span, Unknown};
use crate::syntax::{Node, Text, TextBuilder, Value};

/// Nesting at which writing a value as text stops.
const DEPTH: usize = 64;

/// Adds `str(node)`. A structure is written as JSON, for that is the only way a program
/// puts one into a policy.
pub(super) fn push(builder: &mut TextBuilder, node: &Node, place: Span) {
    match &node.value {
        Value::String(text) => builder.splice(text, node.span, place),
        Value::Number(number) => builder.push(number, node_place(node, place)),
        Value::Bool(value) => builder.push(if *value { "True" } else { "False" }, node_place(node, place)),
        Value::Null => builder.push("None", place),
        Value::Unknown(unknown) => builder.hole_at(unknown.clone(), place),
        Value::Secret => builder.hole_at(Unknown { refs: vec![SmolStr::new("secret")], span: place }, place),
        Value::List(_) | Value::Map(_) => json(builder, node, place, 0),
    }
}

fn node_place(node: &Node, place: Span) -> Span {
    if node.span.source == place.source { node.span } else { place }
}

/// Adds a value as JSON text.
fn json(builder: &mut TextBuilder, node: &Node, place: Span, depth: usize) {
    let here = node_place(node, place);
    let point = |at: u32| Span { source: here.source, start: at, end: at };
    if depth > DEPTH {
        builder.hole_at(Unknown { refs: vec![SmolStr::new("…")], span: here }, here);
        return;
    }
    match &node.value {
        Value::List(items) => {
            builder.push("[", point(here.start));
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    builder.push(",", point(node_place(item, here).start));
                }
                json(builder, item, here, depth + 1);
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
                json(builder, &entry.value, here, depth + 1);
            }
            builder.push("}", point(here.end));
        }
        Value::String(text) => quoted(builder, text, node.span, here),
        Value::Bool(value) => builder.push(if *value { "true" } else { "false" }, here),
        Value::Null => builder.push("null", here),
        Value::Unknown(_) | Value::Secret => {
            builder.push("\"", point(here.start));
            push(builder, node, here);
            builder.push("\"", point(here.end));
        }
        Value::Number(_) => push(builder, node, here),
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
pub(super) enum Piece<'t> {
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
pub(super) fn slice(text: &Text, home: Span, start: usize, end: usize) -> Text {
    let fragment = text.fragment(home);
    let mut builder = TextBuilder::new(fragment.source());
    push_slice(&mut builder, text, home, start, end);
    builder.finish(home)
}

fn push_slice(builder: &mut TextBuilder, text: &Text, home: Span, start: usize, end: usize) {
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

/// `textwrap.dedent`: the white space that all lines with other text start with goes.
pub(super) fn dedent(text: &Text, home: Span) -> Text {
    let raw = text.raw();
    let blank = |line: &str| line.chars().all(|c| c == ' ' || c == '\t');
    let mut margin: Option<&str> = None;
    for line in raw.split('\n').filter(|line| !blank(line)) {
        let indent = line.get(..line.len() - line.trim_start_matches([' ', '\t']).len()).unwrap_or("");
        margin = Some(match margin {
            None => indent,
            Some(margin) => {
                let common = margin.bytes().zip(indent.bytes()).take_while(|(a, b)| a == b).count();
                margin.get(..common).unwrap_or("")
            }
        });
    }
    let margin = margin.unwrap_or("").len();
    let mut builder = TextBuilder::new(text.fragment(home).source());
    let mut at = 0;
    for line in raw.split_inclusive('\n') {
        let end = at + line.len();
        let body = line.strip_suffix('\n').unwrap_or(line);
        let from = if blank(body) { at + body.len() } else { at + margin };
        push_slice(&mut builder, text, home, from, end);
        at = end;
    }
    builder.finish(home)
}

/// `str.strip` and its kin; none where the characters to strip are not known.
pub(super) fn strip(text: &Text, home: Span, method: &str, characters: Option<&str>) -> Text {
    let matches = |c: char| characters.map_or(c.is_whitespace(), |set| set.contains(c));
    let raw = text.raw();
    let start = if method == "rstrip" { 0 } else { raw.len() - raw.trim_start_matches(matches).len() };
    let end = if method == "lstrip" { raw.len() } else { raw.trim_end_matches(matches).len() };
    slice(text, home, start.min(end), end)
}

/// `str.replace` with known texts; the rest keeps its place.
pub(super) fn replace(text: &Text, home: Span, from: &str, to: &Node, place: Span) -> Text {
    if from.is_empty() {
        return text.clone();
    }
    let fragment = text.fragment(home);
    let mut builder = TextBuilder::new(fragment.source());
    let mut at = 0;
    while let Some(found) = text.raw().get(at..).and_then(|rest| rest.find(from)) {
        push_slice(&mut builder, text, home, at, at + found);
        let span = fragment.span(at + found, at + found + from.len());
        push(&mut builder, to, if span.source == place.source { place } else { span });
        at += found + from.len();
    }
    push_slice(&mut builder, text, home, at, text.raw().len());
    builder.finish(home)
}

/// `str.lower`, `str.upper`: byte for byte where the text is ASCII.
pub(super) fn change_case(text: &Text, home: Span, upper: bool) -> Text {
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

/// What stands for a field of a format string.
pub(super) enum Field<'t> {
    /// The n-th argument, counted by the caller for an empty field.
    Index(usize),
    Name(&'t str),
    /// An expression on an argument, or one with a format specification.
    Other(&'t str),
}

/// `template.format(…)`: calls back for each field, which adds what stands there.
pub(super) fn format(
    text: &Text,
    home: Span,
    source: SourceId,
    mut fill: impl FnMut(&mut TextBuilder, Field<'_>, Span),
) -> Text {
    let raw = text.raw();
    let fragment = text.fragment(home);
    let mut builder = TextBuilder::new(source);
    let mut counter = 0;
    let mut at = 0;
    while let Some(found) = raw.get(at..).and_then(|rest| rest.find(['{', '}'])) {
        let brace = at + found;
        let doubled = raw.as_bytes().get(brace) == raw.as_bytes().get(brace + 1);
        if doubled {
            push_slice(&mut builder, text, home, at, brace + 1);
            at = brace + 2;
            continue;
        }
        push_slice(&mut builder, text, home, at, brace);
        let close = raw.get(brace..).and_then(|rest| rest.find('}')).map(|end| brace + end);
        let (Some(close), Some(b'{')) = (close, raw.as_bytes().get(brace)) else {
            push_slice(&mut builder, text, home, brace, brace + 1);
            at = brace + 1;
            continue;
        };
        let field = raw.get(brace + 1..close).unwrap_or("");
        let kind = if field.is_empty() {
            counter += 1;
            Field::Index(counter - 1)
        } else if let Ok(index) = field.parse() {
            Field::Index(index)
        } else if field.chars().all(|c| c.is_alphanumeric() || c == '_') {
            Field::Name(field)
        } else {
            Field::Other(field)
        };
        fill(&mut builder, kind, fragment.span(brace, close + 1));
        at = close + 1;
    }
    push_slice(&mut builder, text, home, at, raw.len());
    builder.finish(home)
}

/// `template % …`, likewise. A directive other than `%s`, `%d`, `%i` and `%(name)s` is
/// given as it is written.
pub(super) fn percent(
    text: &Text,
    home: Span,
    source: SourceId,
    mut fill: impl FnMut(&mut TextBuilder, Field<'_>, Span),
) -> Text {
    let raw = text.raw();
    let fragment = text.fragment(home);
    let mut builder = TextBuilder::new(source);
    let mut counter = 0;
    let mut at = 0;
    while let Some(found) = raw.get(at..).and_then(|rest| rest.find('%')) {
        let sign = at + found;
        push_slice(&mut builder, text, home, at, sign);
        let rest = raw.get(sign + 1..).unwrap_or("");
        if rest.starts_with('%') {
            push_slice(&mut builder, text, home, sign, sign + 1);
            at = sign + 2;
            continue;
        }
        let (name, after) = match rest.strip_prefix('(').and_then(|inner| inner.split_once(')')) {
            Some((name, after)) => (Some(name), after),
            None => (None, rest),
        };
        let flags = after.len() - after.trim_start_matches(|c: char| !c.is_alphabetic()).len();
        let Some(letter) = after.get(flags..).and_then(|tail| tail.chars().next()) else {
            push_slice(&mut builder, text, home, sign, raw.len());
            at = raw.len();
            break;
        };
        let end = raw.len() - after.len() + flags + letter.len_utf8();
        let plain = flags == 0 && matches!(letter, 's' | 'd' | 'i');
        let field = match name {
            Some(name) if plain => Field::Name(name),
            _ if plain => Field::Index(counter),
            _ => Field::Other(raw.get(sign..end).unwrap_or("")),
        };
        counter += 1;
        fill(&mut builder, field, fragment.span(sign, end));
        at = end;
    }
    push_slice(&mut builder, text, home, at, raw.len());
    builder.finish(home)
}
