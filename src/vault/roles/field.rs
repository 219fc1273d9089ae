//! Reading typed facts out of a body node: present, absent or unknown, each with its place.

use std::sync::Arc;

use smol_str::SmolStr;

use crate::source::{HOLE, Hole, Span, SpanMap, Unknown};
use crate::syntax::{Node, Text, Value};

/// One field of a body: what it says, or that it says nothing, or that what it says
/// cannot be known from the text.
#[derive(Debug, Clone, PartialEq)]
pub enum Fact<T> {
    /// Not there, or null: the server's default holds.
    Absent,
    /// There, and known. The span is that of the value.
    Known(T, Span),
    /// There, but an expression, a secret, or a value of the wrong type.
    Unknown(Span),
}

impl<T> Fact<T> {
    /// The value, if it is there and known.
    #[must_use]
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value, _) => Some(value),
            _ => None,
        }
    }

    /// The value's place, if the field is there.
    #[must_use]
    pub fn span(&self) -> Option<Span> {
        match self {
            Self::Absent => None,
            Self::Known(_, span) | Self::Unknown(span) => Some(*span),
        }
    }

    /// Whether the field is not there.
    #[must_use]
    pub fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    /// Whether the field is there but cannot be known.
    #[must_use]
    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown(_))
    }

    /// The value where it is known, `default` where the field is absent, none where it
    /// cannot be known.
    #[must_use]
    pub fn or_default(&self, default: T) -> Option<T>
    where
        T: Clone,
    {
        match self {
            Self::Absent => Some(default),
            Self::Known(value, _) => Some(value.clone()),
            Self::Unknown(_) => None,
        }
    }
}

/// A list of strings, perhaps with members that cannot be known.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StringList {
    /// Where the list stands; none where the field is absent.
    pub span: Option<Span>,
    /// The members, in order. A member may have holes (`app-${var.env}`).
    pub items: Vec<(Text, Span)>,
    /// True where the list, or a whole member of it, is an expression: there may be more
    /// than is seen.
    pub unknown: bool,
}

impl StringList {
    /// Whether the field is absent or certainly empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.items.is_empty() && !self.unknown
    }

    /// Whether every member is known.
    #[must_use]
    pub fn is_known(&self) -> bool {
        !self.unknown && self.items.iter().all(|(text, _)| text.is_known())
    }

    /// The members that are known.
    pub fn known(&self) -> impl Iterator<Item = (&str, Span)> {
        self.items.iter().filter_map(|(text, span)| Some((text.known()?, *span)))
    }

    /// Where the known member `value` stands, if the list has it.
    #[must_use]
    pub fn find(&self, value: &str) -> Option<Span> {
        self.known().find(|(item, _)| *item == value).map(|(_, span)| span)
    }
}

/// The first of `keys` that the body has with a value other than null.
#[must_use]
pub fn first<'a>(body: &'a Node, keys: &[&str]) -> Option<&'a Node> {
    keys.iter().filter_map(|key| body.get(key)).find(|node| !matches!(node.value, Value::Null))
}

/// A list of strings as Vault's `TypeCommaStringSlice` reads it: a list, or a string that
/// is split at commas; members are trimmed and empty ones dropped.
#[must_use]
pub fn string_list(body: &Node, keys: &[&str]) -> StringList {
    first(body, keys).map(string_list_of).unwrap_or_default()
}

/// [`string_list`] of a value already at hand.
#[must_use]
pub fn string_list_of(node: &Node) -> StringList {
    let mut out = StringList { span: Some(node.span), ..StringList::default() };
    match &node.value {
        Value::Null => {}
        Value::List(items) => items.iter().for_each(|item| push(&mut out, item, false)),
        _ => push(&mut out, node, true),
    }
    out
}

fn push(out: &mut StringList, node: &Node, split: bool) {
    match &node.value {
        Value::String(text) if split && text.raw().contains(',') => {
            let mut at = 0;
            for part in text.raw().split(',') {
                let end = at + part.len();
                push_part(out, text, node.span, at, end);
                at = end + 1;
            }
        }
        Value::String(text) => push_part(out, text, node.span, 0, text.raw().len()),
        Value::Number(number) => out.items.push((Text::atomic(number.clone(), node.span), node.span)),
        Value::Null => {}
        // A member that is an expression is one string; a whole list that is one may be any.
        Value::Unknown(unknown) if !split => out.items.push((hole(unknown, node.span), node.span)),
        _ => out.unknown = true,
    }
}

/// A text that is nothing but an expression.
fn hole(unknown: &Unknown, span: Span) -> Text {
    let mut map = SpanMap::empty(span.source);
    map.push(HOLE.len_utf8(), span);
    Text::mapped(SmolStr::new(HOLE.to_string()), Arc::new(map), vec![Hole { at: 0, unknown: unknown.clone() }])
}

/// Adds the trimmed part `from..to` of a text.
fn push_part(out: &mut StringList, text: &Text, span: Span, from: usize, to: usize) {
    let Some(raw) = text.raw().get(from..to) else { return };
    let trimmed = raw.trim();
    if trimmed.is_empty() {
        return;
    }
    if from == 0 && to == text.raw().len() && trimmed.len() == raw.len() {
        out.items.push((text.clone(), span));
        return;
    }
    let start = from + (raw.len() - raw.trim_start().len());
    let end = start + trimmed.len();
    let fragment = text.fragment(span);
    let holes = fragment.holes_in(start, end);
    let place = text.span_of(span, start, end);
    let part = if holes.is_empty() {
        Text::atomic(SmolStr::new(trimmed), place)
    } else {
        // The whole value's place stands for each byte: good enough for a part of a
        // comma-separated text that holds an expression.
        let len = u32::try_from(trimmed.len()).unwrap_or(u32::MAX);
        let mut map = SpanMap::empty(place.source);
        map.push(len as usize, place);
        Text::mapped(SmolStr::new(trimmed), Arc::new(map), holes)
    };
    out.items.push((part, place));
}

/// A boolean as Vault's `TypeBool` reads it (`true`, `"true"`, `1`).
#[must_use]
pub fn boolean(body: &Node, keys: &[&str]) -> Fact<bool> {
    let Some(node) = first(body, keys) else { return Fact::Absent };
    let known = match &node.value {
        Value::Bool(value) => Some(*value),
        Value::Number(number) => match number.as_str() {
            "0" => Some(false),
            "1" => Some(true),
            _ => None,
        },
        Value::String(text) => match text.known() {
            Some("true" | "True" | "TRUE" | "t" | "T" | "1") => Some(true),
            Some("false" | "False" | "FALSE" | "f" | "F" | "0" | "") => Some(false),
            _ => None,
        },
        _ => None,
    };
    known.map_or(Fact::Unknown(node.span), |value| Fact::Known(value, node.span))
}

/// A whole number, or a string that holds one.
#[must_use]
pub fn integer(body: &Node, keys: &[&str]) -> Fact<i64> {
    let Some(node) = first(body, keys) else { return Fact::Absent };
    let known = match &node.value {
        Value::Number(number) => number.parse().ok(),
        Value::String(text) => text.known().and_then(|text| text.trim().parse().ok()),
        _ => None,
    };
    known.map_or(Fact::Unknown(node.span), |value| Fact::Known(value, node.span))
}

/// A duration in seconds as Vault's `TypeDurationSecond` reads it: a number of seconds, a
/// string of digits, `Nd`, or a Go duration (`1h30m`).
#[must_use]
pub fn seconds(body: &Node, keys: &[&str]) -> Fact<i64> {
    let Some(node) = first(body, keys) else { return Fact::Absent };
    let known = match &node.value {
        Value::Number(number) => number.parse::<i64>().ok().or_else(|| whole_seconds(number.parse::<f64>().ok()?)),
        Value::String(text) => text.known().and_then(parse_seconds),
        _ => None,
    };
    known.map_or(Fact::Unknown(node.span), |value| Fact::Known(value, node.span))
}

/// A known string.
#[must_use]
pub fn string(body: &Node, keys: &[&str]) -> Fact<SmolStr> {
    let Some(node) = first(body, keys) else { return Fact::Absent };
    match &node.value {
        Value::String(text) => {
            text.known().map_or(Fact::Unknown(node.span), |value| Fact::Known(SmolStr::new(value), node.span))
        }
        Value::Number(number) => Fact::Known(number.clone(), node.span),
        Value::Bool(value) => Fact::Known(SmolStr::new(value.to_string()), node.span),
        _ => Fact::Unknown(node.span),
    }
}

/// The seconds of a duration text; fractions are cut (spec: vault-acl, a.7).
#[must_use]
pub fn parse_seconds(text: &str) -> Option<i64> {
    let text = text.trim();
    if text.is_empty() {
        return Some(0);
    }
    if let Ok(seconds) = text.parse::<i64>() {
        return Some(seconds);
    }
    if let Some(days) = text.strip_suffix('d').and_then(|days| days.parse::<i64>().ok()) {
        return days.checked_mul(86_400);
    }
    let (negative, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let mut total = 0.0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, tail) = rest.split_at_checked(digits)?;
        let number: f64 = number.parse().ok()?;
        let unit_end = tail.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(tail.len());
        let (unit, after) = tail.split_at_checked(unit_end)?;
        let scale = match unit {
            "ns" => 1e-9,
            "us" | "µs" | "μs" => 1e-6,
            "ms" => 1e-3,
            "s" => 1.0,
            "m" => 60.0,
            "h" => 3600.0,
            _ => return None,
        };
        total += number * scale;
        rest = after;
    }
    whole_seconds(if negative { -total } else { total })
}

#[allow(clippy::cast_possible_truncation, reason = "the range is checked, and the fraction is meant to be cut")]
fn whole_seconds(value: f64) -> Option<i64> {
    (value.is_finite() && value.abs() < 9e15).then_some(value as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_the_server_reads_them() {
        let table = [
            ("", Some(0)),
            ("3600", Some(3600)),
            ("1h", Some(3600)),
            ("1h30m", Some(5400)),
            ("2d", Some(172_800)),
            ("1.5h", Some(5400)),
            ("90s", Some(90)),
            ("-1", Some(-1)),
            ("-5m", Some(-300)),
            ("500ms", Some(0)),
            ("1w", None),
            ("h", None),
            ("soon", None),
        ];
        for (text, expected) in table {
            assert_eq!(parse_seconds(text), expected, "{text:?}");
        }
    }
}
