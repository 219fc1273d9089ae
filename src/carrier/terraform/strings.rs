//! String functions. Texts with unknown parts go through those that only join.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use smol_str::SmolStr;

use super::value::{boolean, index, known_string, list, number, numeric, string, text, truth};
use crate::source::Span;
use crate::syntax::{Node, Text, TextBuilder, Value};

/// No text that is made is longer: a policy is far shorter.
pub(super) const LONGEST: usize = 1 << 20;

pub(super) fn call(name: &str, args: &[Node], span: Span) -> Option<Node> {
    match (name, args) {
        ("tostring", [value]) => match &value.value {
            Value::Number(_) | Value::Bool(_) => Some(string(known_string(value)?, value.span)),
            _ => Some(value.clone()),
        },
        ("jsonencode" | "sensitive" | "nonsensitive" | "ephemeralasnull" | "abspath" | "pathexpand", [value]) => {
            Some(value.clone())
        }
        ("format", [format, values @ ..]) => formatted(format, values, span),
        ("formatlist", [format, values @ ..]) => format_list(format, values, span),
        ("join", [separator, lists @ ..]) => join(separator, lists, span),
        ("lower", [value]) => Some(string(known_string(value)?.to_lowercase(), value.span)),
        ("upper", [value]) => Some(string(known_string(value)?.to_uppercase(), value.span)),
        ("title", [value]) => Some(string(title(&known_string(value)?), value.span)),
        ("trimspace" | "chomp" | "trim" | "trimprefix" | "trimsuffix", _) => trimmed(name, args),
        ("replace", [value, from, to]) => replace(value, from, to),
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
            let value = known_string(value)?;
            let (offset, length) = (index(offset)?, numeric(length)?);
            let rest = value.chars().skip(offset);
            let part: String =
                if length < 0.0 { rest.collect() } else { rest.take(index(&number(length, span))?).collect() };
            Some(string(part, span))
        }
        ("basename", [value]) => {
            let value = known_string(value)?;
            Some(string(value.trim_end_matches('/').rsplit('/').next().unwrap_or(""), span))
        }
        ("dirname", [value]) => {
            let value = known_string(value)?;
            Some(string(value.rsplit_once('/').map_or(".", |(directory, _)| directory), span))
        }
        ("base64encode", [value]) => Some(string(STANDARD.encode(known_string(value)?.as_bytes()), span)),
        ("base64decode", [value]) => {
            let bytes = STANDARD.decode(known_string(value)?.as_bytes()).ok()?;
            Some(string(String::from_utf8(bytes).ok()?, value.span))
        }
        ("urlencode", [value]) => {
            let encoded =
                percent_encoding::utf8_percent_encode(&known_string(value)?, percent_encoding::NON_ALPHANUMERIC)
                    .to_string();
            Some(string(encoded, span))
        }
        ("indent", [_, value]) => Some(value.clone()),
        ("tonumber", [value]) => Some(number(numeric(value)?, span)),
        ("tobool", [value]) => Some(boolean(truth(value)?, span)),
        ("abs", [value]) => Some(number(numeric(value)?.abs(), span)),
        ("ceil", [value]) => Some(number(numeric(value)?.ceil(), span)),
        ("floor", [value]) => Some(number(numeric(value)?.floor(), span)),
        ("min", values) => values.iter().map(numeric).reduce(|a, b| Some(a?.min(b?)))?.map(|v| number(v, span)),
        ("max", values) => values.iter().map(numeric).reduce(|a, b| Some(a?.max(b?)))?.map(|v| number(v, span)),
        _ => None,
    }
}

fn title(value: &str) -> String {
    let mut start = true;
    value
        .chars()
        .map(|c| {
            let upper = if start { c.to_uppercase().next().unwrap_or(c) } else { c };
            start = c.is_whitespace();
            upper
        })
        .collect()
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

/// Replaces a literal text; the rest keeps its place. Regular expressions are not
/// followed.
fn replace(node: &Node, from: &Node, to: &Node) -> Option<Node> {
    let value = text(node)?;
    let (from, to) = (known_string(from)?, text(to)?);
    if from.is_empty() || (from.len() > 1 && from.starts_with('/') && from.ends_with('/')) {
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
    if separator.is_empty() {
        return None;
    }
    let mut items = Vec::new();
    let mut at = 0;
    for part in value.raw().split(separator.as_str()) {
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

/// `format` with `%s`, `%d`, `%v`, `%q` and `%%`.
fn formatted(format: &Node, values: &[Node], span: Span) -> Option<Node> {
    let format_text = format.as_text().filter(|f| f.is_known())?;
    let raw = format_text.raw();
    let same = format.span.source == span.source;
    let mut out = TextBuilder::new(span.source);
    let mut values = values.iter();
    let mut at = 0;
    while let Some(found) = raw.get(at..).and_then(|rest| rest.find('%')).map(|found| found + at) {
        literal(&mut out, format_text, format.span, at, found, same, span);
        match raw.as_bytes().get(found + 1)? {
            b'%' => out.push("%", span),
            verb @ (b's' | b'd' | b'v' | b'q') => {
                let node = values.next()?;
                let piece = match &node.value {
                    Value::Map(_) | Value::List(_) if *verb == b's' || *verb == b'v' => {
                        crate::carrier::render::json(node)
                    }
                    _ => text(node)?,
                };
                let place = if node.span.source == span.source { node.span } else { span };
                if *verb == b'q' {
                    out.push("\"", place);
                }
                out.splice(&piece, node.span, place);
                if *verb == b'q' {
                    out.push("\"", place);
                }
            }
            _ => return None,
        }
        at = found + 2;
    }
    literal(&mut out, format_text, format.span, at, raw.len(), same, span);
    Some(Node::new(span, Value::String(out.finish(span))))
}

fn literal(out: &mut TextBuilder, format: &Text, home: Span, from: usize, to: usize, same: bool, span: Span) {
    let piece = format.sub(home, from, to);
    if same { out.splice(&piece, home, span) } else { out.text(&piece, span) }
}

fn format_list(format: &Node, values: &[Node], span: Span) -> Option<Node> {
    let longest = values.iter().filter_map(Node::as_list).map(<[Node]>::len).max()?;
    if values.iter().any(|v| matches!(v.value, Value::Unknown(_))) {
        return None;
    }
    let mut items = Vec::new();
    let mut total = 0;
    for at in 0..longest {
        let row: Option<Vec<Node>> = values
            .iter()
            .map(|value| match &value.value {
                Value::List(items) => items.get(at).cloned(),
                _ => Some(value.clone()),
            })
            .collect();
        let item = formatted(format, &row?, span)?;
        total += item.as_text().map_or(0, |text| text.raw().len());
        if total > LONGEST {
            return None;
        }
        items.push(item);
    }
    Some(list(items, span))
}
