//! Texts anywhere inside a field, for grants that carriers write in different shapes:
//! blocks, lists of maps, and JSON or HCL inside a string.

use crate::source::Span;
use crate::syntax::{Node, Value};

/// How deep fields are looked into.
const MAX_DEPTH: usize = 8;

/// Calls `f` with each known text inside a node.
pub(super) fn texts<'n>(node: &'n Node, f: &mut impl FnMut(&'n str, Span)) {
    within(node, 0, f);
}

fn within<'n>(node: &'n Node, depth: usize, f: &mut impl FnMut(&'n str, Span)) {
    if depth > MAX_DEPTH {
        return;
    }
    match &node.value {
        Value::String(text) => {
            if let Some(known) = text.known() {
                f(known, node.span);
            }
        }
        Value::List(items) => items.iter().for_each(|item| within(item, depth + 1, f)),
        Value::Map(entries) => entries.iter().for_each(|entry| within(&entry.value, depth + 1, f)),
        _ => {}
    }
}

/// The maps that a field holds: one, a list of them, or those of JSON inside a string.
pub(super) fn maps(node: &Node) -> Vec<Node> {
    match &node.value {
        Value::Map(_) => vec![node.clone()],
        Value::List(items) => items.iter().filter(|item| item.as_map().is_some()).cloned().collect(),
        Value::String(text) => {
            let parsed = crate::syntax::json::parse(&text.fragment(node.span)).0;
            parsed.filter(|parsed| parsed.as_str().is_none()).map(|parsed| maps(&parsed)).unwrap_or_default()
        }
        _ => Vec::new(),
    }
}
