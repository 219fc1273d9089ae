//! YAML 1.2 → nodes: documents with spans, tags, anchors and block scalars whose every
//! byte keeps its place.
//!
//! Plain scalars mean what the core schema says (`yes` and `2012-10-17` are strings). A
//! local tag (`!Sub x`) becomes a map of one member whose key is the tag as written. A
//! merge key (`<<`) adds what the map itself does not have. Duplicate keys are kept.

mod align;
mod repair;
mod scalar;
#[cfg(test)]
mod tests;

use rustc_hash::FxHashMap;
use saphyr_parser::{Event, Parser, ScalarStyle, Tag};
use smol_str::SmolStr;

use super::{Entry, Node, Text, Value};
use crate::diagnostic::Diagnostic;
use crate::source::{Fragment, Span, Unknown};

/// How deep collections may nest.
const DEPTH: usize = 128;
/// How many nodes aliases may add to a text.
const ALIASED: usize = 100_000;

/// Parses every document of a text. After a syntax error what came before it is given.
#[must_use]
pub fn parse(fragment: &Fragment<'_>) -> (Vec<Node>, Vec<Diagnostic>) {
    let read = parse_strictly(fragment);
    if read.1.is_empty() {
        return read;
    }
    let again = repair::repaired(fragment).map(|repaired| parse_strictly(&repaired));
    again.filter(|(_, diagnostics)| diagnostics.is_empty()).unwrap_or(read)
}

fn parse_strictly(fragment: &Fragment<'_>) -> (Vec<Node>, Vec<Diagnostic>) {
    let text = fragment.text.as_ref();
    let skip = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let body = text.get(skip..).unwrap_or("");
    let mut builder = Builder {
        fragment,
        offsets: Offsets::new(body, skip),
        stack: Vec::new(),
        documents: Vec::new(),
        anchors: FxHashMap::default(),
        budget: ALIASED,
    };
    let mut diagnostics = Vec::new();
    let mut parser = Parser::new_from_str(body);
    while let Some(event) = parser.next_event() {
        match event {
            Ok((Event::StreamEnd, _)) => break,
            Ok((event, span)) => {
                let (start, end) = (builder.offsets.byte(span.start.index()), builder.offsets.byte(span.end.index()));
                if let Err(refused) = builder.event(event, start, end.max(start)) {
                    diagnostics.push(refused);
                    break;
                }
            }
            Err(error) => {
                let at = builder.offsets.byte(error.marker().index()).min(text.len());
                let end = text.get(at..).and_then(|rest| rest.chars().next()).map_or(at, |c| at + c.len_utf8());
                let message = format!("not valid YAML: {}", error.info());
                diagnostics.push(Diagnostic::error("syntax/yaml", message, fragment.span(at, end)));
                break;
            }
        }
    }
    (builder.documents, diagnostics)
}

/// Character index → byte offset.
struct Offsets {
    /// Index and bytes more than one of each character that has more than one, summed up.
    wide: Vec<(usize, usize)>,
    base: usize,
    len: usize,
}

impl Offsets {
    fn new(text: &str, base: usize) -> Self {
        let mut wide = Vec::new();
        if !text.is_ascii() {
            let mut more = 0;
            for (index, character) in text.chars().enumerate().filter(|(_, c)| !c.is_ascii()) {
                more += character.len_utf8() - 1;
                wide.push((index, more));
            }
        }
        Self { wide, base, len: text.len() }
    }

    fn byte(&self, index: usize) -> usize {
        let before = self.wide.partition_point(|(at, _)| *at < index);
        let more = before.checked_sub(1).and_then(|last| self.wide.get(last)).map_or(0, |(_, more)| *more);
        self.base + (index + more).min(self.len)
    }
}

/// A collection that is being read.
struct Open {
    value: Container,
    start: usize,
    anchor: usize,
    tag: Option<(SmolStr, usize)>,
}

enum Container {
    List(Vec<Node>),
    /// Members so far, and a key that waits for its value.
    Map(Vec<Entry>, Option<(Text, Span)>),
}

struct Builder<'a> {
    fragment: &'a Fragment<'a>,
    offsets: Offsets,
    stack: Vec<Open>,
    documents: Vec<Node>,
    anchors: FxHashMap<usize, (Node, usize)>,
    budget: usize,
}

impl Builder<'_> {
    fn event(&mut self, event: Event<'_>, start: usize, end: usize) -> Result<(), Diagnostic> {
        match event {
            Event::Scalar(value, style, anchor, tag) => {
                let tag = tag.as_deref();
                let (tag_at, start) = self.properties(start, anchor, tag);
                let node = scalar::node(self.fragment, &value, style, start, end, tag.is_some_and(is_string_tag));
                // An empty scalar (`key:`) may be a key's missing value.
                let is_key_text = node.as_text().is_none();
                let raw = (is_key_text && style == ScalarStyle::Plain).then(|| SmolStr::new(&value));
                self.add(node, anchor, local_tag(tag).map(|name| (name, tag_at)), raw);
            }
            Event::SequenceStart(anchor, tag) => {
                self.open(Container::List(Vec::new()), start, anchor, tag.as_deref())?;
            }
            Event::MappingStart(anchor, tag) => {
                self.open(Container::Map(Vec::new(), None), start, anchor, tag.as_deref())?;
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(end),
            Event::Alias(anchor) => self.alias(anchor, start, end)?,
            Event::DocumentEnd => self.anchors.clear(),
            _ => {}
        }
        Ok(())
    }

    fn open(&mut self, value: Container, start: usize, anchor: usize, tag: Option<&Tag>) -> Result<(), Diagnostic> {
        if self.stack.len() >= DEPTH {
            let message = format!("nested deeper than {DEPTH} levels");
            return Err(Diagnostic::error("syntax/yaml", message, self.fragment.span(start, start + 1)));
        }
        let (tag_at, start) = self.properties(start, anchor, tag);
        self.stack.push(Open { value, start, anchor, tag: local_tag(tag).map(|name| (name, tag_at)) });
        Ok(())
    }

    /// Where the tag stands, and where the value itself starts: an event's place may begin
    /// with the value's tag and anchor, or with what comes after them.
    fn properties(&self, start: usize, anchor: usize, tag: Option<&Tag>) -> (usize, usize) {
        let text = self.fragment.text.as_ref();
        let mut at = start;
        let mut tag_at = None;
        for _ in 0..usize::from(anchor > 0) + usize::from(tag.is_some()) {
            let rest = text.get(at..).unwrap_or("");
            if !rest.starts_with(['!', '&']) {
                break;
            }
            if rest.starts_with('!') {
                tag_at = Some(at);
            }
            let word = rest.find(|c: char| c.is_whitespace()).unwrap_or(rest.len());
            let gap = rest.get(word..).unwrap_or("");
            at += word + gap.len() - gap.trim_start().len();
        }
        let before = || text.get(..start).and_then(|before| before.trim_end().rfind('!'));
        let tag_at = tag_at.or_else(|| tag.and_then(|_| before()));
        (tag_at.unwrap_or(start), at)
    }

    fn close(&mut self, end: usize) {
        let Some(open) = self.stack.pop() else { return };
        let (value, last) = match open.value {
            Container::List(items) => {
                let last = items.last().map(|node| node.span);
                (Value::List(items), last)
            }
            Container::Map(entries, _) => {
                let last = entries.last().map(|entry| entry.key_span.to(entry.value.span));
                (Value::Map(merged(entries)), last)
            }
        };
        // A block collection ends with its last member, not where the next thing begins.
        let mut span = self.fragment.span(open.start, end.max(open.start));
        let flow = self.fragment.text.get(open.start..).is_some_and(|rest| rest.starts_with(['{', '[']));
        if !flow && let Some(last) = last {
            span.end = last.end.max(span.start);
        }
        self.add(Node::new(span, value), open.anchor, open.tag, None);
    }

    fn alias(&mut self, anchor: usize, start: usize, end: usize) -> Result<(), Diagnostic> {
        let place = self.fragment.span(start, end);
        let Some((node, size)) = self.anchors.get(&anchor) else {
            // An alias inside its own anchor.
            let unknown = Unknown::new(vec![SmolStr::new_static("alias")], place);
            self.add(Node::new(place, Value::Unknown(unknown)), 0, None, None);
            return Ok(());
        };
        if *size > self.budget {
            return Err(Diagnostic::error("syntax/yaml", "aliases make this text too large", place));
        }
        self.budget -= size;
        let node = node.clone();
        self.add(node, 0, None, None);
        Ok(())
    }

    /// Puts a finished node where it belongs. `raw` is the text of a scalar that is no
    /// string, for when it turns out to be a key.
    fn add(&mut self, node: Node, anchor: usize, tag: Option<(SmolStr, usize)>, raw: Option<SmolStr>) {
        let node = match tag {
            Some((tag, at)) => self.tagged(node, tag, at),
            None => node,
        };
        if anchor > 0 {
            let size = size(&node, DEPTH * 2);
            self.anchors.insert(anchor, (node.clone(), size));
        }
        match self.stack.last_mut().map(|open| &mut open.value) {
            None => self.documents.push(node),
            Some(Container::List(items)) => items.push(node),
            Some(Container::Map(entries, waiting)) => {
                if let Some((key, key_span)) = waiting.take() {
                    entries.push(Entry { key, key_span, value: node });
                    return;
                }
                let text = match &node.value {
                    Value::String(text) => text.clone(),
                    _ => Text::atomic(raw.unwrap_or_else(|| SmolStr::new_static("?")), node.span),
                };
                *waiting = Some((text, node.span));
            }
        }
    }

    fn tagged(&self, node: Node, tag: SmolStr, at: usize) -> Node {
        let stands = self.fragment.text.get(at..).is_some_and(|rest| rest.starts_with(tag.as_str()));
        let key_span =
            if stands { self.fragment.span(at, at + tag.len()) } else { Span { end: node.span.start, ..node.span } };
        let span = key_span.to(node.span);
        let key = Text::plain(tag, key_span.start);
        Node::new(span, Value::Map(vec![Entry { key, key_span, value: node }]))
    }
}

/// The tag as written, unless it is one of YAML's own.
fn local_tag(tag: Option<&Tag>) -> Option<SmolStr> {
    let tag = tag?;
    if tag.is_yaml_core_schema() || tag.handle == "!!" || tag.suffix.is_empty() {
        return None;
    }
    Some(SmolStr::from(format!("!{}", tag.suffix.trim_start_matches('!'))))
}

fn is_string_tag(tag: &Tag) -> bool {
    (tag.is_yaml_core_schema() || tag.handle == "!!") && tag.suffix == "str" || tag.suffix.is_empty()
}

/// What a map holds with its merge keys filled in.
fn merged(mut entries: Vec<Entry>) -> Vec<Entry> {
    while let Some(at) = entries.iter().position(|entry| entry.key.raw() == "<<" && mergeable(&entry.value)) {
        let merge = entries.remove(at);
        let sources = match merge.value.value {
            Value::List(items) => items,
            other => vec![Node::new(merge.value.span, other)],
        };
        for source in sources {
            let Value::Map(more) = source.value else { continue };
            for entry in more {
                if !entries.iter().any(|own| own.key.raw() == entry.key.raw()) {
                    entries.push(entry);
                }
            }
        }
    }
    entries
}

fn mergeable(node: &Node) -> bool {
    match &node.value {
        Value::Map(_) => true,
        Value::List(items) => items.iter().all(|item| item.as_map().is_some()),
        _ => false,
    }
}

fn size(node: &Node, depth: usize) -> usize {
    if depth == 0 {
        return ALIASED;
    }
    1 + match &node.value {
        Value::List(items) => items.iter().map(|item| size(item, depth - 1)).sum::<usize>(),
        Value::Map(entries) => entries.iter().map(|entry| size(&entry.value, depth - 1)).sum(),
        _ => 0,
    }
}
