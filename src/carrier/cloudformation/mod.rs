//! CloudFormation and SAM templates, JSON or YAML.

mod budget;
mod intrinsics;
mod loops;
mod sam;
#[cfg(test)]
mod tests;
mod types;

pub(super) use types::native_table;

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::declaration::Carrier;
use super::record::{Mode, Record};
use super::{Carried, ReadOptions, cost};
use crate::source::{Span, Unknown};
use crate::syntax::{Entry, Node, Text, Value};
use budget::Budget;
use intrinsics::{Mappings, Template};

/// How many variants one resource may have.
const VARIANTS: usize = 8;
/// What a record costs beside its value.
const RECORD: usize = 8;

/// Reads a template.
#[must_use]
pub fn read(root: &Node, options: &ReadOptions) -> Carried {
    read_among(root, 1, options)
}

/// Reads one of so many texts.
pub(super) fn read_among(root: &Node, texts: usize, options: &ReadOptions) -> Carried {
    let mut template = template(root, texts);
    let records = records(root, &mut template);
    let mut carried = super::of_records(records, options);
    carried.diagnostics.extend(template.budget.diagnostic());
    carried
}

/// A part of a template that stands in a file of its own, with its functions resolved as
/// far as it tells by itself; none where it calls no functions.
#[must_use]
pub fn filled(node: &Node) -> Option<Node> {
    template(node, 1).resolve(node)
}

/// Whether a template's functions stand anywhere in a value. The walk is over a list, not by
/// recursion.
#[must_use]
pub fn has_functions(node: &Node) -> bool {
    let mut open = vec![node];
    while let Some(node) = open.pop() {
        match &node.value {
            Value::List(items) => {
                open.extend(items.iter().filter(|item| matches!(item.value, Value::List(_) | Value::Map(_))));
            }
            Value::Map(entries) => {
                if entries.iter().any(|entry| entry.key.raw() == "Ref" || entry.key.raw().starts_with("Fn::")) {
                    return true;
                }
                open.extend(entries.iter().map(|entry| &entry.value));
            }
            _ => {}
        }
    }
    false
}

/// The records of a template's resources, in source order.
fn records<'a>(root: &'a Node, template: &mut Template<'a>) -> Vec<Record> {
    let section = |name: &str| root.get(name).and_then(Node::as_map).unwrap_or_default();
    let globals = root.get("Globals").and_then(|globals| globals.get("Function"));
    let mut records = Vec::new();
    for entry in section("Resources") {
        if entry.key.raw().starts_with("Fn::ForEach") {
            for entry in loops::expand(template, entry) {
                resource(template, &entry, globals, &mut records);
            }
        } else {
            resource(template, entry, globals, &mut records);
        }
    }
    records
}

/// What a template defines.
fn template(root: &Node, texts: usize) -> Template<'_> {
    let section = |name: &str| root.get(name).and_then(Node::as_map).unwrap_or_default();
    let index = |name: &str| section(name).iter().filter_map(|e| Some((e.key.known()?, &e.value))).collect();
    Template {
        parameters: index("Parameters"),
        conditions: index("Conditions"),
        mappings: mappings(section("Mappings")),
        resources: index("Resources"),
        refused: Vec::new(),
        met: Vec::new(),
        budget: Budget::new(root.span, texts),
        held: FxHashMap::default(),
        given_up: FxHashMap::default(),
        cut: false,
    }
}

/// Values by mapping, first and second key.
fn mappings(section: &[Entry]) -> Mappings<'_> {
    fn members(node: &Node) -> impl Iterator<Item = (&str, &Node)> {
        let entries = node.as_map().unwrap_or_default().iter();
        entries.filter_map(|entry| Some((entry.key.known()?, &entry.value)))
    }
    let named = section.iter().filter_map(|entry| Some((entry.key.known()?, &entry.value)));
    named
        .map(|(name, mapping)| (name, members(mapping).map(|(key, row)| (key, members(row).collect())).collect()))
        .collect()
}

fn resource(template: &mut Template<'_>, entry: &Entry, globals: Option<&Node>, records: &mut Vec<Record>) {
    let Some(kind_node) = entry.value.get("Type") else { return };
    let Some(kind) = kind_node.as_str() else { return };
    let empty = Node::new(entry.value.span, Value::Map(Vec::new()));
    let written = entry.value.get("Properties").unwrap_or(&empty);
    let exists = match entry.value.get("Condition").and_then(Node::as_str) {
        None => None,
        Some(name) => match template.condition(name, 32) {
            Some(true) => None,
            Some(false) => return,
            None => {
                let span = entry.value.get("Condition").map_or(entry.key_span, |node| node.span);
                Some(Unknown::new(vec![SmolStr::new(name)], span))
            }
        },
    };
    let id = if entry.key.is_known() { entry.key.raw_smol().clone() } else { entry.key.display().into() };
    let mapped = types::find(kind);
    if mapped.is_none() && !sam::makes_role(kind) {
        return;
    }
    let shared = sam::with_globals(kind, written, globals);
    let properties = shared.as_ref().unwrap_or(written);
    let mut queue: Vec<Vec<SmolStr>> = vec![Vec::new()];
    let mut at = 0;
    let mut bodies: Vec<Node> = Vec::new();
    while let Some(refused) = queue.get(at).filter(|_| !template.budget.exhausted()).cloned() {
        at += 1;
        template.refused.clone_from(&refused);
        template.met.clear();
        let Some(resolved) = template.resolve(properties) else { continue };
        for (name, _) in &template.met {
            let known = queue.iter().any(|refused| refused.contains(name));
            if !known && queue.len() < VARIANTS {
                // what is met only on the other side of one before is met there again
                queue.push(refused.iter().chain([name]).cloned().collect());
            }
        }
        let condition = exists.clone().or_else(|| {
            let (_, span) = template.met.first()?;
            Some(Unknown::new(template.met.iter().map(|(name, _)| name.clone()).collect(), *span))
        });
        let made: Vec<(&'static str, Node, SmolStr)> = if let Some(mapped) = mapped {
            let mut body = renamed(&resolved, mapped.renamed);
            if kind == "AWS::Events::EventBusPolicy" {
                wrap_statement(&mut body);
            }
            vec![(mapped.terraform, body, id.clone())]
        } else {
            // "If you don't specify a role, one is created for you" under this logical id.
            let role = SmolStr::from(format!("{id}Role"));
            let runs = sam::runs_as(kind, &resolved, &role).map(|(kind, body)| (kind, body, id.clone()));
            sam::role(&resolved).map(|body| ("aws_iam_role", body, role)).into_iter().chain(runs).collect()
        };
        for (terraform, body, address) in made {
            if bodies.contains(&body) {
                continue;
            }
            if !template.budget.spend(RECORD + cost::of_value(&body).unwrap_or(0), entry.key_span) {
                return;
            }
            bodies.push(body.clone());
            records.push(Record {
                carrier: Carrier::CloudFormation,
                address,
                kind: SmolStr::new_static(terraform),
                kind_span: kind_node.span,
                mode: Mode::Managed,
                label: Some((entry.key.clone(), entry.key_span)),
                span: entry.key_span.to(entry.value.span),
                body,
                condition: condition.clone(),
                notes: Vec::new(),
            });
        }
    }
}

/// The one statement of an event bus policy as a document.
fn wrap_statement(body: &mut Node) {
    let Value::Map(entries) = &mut body.value else { return };
    for entry in entries.iter_mut().filter(|entry| entry.key.raw() == "policy" && entry.value.as_map().is_some()) {
        let (span, key_span) = (entry.value.span, entry.key_span);
        let statement = std::mem::replace(&mut entry.value, Node::new(span, Value::Null));
        let list = Node::new(span, Value::List(vec![statement]));
        let version = Node::new(key_span, Value::String(Text::atomic("2012-10-17", key_span)));
        let document = vec![member("Version".into(), key_span, version), member("Statement".into(), key_span, list)];
        entry.value = Node::new(span, Value::Map(document));
    }
}

/// Properties under Terraform's names; those of inline policies too.
fn renamed(properties: &Node, names: &[(&str, &'static str)]) -> Node {
    let entries = properties.as_map().unwrap_or_default().iter().map(|entry| {
        let own = entry.key.known().unwrap_or("");
        let name = names.iter().find(|(from, _)| *from == own).map(|(_, to)| SmolStr::new_static(to));
        let name = name.unwrap_or_else(|| SmolStr::from(types::snake(own)));
        let value = if name == "inline_policy" { inline(&entry.value) } else { entry.value.clone() };
        member(name, entry.key_span, value)
    });
    Node::new(properties.span, Value::Map(entries.collect()))
}

fn member(name: SmolStr, key_span: Span, value: Node) -> Entry {
    Entry { key: Text::atomic(name, key_span), key_span, value }
}

/// `Policies: [{PolicyName, PolicyDocument}]` as `inline_policy` blocks.
fn inline(policies: &Node) -> Node {
    const NAMES: &[(&str, &str)] = &[("PolicyName", "name"), ("PolicyDocument", "policy")];
    match &policies.value {
        Value::List(items) => {
            let items =
                items.iter().map(|item| if item.as_map().is_some() { renamed(item, NAMES) } else { item.clone() });
            Node::new(policies.span, Value::List(items.collect()))
        }
        _ => policies.clone(),
    }
}
