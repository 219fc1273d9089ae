//! `Fn::ForEach`: resources that a loop makes
//! (<https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference-foreach.html>).

use smol_str::SmolStr;

use super::budget::Budget;
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
        let Some(name) = name.as_str() else { continue };
        if depth == LOOPS {
            template.budget.stop(entry.key_span);
            continue;
        }
        let values = template.resolve(collection).map(|node| node.value);
        let values: Vec<Node> = match values {
            Some(Value::List(items)) if items.len() <= TURNS && items.iter().all(|i| i.as_str().is_some()) => items,
            _ => {
                let unknown = Unknown::new(vec![SmolStr::new(name)], collection.span);
                vec![Node::new(collection.span, Value::String(Text::unknown(unknown)))]
            }
        };
        // Taken from the end, so that they come out in their order.
        for value in values.iter().rev() {
            for member in body.iter().rev() {
                let mut turn = Turn { name, value, budget: &mut template.budget };
                let key = turn.filled(&member.key, member.key_span);
                let value = turn.fill(&member.value, DEPTH);
                if template.budget.exhausted() {
                    return out;
                }
                open.push((Entry { key, key_span: member.key_span, value }, depth + 1));
            }
        }
    }
    out
}

/// One turn of a loop.
struct Turn<'a> {
    name: &'a str,
    value: &'a Node,
    budget: &'a mut Budget,
}

impl Turn<'_> {
    /// A value with the loop's variable filled in.
    fn fill(&mut self, node: &Node, depth: usize) -> Node {
        if depth == 0 || !self.budget.spend(1, node.span) {
            return Node::new(node.span, Value::Null);
        }
        if let Some([only]) = node.as_map()
            && matches!(only.key.raw(), "Ref" | "!Ref")
            && only.value.as_str() == Some(self.name)
        {
            return self.value.clone();
        }
        let made = match &node.value {
            Value::String(text) => Value::String(self.filled(text, node.span)),
            Value::List(items) => Value::List(items.iter().map(|item| self.fill(item, depth - 1)).collect()),
            Value::Map(entries) => {
                let entry = |entry: &Entry| Entry {
                    key: self.filled(&entry.key, entry.key_span),
                    key_span: entry.key_span,
                    value: self.fill(&entry.value, depth - 1),
                };
                Value::Map(entries.iter().map(entry).collect())
            }
            other => other.clone(),
        };
        Node::new(node.span, made)
    }

    /// A text with `${Name}` and `&{Name}` filled in.
    fn filled(&mut self, text: &Text, home: Span) -> Text {
        let raw = text.raw();
        let (plain, alphanumeric) = (format!("${{{}}}", self.name), format!("&{{{}}}", self.name));
        let mut places: Vec<(usize, bool)> = raw.match_indices(&plain).map(|(at, _)| (at, false)).collect();
        places.extend(raw.match_indices(&alphanumeric).map(|(at, _)| (at, true)));
        places.sort_unstable();
        let length = self.value.as_text().map_or(1, |value| value.raw().len());
        let parts = 1 + (raw.len() + places.len().saturating_mul(length)) / 16 + places.len();
        if places.is_empty() || !self.budget.spend(parts, home) {
            return text.clone();
        }
        let mut out = TextBuilder::new(home.source);
        let mut at = 0;
        for (start, only_alphanumeric) in places {
            let end = start + plain.len();
            out.splice(&text.sub(home, at, start), home, home);
            let place = text.span_of(home, start, end);
            match self.value.as_text() {
                // `&{x}` leaves out what may not stand in a logical id.
                Some(value) if only_alphanumeric && value.is_known() => {
                    let kept: String = value.raw().chars().filter(char::is_ascii_alphanumeric).collect();
                    out.push(&kept, place);
                }
                Some(value) => out.text(value, place),
                None => out.hole_at(Unknown::new(vec![SmolStr::new(self.name)], place), place),
            }
            at = end;
        }
        out.splice(&text.sub(home, at, raw.len()), home, home);
        out.finish(home)
    }
}
