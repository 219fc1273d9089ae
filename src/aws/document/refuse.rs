//! What AWS refuses in an element, whichever it is.

use super::Problem;
use crate::suggest::closest;
use crate::syntax::{Entry, Node, Text, Value};

pub(super) fn null_element(name: &str, node: &Node) -> Problem {
    let message = format!("`{name}` is null, which no element may be");
    Problem::refused("element-null", message, node.span).with_help("leave the element out")
}

pub(super) fn wrong_type(what: &str, expected: &str, node: &Node) -> Problem {
    let rule = if node.value == Value::Null { "element-null" } else { "element-wrong-type" };
    let scalar = matches!(node.value, Value::Number(_) | Value::Bool(_)) && expected.contains("string");
    let problem = Problem::refused(rule, format!("{what} is {expected}, but this is {}", node.kind()), node.span);
    Problem { scalar, ..problem }
}

/// The text of a number or Boolean: what is meant where a text is due.
pub(super) fn scalar_text(node: &Node) -> Option<Text> {
    match &node.value {
        Value::Number(number) => Some(Text::atomic(number.clone(), node.span)),
        Value::Bool(truth) => Some(Text::atomic(if *truth { "true" } else { "false" }, node.span)),
        _ => None,
    }
}

pub(super) fn unknown_element(rule: &'static str, of: &str, entry: &Entry, known: &[&'static str]) -> Problem {
    let key = entry.key.raw();
    let problem = Problem::refused(rule, format!("{of} has no element `{key}`"), entry.key_span);
    match closest(key, known.iter().copied()) {
        Some(meant) => problem.with_help(format!("did you mean `{meant}`?")),
        None => problem,
    }
}
