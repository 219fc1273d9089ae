//! What AWS refuses in an element, whichever it is.

use super::Problem;
use crate::suggest::closest;
use crate::syntax::{Entry, Node, Value};

pub(super) fn null_element(name: &str, node: &Node) -> Problem {
    let message = format!("`{name}` is null, which no element may be");
    Problem::refused("element-null", message, node.span).with_help("leave the element out")
}

pub(super) fn wrong_type(what: &str, expected: &str, node: &Node) -> Problem {
    let rule = if node.value == Value::Null { "element-null" } else { "element-wrong-type" };
    Problem::refused(rule, format!("{what} is {expected}, but this is {}", node.kind()), node.span)
}

pub(super) fn unknown_element(rule: &'static str, of: &str, entry: &Entry, known: &[&'static str]) -> Problem {
    let key = entry.key.raw();
    let problem = Problem::refused(rule, format!("{of} has no element `{key}`"), entry.key_span);
    match closest(key, known.iter().copied()) {
        Some(meant) => problem.with_help(format!("did you mean `{meant}`?")),
        None => problem,
    }
}
