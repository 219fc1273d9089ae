//! Values as data: what is known of them, and how they are put into others.

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use crate::source::{Span, Unknown};
use crate::syntax::{Entry, Node, Text, TextBuilder, Value};

/// A value of which only the name is known.
pub(in crate::carrier) fn unknown(reference: SmolStr, place: Span) -> Node {
    Node::new(place, Value::Unknown(Unknown::new(vec![reference], place)))
}

/// What an attribute of a resource, and nothing else, would give.
pub(in crate::carrier) fn computed(attribute: SmolStr, place: Span) -> Node {
    Node::new(place, Value::Unknown(Unknown::whole(attribute, place)))
}

/// A text that is one unknown part.
pub(in crate::carrier) fn unknown_text(unknown: Unknown, span: Span) -> Text {
    let mut builder = TextBuilder::new(span.source);
    builder.hole_at(unknown, span);
    builder.finish(span)
}

/// An element that stands for any number of elements: `*rest`.
pub(in crate::carrier) fn is_spread(node: &Node) -> bool {
    matches!(&node.value, Value::Unknown(unknown) if unknown.refs.first().is_some_and(|r| r.starts_with('*')))
}

/// An element that stands for the elements of what is written so.
pub(in crate::carrier) fn spread(written: &str, place: Span) -> Node {
    let reference =
        if written.starts_with('*') { SmolStr::new(written) } else { smol_str::format_smolstr!("*{written}") };
    unknown(reference, place)
}

/// A value that stands for any number of elements of itself.
pub(in crate::carrier) fn spread_of(node: &Node) -> Node {
    match &node.value {
        Value::Unknown(unknown) => {
            let refs = unknown.refs.iter().map(|r| smol_str::format_smolstr!("*{r}")).collect();
            let value = Value::Unknown(Unknown::new(refs, unknown.span));
            Node::new(node.span, value)
        }
        _ => node.clone(),
    }
}

/// Elements that are not known, of a value that may be anything.
pub(in crate::carrier) fn rest_of(node: &Node) -> Node {
    let reference = match &node.value {
        Value::Unknown(unknown) => unknown.refs.first().cloned().unwrap_or_default(),
        _ => SmolStr::default(),
    };
    unknown(smol_str::format_smolstr!("*{reference}"), node.span)
}

/// A value where it is used: what is unknown stands there; none where it stays as it is.
pub(in crate::carrier) fn used_at(node: &Node, place: Span) -> Option<Node> {
    match &node.value {
        Value::Unknown(unknown) => {
            let unknown = Unknown { span: place, ..unknown.clone() };
            Some(Node::new(place, Value::Unknown(unknown)))
        }
        _ => None,
    }
}

/// Members in order, which are found by their names.
#[derive(Debug)]
pub(in crate::carrier) struct Members<T> {
    slots: Vec<Option<T>>,
    places: FxHashMap<SmolStr, Vec<usize>>,
}

impl<T> Default for Members<T> {
    fn default() -> Self {
        Self { slots: Vec::new(), places: FxHashMap::default() }
    }
}

impl<T> Members<T> {
    pub(in crate::carrier) fn push(&mut self, name: Option<&str>, member: T) {
        if let Some(name) = name {
            self.places.entry(SmolStr::new(name)).or_default().push(self.slots.len());
        }
        self.slots.push(Some(member));
    }

    /// Takes out the members of a name, but for some.
    pub(in crate::carrier) fn remove(&mut self, name: &str, keeps: impl Fn(&T) -> bool) {
        let Some(places) = self.places.get_mut(name) else { return };
        let slots = &mut self.slots;
        places.retain(|at| {
            let Some(slot) = slots.get_mut(*at) else { return false };
            let kept = slot.as_ref().is_some_and(&keeps);
            if !kept {
                *slot = None;
            }
            kept
        });
    }

    pub(in crate::carrier) fn finish(self) -> Vec<T> {
        self.slots.into_iter().flatten().collect()
    }
}

impl Members<Entry> {
    /// Adds a member to a map that is merged from several: a later one of the same name
    /// wins.
    pub(in crate::carrier) fn merge(&mut self, entry: Entry) {
        let name = entry.key.known().map(SmolStr::new);
        if let Some(name) = &name {
            self.remove(name, |_| false);
        }
        self.push(name.as_deref(), entry);
    }

    /// Adds a member that is written in the map which stands `here`: it replaces one that
    /// was merged in; two written here are both kept, as the mistake they are.
    pub(in crate::carrier) fn write(&mut self, entry: Entry, here: Span) {
        let name = entry.key.known().map(SmolStr::new);
        if let Some(name) = &name {
            self.remove(name, |known| here.contains(known.key_span));
        }
        self.push(name.as_deref(), entry);
    }

    /// Adds members that are not known.
    pub(in crate::carrier) fn unknown(&mut self, spread: Node) {
        if let Some(entry) = unknown_entry(spread) {
            self.push(None, entry);
        }
    }
}

/// Members that are not known, as one of a map.
fn unknown_entry(spread: Node) -> Option<Entry> {
    let key_span = spread.span;
    let Value::Unknown(inner) = &spread.value else { return None };
    Some(Entry { key: unknown_text(inner.clone(), key_span), key_span, value: spread })
}

/// A map key's text.
pub(in crate::carrier) fn key_text(key: &Node, span: Span) -> Option<Text> {
    match &key.value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(Text::atomic(number.clone(), span)),
        Value::Bool(value) => Some(Text::atomic(if *value { "true" } else { "false" }, span)),
        Value::Null => Some(Text::atomic("null", span)),
        Value::Unknown(unknown) => Some(unknown_text(unknown.clone(), span)),
        Value::List(_) | Value::Map(_) | Value::Secret => None,
    }
}

/// A map with a member set.
pub(in crate::carrier) fn set(entries: &mut Vec<Entry>, key: Node, value: Node) {
    let key_span = key.span;
    let key = match key.value {
        Value::String(text) => text,
        Value::Unknown(unknown) => unknown_text(unknown, key_span),
        _ => return,
    };
    if key.is_known() {
        entries.retain(|entry| entry.key.known() != key.known());
    }
    entries.push(Entry { key, key_span, value });
}

/// Whether a text has characters, where that is known.
pub(in crate::carrier) fn is_full(text: &Text) -> Option<bool> {
    if text.is_known() {
        return Some(!text.raw().is_empty());
    }
    // Whatever the unknown parts are, the rest is there.
    text.raw().chars().any(|c| c != crate::source::HOLE).then_some(true)
}

/// Whether a number is other than zero, as it is written.
pub(in crate::carrier) fn is_nonzero(number: &str) -> bool {
    !number.trim_matches(['0', '.', '_']).is_empty()
}

/// Whether two values are equal, where that is known.
pub(in crate::carrier) fn equal(a: &Node, b: &Node) -> Option<bool> {
    match (&a.value, &b.value) {
        (Value::String(a), Value::String(b)) => Some(a.known()? == b.known()?),
        (Value::Bool(a), Value::Bool(b)) => Some(a == b),
        (Value::Number(a), Value::Number(b)) => Some(a == b),
        (Value::Null, Value::Null) => Some(true),
        (Value::Null, Value::String(_) | Value::Bool(_) | Value::Number(_) | Value::List(_) | Value::Map(_))
        | (Value::String(_) | Value::Bool(_) | Value::Number(_) | Value::List(_) | Value::Map(_), Value::Null) => {
            Some(false)
        }
        _ => None,
    }
}

/// Whether a list, map or text holds something, where that is known.
pub(in crate::carrier) fn holds(container: &Node, item: &Node) -> Option<bool> {
    let item = item.as_str()?;
    match &container.value {
        Value::List(items) => {
            let all: Option<Vec<&str>> = items.iter().map(Node::as_str).collect();
            all.map(|all| all.contains(&item))
        }
        Value::Map(entries) => {
            let all: Option<Vec<&str>> = entries.iter().map(|entry| entry.key.known()).collect();
            all.map(|all| all.contains(&item))
        }
        Value::String(text) => text.known().map(|text| text.contains(item)),
        _ => None,
    }
}

/// The keys of a map as a list, if all are known.
pub(in crate::carrier) fn keys(entries: &[Entry]) -> Option<Vec<Node>> {
    let key = |entry: &Entry| Node::new(entry.key_span, Value::String(entry.key.clone()));
    entries.iter().all(|entry| entry.key.is_known()).then(|| entries.iter().map(key).collect())
}

/// The values of a map as a list, if all its keys are known.
pub(in crate::carrier) fn values(entries: &[Entry]) -> Option<Vec<Node>> {
    entries.iter().all(|entry| entry.key.is_known()).then(|| entries.iter().map(|entry| entry.value.clone()).collect())
}

/// The members of a map as a list of pairs, if all its keys are known.
pub(in crate::carrier) fn pairs(entries: &[Entry]) -> Option<Vec<Node>> {
    let pair = |(key, entry): (Node, &Entry)| {
        Node::new(entry.key_span.to(entry.value.span), Value::List(vec![key, entry.value.clone()]))
    };
    keys(entries).map(|keys| keys.into_iter().zip(entries).map(pair).collect())
}

/// Whether a value is unknown and says so in the program's words, not by a resource.
pub(in crate::carrier) fn is_words(node: &Node) -> bool {
    let Value::Unknown(what) = &node.value else { return false };
    let resource = |name: &SmolStr| ["aws_", "vault_", "AWS::"].iter().any(|start| name.starts_with(start));
    !what.refs.iter().any(resource)
}
