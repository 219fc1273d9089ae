//! `Fn::ForEach`: resources that a loop makes
//! (<https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference-foreach.html>).

use smol_str::SmolStr;

use super::intrinsics::Template;
use crate::source::{Span, Unknown};
use crate::syntax::{Entry, Node, Text, TextBuilder, Value};

/// Turns that one loop is followed; one with more, or with an unknown number, is read once
/// with an unknown value.
const TURNS: usize = 64;
/// Loops in loops.
const LOOPS: usize = 3;
/// Nesting of values.
const DEPTH: usize = 100;

/// The members that an entry of `Resources` stands for: itself, or what its loop makes.
pub(super) fn expand(template: &mut Template<'_>, entry: &Entry) -> Vec<Entry> {
    let mut open = vec![(entry.clone(), 0)];
    let mut out = Vec::new();
    while let Some((entry, depth)) = open.pop() {
        if !entry.key.raw().starts_with("Fn::ForEach") {
            out.push(entry);
            continue;
        }
        let Some([name, collection, Node { value: Value::Map(body), .. }]) = entry.value.as_list() else { continue };
        let Some(name) = name.as_str().filter(|_| depth < LOOPS && out.len() < TURNS * TURNS) else { continue };
        let values = template.resolve(collection).map(|node| node.value);
        let values: Vec<Node> = match values {
            Some(Value::List(items)) if items.len() <= TURNS && items.iter().all(|i| i.as_str().is_some()) => items,
            _ => {
                let unknown = Unknown { refs: vec![SmolStr::new(name)], span: collection.span };
                vec![Node::new(collection.span, Value::String(Text::unknown(unknown)))]
            }
        };
        // Taken from the end, so that they come out in their order.
        for value in values.iter().rev() {
            for member in body.iter().rev() {
                let key = filled(&member.key, member.key_span, name, value);
                let value = fill(&member.value, name, value, DEPTH);
                open.push((Entry { key, key_span: member.key_span, value }, depth + 1));
            }
        }
    }
    out
}

/// A value with the loop's variable filled in.
fn fill(node: &Node, name: &str, value: &Node, depth: usize) -> Node {
    if depth == 0 {
        return node.clone();
    }
    if let Some([only]) = node.as_map()
        && matches!(only.key.raw(), "Ref" | "!Ref")
        && only.value.as_str() == Some(name)
    {
        return value.clone();
    }
    let made = match &node.value {
        Value::String(text) => Value::String(filled(text, node.span, name, value)),
        Value::List(items) => Value::List(items.iter().map(|item| fill(item, name, value, depth - 1)).collect()),
        Value::Map(entries) => {
            let entry = |entry: &Entry| Entry {
                key: filled(&entry.key, entry.key_span, name, value),
                key_span: entry.key_span,
                value: fill(&entry.value, name, value, depth - 1),
            };
            Value::Map(entries.iter().map(entry).collect())
        }
        other => other.clone(),
    };
    Node::new(node.span, made)
}

/// A text with `${Name}` and `&{Name}` filled in.
fn filled(text: &Text, home: Span, name: &str, value: &Node) -> Text {
    let raw = text.raw();
    let (plain, alphanumeric) = (format!("${{{name}}}"), format!("&{{{name}}}"));
    if !raw.contains(&plain) && !raw.contains(&alphanumeric) {
        return text.clone();
    }
    let mut out = TextBuilder::new(home.source);
    let mut at = 0;
    while let Some(rest) = raw.get(at..) {
        let found = [(&plain, false), (&alphanumeric, true)]
            .into_iter()
            .filter_map(|(wanted, only)| Some((rest.find(wanted.as_str())?, wanted.len(), only)))
            .min();
        let Some((start, length, only_alphanumeric)) = found else { break };
        out.splice(&text.sub(home, at, at + start), home, home);
        let place = text.span_of(home, at + start, at + start + length);
        match value.as_text() {
            // `&{x}` leaves out what may not stand in a logical id.
            Some(value) if only_alphanumeric && value.is_known() => {
                let kept: String = value.raw().chars().filter(char::is_ascii_alphanumeric).collect();
                out.push(&kept, place);
            }
            Some(value) => out.text(value, place),
            None => out.hole_at(Unknown { refs: vec![SmolStr::new(name)], span: place }, place),
        }
        at += start + length;
    }
    out.splice(&text.sub(home, at, raw.len()), home, home);
    out.finish(home)
}
