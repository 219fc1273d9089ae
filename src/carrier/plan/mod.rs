//! Terraform plans and states in JSON: `terraform show -json` of either, and raw state
//! files of version 4.

mod references;
mod scan;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::ops::Range;

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::declaration::Carrier;
use super::policy_document;
use super::record::{Mode, Record};
use super::terraform::{alias, arn_of};
use super::{Carried, ReadOptions};
use super::{declare, deployment};
use crate::source::{Fragment, SourceId, SourceMap, Span, Unknown};
use crate::syntax::{Entry, Node, Text, Value, json};
use references::References;

/// How deep modules may nest.
const MODULES: usize = 64;

/// Reads a plan or state.
#[must_use]
pub fn read(sources: &SourceMap, source: SourceId, options: &ReadOptions) -> Carried {
    let text = sources.text(source);
    let mut reader = Reader { source, text, records: Vec::new(), documents: BTreeMap::new(), diagnostics: Vec::new() };
    let whole = if reader.root().is_some() { Vec::new() } else { broken(source, text) };
    reader.resolve();
    let mut out = super::of_records(reader.records, options);
    out.diagnostics.splice(0..0, reader.diagnostics);
    out.diagnostics.splice(0..0, whole);
    out
}

/// What is wrong with a text that could not be walked.
fn broken(source: SourceId, text: &str) -> Vec<crate::diagnostic::Diagnostic> {
    json::parse(&Fragment::plain(source, 0, text)).1
}

struct Reader<'a> {
    source: SourceId,
    text: &'a str,
    records: Vec<Record>,
    /// Data documents by address.
    documents: BTreeMap<SmolStr, Node>,
    diagnostics: Vec<crate::diagnostic::Diagnostic>,
}

impl<'a> Reader<'a> {
    /// Walks the text's top level; none where it is not well formed.
    fn root(&mut self) -> Option<()> {
        let start = if self.text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        let members = scan::members(self.text, start)?;
        let find = |name: &str| members.iter().rev().find(|(key, _)| *key == name).map(|(_, range)| range.clone());
        if let Some(changes) = find("resource_changes") {
            let references = References::new(self.text, find("configuration"));
            self.changes(&changes, references)?;
        } else if let Some(values) = find("values").or_else(|| find("planned_values")) {
            let root = member(self.text, &values, "root_module");
            if let Some(root) = root {
                self.module(&root, MODULES)?;
            }
        } else if let Some(resources) = find("resources") {
            self.state(&resources)?;
        }
        Some(())
    }

    fn parse(&mut self, range: &Range<usize>) -> Option<Node> {
        let start = u32::try_from(range.start).ok()?;
        let fragment = Fragment::plain(self.source, start, self.text.get(range.clone())?);
        let (node, diagnostics) = json::parse(&fragment);
        self.diagnostics.extend(diagnostics);
        node
    }

    /// `resource_changes` of a plan: what will be there when it is applied.
    fn changes(&mut self, range: &Range<usize>, mut references: References<'a>) -> Option<()> {
        for element in scan::elements(self.text, range.start)? {
            let parts = Parts::of(self.text, &element)?;
            let document = parts.is("mode", "data") && parts.is("type", "aws_iam_policy_document");
            let managed = !parts.is("mode", "data")
                && parts.plain("type").is_some_and(|kind| {
                    let text = self.text.get(element.clone()).unwrap_or("");
                    super::supports(kind)
                        && !(deployment::writes_nothing(kind, text) && declare::plans_no_role(kind, text))
                });
            if !(document || managed) {
                continue;
            }
            let Some(change) = parts.range("change") else { continue };
            let change = Parts::of(self.text, &change)?;
            let actions = change.text("actions").unwrap_or("");
            let creates = ["create", "update", "no-op", "read"].iter().any(|action| actions.contains(action));
            if !creates {
                continue;
            }
            let Some(after) = change.range("after").and_then(|range| self.parse(&range)) else { continue };
            let unknown = change.range("after_unknown").and_then(|range| self.parse(&range));
            let sensitive = change.range("after_sensitive").and_then(|range| self.parse(&range));
            let address = self.address(&parts);
            let mut body = after;
            if let Some(unknown) = &unknown {
                // What the configuration does not give the provider makes up: that is no
                // policy of the author's, and unlike in the source it would look like one.
                let mut naming = |attribute: &str| {
                    let given = references.gives(&address, attribute);
                    (given != Some(false)).then(|| references.of(&address, attribute))
                };
                fill(&mut body, unknown, &mut naming);
            }
            if let Some(sensitive) = &sensitive {
                hide(&mut body, sensitive, 32);
            }
            if document {
                self.documents.insert(address, policy_document::aws(&body));
            } else {
                self.push(&parts, address, &element, body);
            }
        }
        Some(())
    }

    /// The resource's address; its key may hold escapes.
    fn address(&mut self, parts: &Parts<'a>) -> SmolStr {
        if let Some(plain) = parts.plain("address") {
            return SmolStr::new(plain);
        }
        let decoded = parts.range("address").and_then(|range| self.parse(&range));
        decoded.as_ref().and_then(Node::as_str).map(SmolStr::new).unwrap_or_default()
    }

    /// `values.root_module` of a state, and its child modules.
    fn module(&mut self, range: &Range<usize>, depth: usize) -> Option<()> {
        if depth == 0 {
            return Some(());
        }
        let module = Parts::of(self.text, range)?;
        if let Some(resources) = module.range("resources") {
            for element in scan::elements(self.text, resources.start)? {
                let parts = Parts::of(self.text, &element)?;
                if parts.is("mode", "data") || !parts.plain("type").is_some_and(super::supports) {
                    continue;
                }
                let Some(mut body) = parts.range("values").and_then(|range| self.parse(&range)) else { continue };
                if let Some(sensitive) = parts.range("sensitive_values").and_then(|range| self.parse(&range)) {
                    hide(&mut body, &sensitive, 32);
                }
                let address = self.address(&parts);
                self.push(&parts, address, &element, body);
            }
        }
        if let Some(children) = module.range("child_modules") {
            for child in scan::elements(self.text, children.start)? {
                self.module(&child, depth - 1)?;
            }
        }
        Some(())
    }

    /// `resources` of a raw state file.
    fn state(&mut self, range: &Range<usize>) -> Option<()> {
        for element in scan::elements(self.text, range.start)? {
            let parts = Parts::of(self.text, &element)?;
            let (Some(kind), Some(name)) = (parts.plain("type"), parts.plain("name")) else { continue };
            if parts.is("mode", "data") || !super::supports(kind) {
                continue;
            }
            let module = parts.range("module").and_then(|range| self.parse(&range));
            let module = module.as_ref().and_then(Node::as_str).map(|m| format!("{m}.")).unwrap_or_default();
            let Some(instances) = parts.range("instances") else { continue };
            for instance in scan::elements(self.text, instances.start)? {
                let inner = Parts::of(self.text, &instance)?;
                let Some(mut body) = inner.range("attributes").and_then(|range| self.parse(&range)) else { continue };
                if let Some(paths) = inner.range("sensitive_attributes").and_then(|range| self.parse(&range)) {
                    hide_paths(&mut body, &paths);
                }
                let key = inner.range("index_key").and_then(|range| self.parse(&range));
                let key = match key.as_ref().map(|node| &node.value) {
                    Some(Value::Number(number)) => format!("[{number}]"),
                    Some(Value::String(text)) => format!("[{:?}]", text.raw()),
                    _ => String::new(),
                };
                let address = SmolStr::from(format!("{module}{kind}.{name}{key}"));
                self.push(&parts, address, &instance, body);
            }
        }
        Some(())
    }

    fn push(&mut self, parts: &Parts<'a>, address: SmolStr, element: &Range<usize>, body: Node) {
        let place = |name: &str| {
            let range = parts.range(name).unwrap_or(element.start..element.start);
            Span::new(self.source, range.start, range.end)
        };
        let kind_span = place("type");
        let label = parts.plain("name").map(|name| {
            let span = place("name");
            (Text::plain(name, span.start.saturating_add(1)), span)
        });
        self.records.push(Record {
            carrier: Carrier::TerraformPlan,
            address,
            kind: SmolStr::new(parts.plain("type").unwrap_or("")),
            kind_span,
            mode: Mode::Managed,
            label,
            span: Span::new(self.source, element.start, element.end),
            body,
            condition: None,
            notes: Vec::new(),
        });
    }

    /// Puts what is known where it is referred to: deferred policy documents, and
    /// attributes that the provider makes of an argument, such as a bucket's id.
    fn resolve(&mut self) {
        let documents = std::mem::take(&mut self.documents);
        let mut aliases: FxHashMap<String, Node> = FxHashMap::default();
        for record in &self.records {
            for attribute in ["id", "path"] {
                let argument = alias(&record.kind, attribute);
                let value =
                    argument.and_then(|argument| record.body.get(argument)).filter(|node| node.as_str().is_some());
                if let Some(value) = value {
                    aliases.insert(format!("{}.{attribute}", record.address), value.clone());
                }
            }
            if let Some((argument, arn)) = arn_of(&record.kind, "arn")
                && let Some(named) = record.body.get(argument)
                && let Some(name) = named.as_str()
            {
                let text = Text::atomic(format!("{arn}{name}"), named.span);
                aliases.insert(format!("{}.arn", record.address), Node::new(named.span, Value::String(text)));
            }
        }
        let known = |node: &Node| {
            let Value::Unknown(what) = &node.value else { return None };
            what.refs.iter().find_map(|reference| {
                let address = reference.strip_suffix(".json").or_else(|| reference.strip_suffix(".minified_json"));
                address.and_then(|address| documents.get(address)).or_else(|| aliases.get(reference.as_str())).cloned()
            })
        };
        for record in &mut self.records {
            put(&mut record.body, &known, 16);
        }
    }
}

/// Puts values where they are referred to, in all of a body.
fn put(node: &mut Node, known: &dyn Fn(&Node) -> Option<Node>, depth: usize) {
    if depth == 0 {
        return;
    }
    match &mut node.value {
        Value::Unknown(_) => {
            if let Some(value) = known(node) {
                *node = value;
            }
        }
        Value::List(items) => items.iter_mut().for_each(|item| put(item, known, depth - 1)),
        Value::Map(entries) => entries.iter_mut().for_each(|entry| put(&mut entry.value, known, depth - 1)),
        _ => {}
    }
}

/// The members of one object.
struct Parts<'a> {
    text: &'a str,
    members: Vec<(&'a str, Range<usize>)>,
}

impl<'a> Parts<'a> {
    fn of(text: &'a str, range: &Range<usize>) -> Option<Self> {
        Some(Self { text, members: scan::members(text, range.start)? })
    }

    fn range(&self, name: &str) -> Option<Range<usize>> {
        self.members.iter().rev().find(|(key, _)| *key == name).map(|(_, range)| range.clone())
    }

    fn text(&self, name: &str) -> Option<&'a str> {
        self.text.get(self.range(name)?)
    }

    fn plain(&self, name: &str) -> Option<&'a str> {
        scan::plain(self.text, &self.range(name)?)
    }

    fn is(&self, name: &str, value: &str) -> bool {
        self.plain(name) == Some(value)
    }
}

fn member(text: &str, range: &Range<usize>, name: &str) -> Option<Range<usize>> {
    Parts::of(text, range)?.range(name)
}

/// Adds what is not known before the plan is applied: `after_unknown` has `true` where
/// `after` has nothing.
/// `naming` says what an attribute refers to; none where it is not the author's.
fn fill(body: &mut Node, unknown: &Node, naming: &mut dyn FnMut(&str) -> Option<Vec<SmolStr>>) {
    let (Value::Map(entries), Value::Map(marks)) = (&mut body.value, &unknown.value) else { return };
    for mark in marks {
        let attribute = mark.key.raw();
        if !holds_true(&mark.value, 32) {
            continue;
        }
        let Some(names) = naming(attribute) else { continue };
        let existing = entries.iter_mut().find(|entry| entry.key.raw() == attribute);
        let mut names = || names.clone();
        if let Some(entry) = existing {
            mark_unknown(&mut entry.value, &mark.value, &mut names, 32);
        } else {
            let mut value = Node::new(mark.value.span, Value::Null);
            mark_unknown(&mut value, &mark.value, &mut names, 32);
            entries.push(Entry { key: mark.key.clone(), key_span: mark.key_span, value });
        }
    }
}

fn holds_true(node: &Node, depth: usize) -> bool {
    depth > 0
        && match &node.value {
            Value::Bool(value) => *value,
            Value::List(items) => items.iter().any(|item| holds_true(item, depth - 1)),
            Value::Map(entries) => entries.iter().any(|entry| holds_true(&entry.value, depth - 1)),
            _ => false,
        }
}

fn mark_unknown(node: &mut Node, mark: &Node, refs: &mut dyn FnMut() -> Vec<SmolStr>, depth: usize) {
    if depth == 0 {
        return;
    }
    match &mark.value {
        Value::Bool(true) => {
            let span = mark.span;
            *node = Node::new(span, Value::Unknown(Unknown::new(refs(), span)));
        }
        Value::List(marks) => {
            if matches!(node.value, Value::Null) {
                node.value = Value::List(Vec::new());
            }
            if let Value::List(items) = &mut node.value {
                for (index, mark) in marks.iter().enumerate() {
                    match items.get_mut(index) {
                        Some(item) => mark_unknown(item, mark, refs, depth - 1),
                        None if holds_true(mark, depth) => {
                            let mut item = Node::new(mark.span, Value::Null);
                            mark_unknown(&mut item, mark, refs, depth - 1);
                            items.push(item);
                        }
                        None => {}
                    }
                }
            }
        }
        Value::Map(marks) => {
            if matches!(node.value, Value::Null) {
                node.value = Value::Map(Vec::new());
            }
            if let Value::Map(entries) = &mut node.value {
                for mark in marks {
                    match entries.iter_mut().find(|entry| entry.key.raw() == mark.key.raw()) {
                        Some(entry) => mark_unknown(&mut entry.value, &mark.value, refs, depth - 1),
                        None if holds_true(&mark.value, depth) => {
                            let mut value = Node::new(mark.value.span, Value::Null);
                            mark_unknown(&mut value, &mark.value, refs, depth - 1);
                            entries.push(Entry { key: mark.key.clone(), key_span: mark.key_span, value });
                        }
                        None => {}
                    }
                }
            }
        }
        _ => {}
    }
}

/// Hides what is marked sensitive: it is there, and never shown.
fn hide(node: &mut Node, mark: &Node, depth: usize) {
    if depth == 0 {
        return;
    }
    match (&mut node.value, &mark.value) {
        (Value::Unknown(_), _) => {}
        (value, Value::Bool(true)) => *value = Value::Secret,
        (Value::List(items), Value::List(marks)) => {
            for (item, mark) in items.iter_mut().zip(marks) {
                hide(item, mark, depth - 1);
            }
        }
        (Value::Map(entries), Value::Map(marks)) => {
            for mark in marks {
                for entry in entries.iter_mut().filter(|entry| entry.key.raw() == mark.key.raw()) {
                    hide(&mut entry.value, &mark.value, depth - 1);
                }
            }
        }
        _ => {}
    }
}

/// Hides by the paths of a state file: each a list of steps, the first an attribute.
fn hide_paths(body: &mut Node, paths: &Node) {
    'paths: for path in paths.as_list().unwrap_or_default() {
        let mut at = &mut *body;
        for step in path.as_list().unwrap_or_default() {
            let key = step.get("value").unwrap_or(step);
            let key = match &key.value {
                Value::String(text) => text.raw_smol().clone(),
                Value::Number(number) => number.clone(),
                _ => continue 'paths,
            };
            let next = match &mut at.value {
                Value::Map(entries) => {
                    entries.iter_mut().find(|entry| entry.key.raw() == key).map(|entry| &mut entry.value)
                }
                Value::List(items) => key.parse::<usize>().ok().and_then(|index| items.get_mut(index)),
                _ => None,
            };
            match next {
                Some(next) => at = next,
                // A path that leads nowhere hides nothing, least of all everything.
                None => continue 'paths,
            }
        }
        if path.as_list().is_some_and(|steps| !steps.is_empty()) {
            at.value = Value::Secret;
        }
    }
}
