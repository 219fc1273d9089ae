//! One scalar: its value by the core schema, and its text with its places.

use saphyr_parser::ScalarStyle;

use super::align;
use crate::source::{Fragment, HOLE};
use crate::syntax::{Node, Text, TextBuilder, Value};

/// The node of a scalar event whose token stands at `start..end`.
pub(super) fn node(
    fragment: &Fragment<'_>,
    value: &str,
    style: ScalarStyle,
    start: usize,
    end: usize,
    is_string: bool,
) -> Node {
    let text = fragment.text.as_ref();
    let end = end.min(text.len());
    let raw = text.get(start..end).unwrap_or("");
    if matches!(style, ScalarStyle::Literal | ScalarStyle::Folded) {
        // The token starts with the first character that counts and ends with a line break.
        let start = header(text, start).unwrap_or(start);
        let span = fragment.span(start, start + text.get(start..end).unwrap_or("").trim_end().len());
        return Node::new(span, Value::String(string(fragment, value, style, start, end)));
    }
    let end = start + raw.trim_end().len();
    let span = fragment.span(start, end);
    if style == ScalarStyle::Plain
        && !is_string
        && let Some(value) = core(value)
    {
        return Node::new(span, value);
    }
    Node::new(span, Value::String(string(fragment, value, style, start, end)))
}

/// Where the `|` or `>` stands that opens the block whose text begins at `start`.
fn header(text: &str, start: usize) -> Option<usize> {
    if text.get(start..)?.starts_with(['|', '>']) && !text.get(..start)?.trim_end_matches([' ', '\t']).ends_with('\n') {
        return Some(start);
    }
    let before = text.get(..start)?.trim_end();
    let line = before.rfind('\n').map_or(0, |at| at + 1);
    let written = before.get(line..)?;
    let code = written.find(" #").map_or(written, |comment| written.get(..comment).unwrap_or(written));
    let at = code.rfind(['|', '>'])?;
    let tail = code.get(at + 1..)?.trim_end();
    tail.bytes().all(|b| b.is_ascii_digit() || b == b'+' || b == b'-').then_some(line + at)
}

/// What the core schema makes of a plain scalar that is no string.
fn core(value: &str) -> Option<Value> {
    match value {
        "" | "~" | "null" | "Null" | "NULL" => return Some(Value::Null),
        "true" | "True" | "TRUE" => return Some(Value::Bool(true)),
        "false" | "False" | "FALSE" => return Some(Value::Bool(false)),
        _ => {}
    }
    is_number(value).then(|| Value::Number(value.into()))
}

fn is_number(value: &str) -> bool {
    if !value.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.')) {
        return false;
    }
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if let Some(octal) = value.strip_prefix("0o") {
        return !octal.is_empty() && octal.bytes().all(|b| (b'0'..=b'7').contains(&b));
    }
    if let Some(hex) = value.strip_prefix("0x") {
        return !hex.is_empty() && hex.bytes().all(|b| b.is_ascii_hexdigit());
    }
    let unsigned = value.strip_prefix(['-', '+']).unwrap_or(value);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(value, ".nan" | ".NaN" | ".NAN") {
        return true;
    }
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    if exponent.is_some_and(|e| !digits(e.strip_prefix(['-', '+']).unwrap_or(e))) {
        return false;
    }
    match mantissa.split_once('.') {
        None => digits(mantissa),
        Some(("", fraction)) => digits(fraction),
        Some((whole, fraction)) => digits(whole) && (fraction.is_empty() || digits(fraction)),
    }
}

fn string(fragment: &Fragment<'_>, value: &str, style: ScalarStyle, start: usize, end: usize) -> Text {
    let raw = fragment.text.get(start..end).unwrap_or("");
    let span = fragment.span(start, end);
    let quoted = matches!(style, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted);
    let inner = if quoted { raw.get(1..raw.len().saturating_sub(1)).unwrap_or("") } else { raw };
    let offset = start + usize::from(quoted && !raw.is_empty());
    if inner == value {
        if fragment.is_plain() {
            return Text::plain(value, fragment.span(offset, offset).start);
        }
        let mut builder = TextBuilder::new(span.source);
        builder.part(fragment, offset, offset + value.len());
        return builder.finish(span);
    }
    let runs = match style {
        ScalarStyle::Literal | ScalarStyle::Folded => align::block(value, raw, style == ScalarStyle::Literal),
        ScalarStyle::DoubleQuoted => align::quoted(value, inner, true),
        ScalarStyle::SingleQuoted | ScalarStyle::Plain => align::quoted(value, inner, false),
    };
    let Some(runs) = runs else { return Text::atomic(value, span) };
    let mut builder = TextBuilder::new(span.source);
    let mut holes = fragment.holes.iter();
    let base = if quoted { offset } else { start };
    for run in runs {
        let piece = value.get(run.value.clone()).unwrap_or("");
        let (from, to) = (base + run.raw.start, base + run.raw.end);
        // white space of one kind may stand for another
        if fragment.text.get(from..to) == Some(piece) {
            builder.part(fragment, from, to);
            continue;
        }
        for (at, character) in piece.char_indices() {
            let place = if piece.len() == to - from {
                fragment.span(from + at, from + at + character.len_utf8())
            } else {
                fragment.span(from, to)
            };
            let hole = holes.clone().find(|hole| character == HOLE && hole.at as usize == from + at);
            if let Some(hole) = hole {
                builder.hole_at(hole.unknown.clone(), place);
                holes.next();
            } else {
                let mut encoded = [0; 4];
                builder.push(character.encode_utf8(&mut encoded), place);
            }
        }
    }
    builder.finish(span)
}
