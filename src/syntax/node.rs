//! The format-neutral value tree that every syntax produces.

use std::sync::Arc;

use smol_str::SmolStr;

use crate::source::{Fragment, Hole, Segment, Span, SpanMap, Unknown};

/// A value with its place in the source.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Where the whole value stands, quotes and brackets included.
    pub span: Span,
    /// What it is.
    pub value: Value,
}

/// What a [`Node`] holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// JSON or YAML null.
    Null,
    /// A boolean.
    Bool(bool),
    /// A number, as written (`1e3`, `010`), so that nothing is lost.
    Number(SmolStr),
    /// A string, decoded, perhaps with holes.
    String(Text),
    /// A list.
    List(Vec<Node>),
    /// A map in source order, with duplicate keys kept.
    Map(Vec<Entry>),
    /// A value that the carrier cannot tell: an expression, a plan's `(known after apply)`.
    Unknown(Unknown),
    /// A value the carrier marks as secret: there, but never shown.
    Secret,
}

/// One member of a map.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The key's text.
    pub key: Text,
    /// Where the key stands, quotes included.
    pub key_span: Span,
    /// The member's value.
    pub value: Node,
}

/// A decoded string: its value, and where each of its bytes stands in the source.
#[derive(Debug, Clone, PartialEq)]
pub struct Text {
    value: SmolStr,
    layout: Layout,
}

#[derive(Debug, Clone, PartialEq)]
enum Layout {
    /// The value stands in the source as it is, from this byte on.
    Plain(u32),
    /// Escapes, removed indentation or holes lie between value and source.
    Mapped(Arc<Mapped>),
}

#[derive(Debug, PartialEq)]
struct Mapped {
    map: Arc<SpanMap>,
    holes: Vec<Hole>,
}

impl Text {
    /// A text that stands in the source as it is, from byte `start` on.
    #[must_use]
    pub fn plain(value: impl Into<SmolStr>, start: u32) -> Self {
        Self { value: value.into(), layout: Layout::Plain(start) }
    }

    /// A decoded text with its map and holes.
    #[must_use]
    pub fn mapped(value: impl Into<SmolStr>, map: Arc<SpanMap>, holes: Vec<Hole>) -> Self {
        Self { value: value.into(), layout: Layout::Mapped(Arc::new(Mapped { map, holes })) }
    }

    /// A text that all stands for one place, such as a computed value.
    #[must_use]
    pub fn atomic(value: impl Into<SmolStr>, span: Span) -> Self {
        let value = value.into();
        let len = u32::try_from(value.len()).unwrap_or(u32::MAX);
        let segment = Segment { at: 0, start: span.start, len: span.end - span.start };
        Self::mapped(value, Arc::new(SpanMap { source: span.source, len, segments: vec![segment] }), Vec::new())
    }

    /// A text of which nothing is known.
    #[must_use]
    pub fn unknown(unknown: Unknown) -> Self {
        let mut builder = super::TextBuilder::new(unknown.span.source);
        let span = unknown.span;
        builder.hole(unknown);
        builder.finish(span)
    }

    /// The text as one that others are made of: what is unknown of it stands for a part of
    /// what it refers to, or for what comes of that.
    #[must_use]
    pub fn part(self) -> Self {
        let Layout::Mapped(mapped) = &self.layout else { return self };
        if !mapped.holes.iter().any(|hole| hole.unknown.whole) {
            return self;
        }
        let mut holes = mapped.holes.clone();
        for hole in &mut holes {
            hole.unknown.whole = false;
        }
        Self::mapped(self.value, Arc::clone(&mapped.map), holes)
    }

    /// The value, with [`HOLE`](crate::source::HOLE) for each unknown part.
    #[must_use]
    pub fn raw(&self) -> &str {
        &self.value
    }

    /// The raw value, cheap to clone.
    #[must_use]
    pub fn raw_smol(&self) -> &SmolStr {
        &self.value
    }

    /// The value if all of it is known.
    #[must_use]
    pub fn known(&self) -> Option<&str> {
        self.is_known().then_some(self.value.as_str())
    }

    /// Whether no part is unknown.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.holes().is_empty()
    }

    /// The unknown parts, in order.
    #[must_use]
    pub fn holes(&self) -> &[Hole] {
        match &self.layout {
            Layout::Plain(_) => &[],
            Layout::Mapped(mapped) => &mapped.holes,
        }
    }

    /// The value for messages: unknown parts as `${reference}`.
    #[must_use]
    pub fn display(&self) -> String {
        let mut out = String::with_capacity(self.value.len());
        let mut from = 0;
        for hole in self.holes() {
            out.push_str(self.value.get(from..hole.at as usize).unwrap_or(""));
            out.push_str("${");
            out.push_str(&hole.unknown.refs.join(", "));
            out.push('}');
            from = hole.at as usize + crate::source::HOLE.len_utf8();
        }
        out.push_str(self.value.get(from..).unwrap_or(""));
        out
    }

    /// The text as a fragment, so that a language inside it can be parsed with spans into
    /// the source. `span` is the span of the node that holds the text.
    #[must_use]
    pub fn fragment(&self, span: Span) -> Fragment<'_> {
        match &self.layout {
            Layout::Plain(start) => Fragment::plain(span.source, *start, &self.value),
            Layout::Mapped(m) => Fragment::mapped(self.value.as_str(), m.holes.as_slice(), Arc::clone(&m.map)),
        }
    }

    /// The whole of a fragment as a text.
    #[must_use]
    pub fn of_fragment(fragment: &Fragment<'_>) -> Self {
        match fragment.parts() {
            Ok(start) => Self::plain(fragment.text.as_ref(), start),
            Err(map) => Self::mapped(fragment.text.as_ref(), Arc::clone(map), fragment.holes.to_vec()),
        }
    }

    /// The part `start..end` of the value, each byte keeping its place. `span` is the span
    /// of the node that holds the text.
    #[must_use]
    pub fn sub(&self, span: Span, start: usize, end: usize) -> Self {
        let part = self.value.get(start..end).unwrap_or("");
        match &self.layout {
            Layout::Plain(base) => {
                let offset = u32::try_from(start).unwrap_or(u32::MAX);
                Self::plain(part, base.saturating_add(offset))
            }
            Layout::Mapped(mapped) => {
                let (from, to) = (u32::try_from(start).unwrap_or(u32::MAX), u32::try_from(end).unwrap_or(u32::MAX));
                let map = Arc::new(mapped.map.cut(from, to));
                Self::mapped(part, map, self.fragment(span).holes_in(start, end))
            }
        }
    }

    /// Whether it stands in the source as it is, byte for byte.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        matches!(self.layout, Layout::Plain(_))
    }

    /// How many pieces of the source it is made of.
    #[must_use]
    pub fn pieces(&self) -> usize {
        match &self.layout {
            Layout::Plain(_) => 1,
            Layout::Mapped(mapped) => mapped.map.segments.len(),
        }
    }

    /// The same text that many bytes further on, modulo 2³²; none where it does not stand in
    /// the source as it is.
    #[must_use]
    pub fn moved(&self, by: u32) -> Option<Self> {
        match &self.layout {
            Layout::Plain(start) => {
                Some(Self { value: self.value.clone(), layout: Layout::Plain(start.wrapping_add(by)) })
            }
            Layout::Mapped(_) => None,
        }
    }

    /// The source span of the value's bytes `start..end`. `span` is the span of the node
    /// that holds the text.
    #[must_use]
    pub fn span_of(&self, span: Span, start: usize, end: usize) -> Span {
        match &self.layout {
            Layout::Plain(base) => Span::new(span.source, *base as usize + start, *base as usize + end),
            Layout::Mapped(mapped) => mapped.map.span(start, end),
        }
    }
}

impl Node {
    /// A node.
    #[must_use]
    pub fn new(span: Span, value: Value) -> Self {
        Self { span, value }
    }

    /// The string, if this is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&Text> {
        match &self.value {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The string if this is one and all of it is known.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        self.as_text().and_then(Text::known)
    }

    /// The list's elements, if this is a list.
    #[must_use]
    pub fn as_list(&self) -> Option<&[Node]> {
        match &self.value {
            Value::List(items) => Some(items),
            _ => None,
        }
    }

    /// The map's members, if this is a map.
    #[must_use]
    pub fn as_map(&self) -> Option<&[Entry]> {
        match &self.value {
            Value::Map(entries) => Some(entries),
            _ => None,
        }
    }

    /// The last member of that key, if this is a map that has one: what every JSON reader
    /// that keeps one of several would keep.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// Whether it is a map with members whose names are not known, so that any may be among
    /// them: `**options` in Python.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.as_map().is_some_and(|entries| entries.iter().any(|entry| !entry.key.is_known()))
    }

    /// Like [`Node::get`], with the key.
    #[must_use]
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.as_map()?.iter().rev().find(|entry| entry.key.known() == Some(key))
    }

    /// The elements of a list, or the value itself where it is none; nothing for null.
    #[must_use]
    pub fn each(&self) -> &[Node] {
        match &self.value {
            Value::Null => &[],
            Value::List(items) => items,
            _ => std::slice::from_ref(self),
        }
    }

    /// [`Node::each`] of a field, which may be given once, as a list or not at all.
    #[must_use]
    pub fn each_of(&self, key: &str) -> &[Node] {
        self.get(key).map_or(&[], Node::each)
    }

    /// What kind of value this is, as messages name it.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match &self.value {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::String(_) => "a string",
            Value::List(_) => "a list",
            Value::Map(_) => "an object",
            Value::Unknown(_) => "an unknown value",
            Value::Secret => "a secret",
        }
    }
}
