//! String functions. Texts with unknown parts go through those that only join.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC};
use smol_str::SmolStr;

use super::pattern::{self, Expressions};
use super::value::{LONGEST, boolean, index, known_string, list, number, numeric, string, text, truth};
use crate::source::Span;
use crate::syntax::{Node, TextBuilder, Value};

/// What a query keeps as it is: letters, digits and `-._~`.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

pub(super) fn call(name: &str, args: &[Node], span: Span) -> Option<Node> {
    match (name, args) {
        ("tostring", [value]) => match &value.value {
            Value::Number(_) | Value::Bool(_) => Some(string(known_string(value)?, value.span)),
            _ => Some(value.clone()),
        },
        // Objects and lists stay what they are until somebody needs their text.
        ("jsonencode", [Node { value: Value::String(_) | Value::Number(_) | Value::Bool(_), .. }]) => {
            let value = args.first()?;
            Some(Node::new(value.span, Value::String(crate::carrier::render::json(value))))
        }
        ("jsonencode" | "sensitive" | "nonsensitive" | "ephemeralasnull" | "abspath" | "pathexpand", [value]) => {
            Some(value.clone())
        }
        ("format", [format, values @ ..]) => super::format::format(format, values, span),
        ("formatlist", [format, values @ ..]) => super::format::format_list(format, values, span),
        // Unlike the functions of other providers this one is part of policies.
        ("provider::aws::arn_build", [_, _, _, _, _]) => {
            let parts: Vec<Node> = std::iter::once(string("arn", span)).chain(args.iter().cloned()).collect();
            join(&string(":", span), &[list(parts, span)], span)
        }
        ("join", [separator, lists @ ..]) => join(separator, lists, span),
        ("lower", [value]) => Some(string(known_string(value)?.to_lowercase(), value.span)),
        ("upper", [value]) => Some(string(known_string(value)?.to_uppercase(), value.span)),
        ("title", [value]) => Some(string(title(&known_string(value)?), value.span)),
        ("trimspace" | "chomp" | "trim" | "trimprefix" | "trimsuffix", _) => trimmed(name, args),
        ("split", [separator, value]) => split(separator, value, span),
        ("startswith", [value, prefix]) => {
            Some(boolean(known_string(value)?.starts_with(known_string(prefix)?.as_str()), span))
        }
        ("endswith", [value, suffix]) => {
            Some(boolean(known_string(value)?.ends_with(known_string(suffix)?.as_str()), span))
        }
        ("strcontains", [value, part]) => {
            Some(boolean(known_string(value)?.contains(known_string(part)?.as_str()), span))
        }
        ("substr", [value, offset, length]) => {
            let part = pattern::part(&known_string(value)?, whole(offset)?, whole(length)?)?;
            Some(string(part, span))
        }
        ("strrev", [value]) => {
            let value = known_string(value)?;
            Some(string(pattern::characters(&value).into_iter().rev().collect::<String>(), span))
        }
        ("basename", [value]) => Some(string(basename(&known_string(value)?), span)),
        ("dirname", [value]) => Some(string(dirname(&known_string(value)?), span)),
        ("base64encode" | "filebase64", [value]) => {
            Some(string(STANDARD.encode(text(value)?.known()?.as_bytes()), span))
        }
        ("base64decode", [value]) => {
            let bytes = STANDARD.decode(known_string(value)?.as_bytes()).ok()?;
            Some(string(String::from_utf8(bytes).ok()?, value.span))
        }
        ("textencodebase64", [value, encoding]) => {
            Some(string(STANDARD.encode(encoded(&known_string(value)?, &known_string(encoding)?)?), span))
        }
        ("textdecodebase64", [value, encoding]) => {
            let bytes = STANDARD.decode(known_string(value)?.as_bytes()).ok()?;
            Some(string(decoded(bytes, &known_string(encoding)?)?, span))
        }
        ("urlencode", [value]) => {
            let value = known_string(value)?;
            let encoded = percent_encoding::utf8_percent_encode(&value, QUERY).to_string();
            Some(string(encoded.replace("%20", "+"), span))
        }
        ("urldecode", [value]) => {
            let value = known_string(value)?.replace('+', " ");
            let decoded = percent_encoding::percent_decode_str(&value).decode_utf8().ok()?.into_owned();
            Some(string(decoded, span))
        }
        ("indent", [spaces, value]) => indented(index(spaces)?, value),
        ("tonumber" | "tobool", [Node { value: Value::Null, .. }]) => args.first().cloned(),
        ("tonumber", [value]) => Some(number(numeric(value)?, span)),
        ("tobool", [value]) => Some(boolean(truth(value)?, span)),
        _ => None,
    }
}

/// A text in another encoding: those that programs on Windows take.
fn encoded(text: &str, encoding: &str) -> Option<Vec<u8>> {
    match encoding.to_ascii_uppercase().as_str() {
        "UTF-8" => Some(text.as_bytes().to_vec()),
        "UTF-16LE" => Some(text.encode_utf16().flat_map(u16::to_le_bytes).collect()),
        "UTF-16BE" => Some(text.encode_utf16().flat_map(u16::to_be_bytes).collect()),
        _ => None,
    }
}

fn decoded(bytes: Vec<u8>, encoding: &str) -> Option<String> {
    let units = |read: fn([u8; 2]) -> u16| {
        let (pairs, rest) = bytes.as_chunks::<2>();
        let units: Vec<u16> = pairs.iter().map(|pair| read(*pair)).collect();
        String::from_utf16(&units).ok().filter(|_| rest.is_empty())
    };
    match encoding.to_ascii_uppercase().as_str() {
        "UTF-8" => String::from_utf8(bytes).ok(),
        "UTF-16LE" => units(u16::from_le_bytes),
        "UTF-16BE" => units(u16::from_be_bytes),
        _ => None,
    }
}

/// Upper case after everything that is no letter, digit or underscore.
fn title(value: &str) -> String {
    let mut start = true;
    value
        .chars()
        .map(|c| {
            let upper = if start { c.to_uppercase().next().unwrap_or(c) } else { c };
            start = if c.is_ascii() { !(c.is_ascii_alphanumeric() || c == '_') } else { c.is_whitespace() };
            upper
        })
        .collect()
}

/// A whole number, below zero too.
fn whole(node: &Node) -> Option<i64> {
    let value = numeric(node)?;
    #[allow(clippy::cast_possible_truncation, reason = "checked to be whole and in range")]
    (value.fract() == 0.0 && value.abs() < 9e15).then_some(value as i64)
}

fn basename(path: &str) -> &str {
    match path.trim_end_matches('/') {
        "" if path.is_empty() => ".",
        "" => "/",
        kept => kept.rsplit('/').next().unwrap_or(kept),
    }
}

fn dirname(path: &str) -> &str {
    match path.rsplit_once('/') {
        None => ".",
        Some((directory, _)) => match directory.trim_end_matches('/') {
            "" => "/",
            kept => kept,
        },
    }
}

/// Spaces after each line break.
fn indented(spaces: usize, node: &Node) -> Option<Node> {
    let value = text(node)?;
    let breaks = memchr::memchr_iter(b'\n', value.raw().as_bytes()).count();
    if breaks.saturating_mul(spaces) > LONGEST {
        return None;
    }
    let spaces = " ".repeat(spaces);
    let mut out = TextBuilder::new(value.fragment(node.span).source());
    let mut at = 0;
    for line in value.raw().split_inclusive('\n') {
        out.splice(&value.sub(node.span, at, at + line.len()), node.span, node.span);
        at += line.len();
        if line.ends_with('\n') && !spaces.is_empty() {
            out.push(&spaces, value.span_of(node.span, at - 1, at));
        }
    }
    Some(Node::new(node.span, Value::String(out.finish(node.span))))
}

/// Cuts at the ends; what is left keeps its place.
fn trimmed(name: &str, args: &[Node]) -> Option<Node> {
    let node = args.first()?;
    let value = text(node)?;
    let raw = value.raw();
    let cut = match args.get(1) {
        Some(cut) => known_string(cut)?,
        None => SmolStr::default(),
    };
    let kept = match name {
        "trimspace" => raw.trim(),
        "chomp" => raw.trim_end_matches(['\n', '\r']),
        "trim" => raw.trim_matches(|c| cut.contains(c)),
        "trimprefix" => raw.strip_prefix(cut.as_str()).unwrap_or(raw),
        _ => raw.strip_suffix(cut.as_str()).unwrap_or(raw),
    };
    let start = kept.as_ptr() as usize - raw.as_ptr() as usize;
    let part = value.sub(node.span, start, start + kept.len());
    Some(Node::new(node.span, Value::String(part)))
}

/// Replaces a literal text, the rest of which keeps its place, or what an expression
/// between slashes matches.
pub(super) fn replace(args: &[Node], expressions: &mut Expressions) -> Option<Node> {
    let [node, from, to] = args else { return None };
    let value = text(node)?;
    let (from, to) = (known_string(from)?, text(to)?);
    if let Some(expression) = pattern::between_slashes(&from) {
        return pattern::replaced(&value, expression, to.known()?, node.span, expressions);
    }
    if from.is_empty() {
        return None;
    }
    let mut out = TextBuilder::new(value.fragment(node.span).source());
    let mut at = 0;
    while let Some(found) = value.raw().get(at..).and_then(|rest| rest.find(from.as_str())).map(|found| found + at) {
        out.splice(&value.sub(node.span, at, found), node.span, node.span);
        let end = found + from.len();
        out.text(&to, value.span_of(node.span, found, end));
        at = end;
        if out.len() > LONGEST {
            return None;
        }
    }
    out.splice(&value.sub(node.span, at, value.raw().len()), node.span, node.span);
    Some(Node::new(node.span, Value::String(out.finish(node.span))))
}

fn split(separator: &Node, node: &Node, span: Span) -> Option<Node> {
    let separator = known_string(separator)?;
    let value = node.as_text().filter(|value| value.is_known())?;
    let mut items = Vec::new();
    let mut at = 0;
    let parts: Vec<&str> = if separator.is_empty() {
        value.raw().split("").filter(|part| !part.is_empty()).collect()
    } else {
        value.raw().split(separator.as_str()).collect()
    };
    for part in parts {
        let piece = value.sub(node.span, at, at + part.len());
        let place = value.span_of(node.span, at, at + part.len());
        // A text tells its place only inside the source of its node.
        let place = if place.source == node.span.source { node.span } else { place };
        items.push(Node::new(place, Value::String(piece)));
        at += part.len() + separator.len();
    }
    Some(list(items, span))
}

fn join(separator: &Node, lists: &[Node], span: Span) -> Option<Node> {
    let separator = known_string(separator)?;
    let mut out = TextBuilder::new(span.source);
    let mut first = true;
    for node in lists {
        let items = match &node.value {
            Value::List(items) => items.as_slice(),
            Value::Unknown(_) => std::slice::from_ref(node),
            _ => return None,
        };
        for item in items {
            if !first {
                out.push(&separator, span);
            }
            first = false;
            let piece = text(item)?;
            out.splice(&piece, item.span, if item.span.source == span.source { item.span } else { span });
            if out.len() > LONGEST {
                return None;
            }
        }
    }
    Some(Node::new(span, Value::String(out.finish(span))))
}
