//! Small helpers over values: making them, comparing them, reading them as what an
//! expression needs.

use smol_str::{SmolStr, ToSmolStr};

use crate::source::{Span, Unknown};
use crate::syntax::{Entry, Node, Text, Value};

/// No text that is made is longer: a policy is far shorter.
pub(super) const LONGEST: usize = 1 << 20;

/// A computed string that stands for `span`.
pub(super) fn string(value: impl Into<SmolStr>, span: Span) -> Node {
    Node::new(span, Value::String(Text::atomic(value, span)))
}

pub(super) fn boolean(value: bool, span: Span) -> Node {
    Node::new(span, Value::Bool(value))
}

#[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "checked to be whole and in range")]
pub(super) fn number(value: f64, span: Span) -> Node {
    let written =
        if value.fract() == 0.0 && value.abs() < 9e15 { (value as i64).to_smolstr() } else { value.to_smolstr() };
    Node::new(span, Value::Number(written))
}

pub(super) fn list(items: Vec<Node>, span: Span) -> Node {
    Node::new(span, Value::List(items))
}

pub(super) fn map(entries: Vec<Entry>, span: Span) -> Node {
    Node::new(span, Value::Map(entries))
}

pub(super) fn null(span: Span) -> Node {
    Node::new(span, Value::Null)
}

pub(super) fn entry(key: impl Into<SmolStr>, value: Node) -> Entry {
    let span = value.span;
    Entry { key: Text::atomic(key, span), key_span: span, value }
}

/// What an attribute of a resource, and nothing else, would give.
pub(super) fn computed(attribute: SmolStr, span: Span) -> Node {
    Node::new(span, Value::Unknown(Unknown::whole(attribute, span)))
}

pub(super) fn unknown(refs: Vec<SmolStr>, span: Span) -> Node {
    Node::new(span, Value::Unknown(Unknown::new(refs, span)))
}

/// What a value refers to, where it or a part of it is unknown; bounded in number.
pub(super) fn refs_of(node: &Node, into: &mut Vec<SmolStr>) {
    collect_refs(node, into, 32);
}

fn collect_refs(node: &Node, into: &mut Vec<SmolStr>, depth: usize) {
    if into.len() >= 8 || depth == 0 {
        return;
    }
    let mut add = |unknown: &Unknown| {
        for reference in &unknown.refs {
            if !into.contains(reference) {
                into.push(reference.clone());
            }
        }
    };
    match &node.value {
        Value::Unknown(unknown) => add(unknown),
        Value::String(text) => text.holes().iter().for_each(|hole| add(&hole.unknown)),
        Value::List(items) => items.iter().for_each(|item| collect_refs(item, into, depth - 1)),
        Value::Map(entries) => entries.iter().for_each(|entry| collect_refs(&entry.value, into, depth - 1)),
        _ => {}
    }
}

/// A boolean, also written as a string, as Terraform converts it.
pub(super) fn truth(node: &Node) -> Option<bool> {
    match &node.value {
        Value::Bool(value) => Some(*value),
        Value::String(text) => match text.known()? {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

/// A number, also written as a string.
pub(super) fn numeric(node: &Node) -> Option<f64> {
    match &node.value {
        Value::Number(number) => number.parse().ok(),
        Value::String(text) => text.known()?.parse().ok().filter(|value: &f64| value.is_finite()),
        _ => None,
    }
}

/// A small index or count.
pub(super) fn index(node: &Node) -> Option<usize> {
    let value = numeric(node)?;
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be small and whole")]
    ((0.0..1e9).contains(&value) && value.fract() == 0.0).then_some(value as usize)
}

/// A fully known string; numbers and booleans convert.
pub(super) fn known_string(node: &Node) -> Option<SmolStr> {
    match &node.value {
        Value::String(text) => text.is_known().then(|| text.raw_smol().clone()),
        Value::Number(number) => Some(number.clone()),
        Value::Bool(value) => Some(value.to_smolstr()),
        _ => None,
    }
}

/// A value as a string with its holes, to make another of; numbers and booleans convert.
pub(super) fn text(node: &Node) -> Option<Text> {
    match &node.value {
        Value::String(text) => Some(text.clone().part()),
        Value::Unknown(unknown) => Some(Text::unknown(unknown.clone()).part()),
        _ => known_string(node).map(|value| Text::atomic(value, node.span)),
    }
}

/// Whether all of a value is known.
pub(super) fn is_known(node: &Node) -> bool {
    fn known(node: &Node, depth: usize) -> bool {
        depth > 0
            && match &node.value {
                Value::Unknown(_) => false,
                Value::String(text) => text.is_known(),
                Value::List(items) => items.iter().all(|item| known(item, depth - 1)),
                Value::Map(entries) => entries.iter().all(|e| e.key.is_known() && known(&e.value, depth - 1)),
                _ => true,
            }
    }
    known(node, 64)
}

/// Whether two values are equal, if that can be told.
pub(super) fn equal(a: &Node, b: &Node) -> Option<bool> {
    fn same(a: &Node, b: &Node, depth: usize) -> Option<bool> {
        if depth == 0 {
            return None;
        }
        match (&a.value, &b.value) {
            (Value::Unknown(_), _) | (_, Value::Unknown(_)) => None,
            (Value::Null, Value::Null) => Some(true),
            (Value::Bool(a), Value::Bool(b)) => Some(a == b),
            (Value::Number(_), Value::Number(_)) => Some(numeric(a)?.total_cmp(&numeric(b)?).is_eq()),
            (Value::String(x), Value::String(y)) => Some(x.known()? == y.known()?),
            (Value::List(a), Value::List(b)) if a.len() == b.len() => {
                let mut all = Some(true);
                for (x, y) in a.iter().zip(b) {
                    match same(x, y, depth - 1) {
                        Some(false) => return Some(false),
                        None => all = None,
                        Some(true) => {}
                    }
                }
                all
            }
            (Value::Map(a), Value::Map(b)) if a.len() == b.len() => {
                let mut all = Some(true);
                for entry in a {
                    let other = b.iter().find(|o| o.key.known().is_some() && o.key.known() == entry.key.known());
                    match other.map_or(Some(false), |other| same(&entry.value, &other.value, depth - 1)) {
                        Some(false) => return Some(false),
                        None => all = None,
                        Some(true) => {}
                    }
                }
                all
            }
            _ => Some(false),
        }
    }
    same(a, b, 32)
}
