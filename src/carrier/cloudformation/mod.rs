//! CloudFormation and SAM templates, JSON or YAML.

mod intrinsics;
mod sam;
#[cfg(test)]
mod tests;
mod types;

use smol_str::SmolStr;

use super::declaration::Carrier;
use super::declare::declare;
use super::record::{Mode, Record};
use super::{Carried, ReadOptions};
use crate::source::{Span, Unknown};
use crate::syntax::{Entry, Node, Text, Value};
use intrinsics::Template;

/// How many variants one resource may have.
const VARIANTS: usize = 8;

/// Reads a template.
#[must_use]
pub fn read(root: &Node, options: &ReadOptions) -> Carried {
    let records = records(root);
    let mut out = declare(&records, options);
    out.records = records;
    out
}

/// The records of a template's resources, in source order.
fn records(root: &Node) -> Vec<Record> {
    let section = |name: &str| root.get(name).and_then(Node::as_map).unwrap_or_default();
    let index = |name: &str| section(name).iter().filter_map(|e| Some((e.key.known()?, &e.value))).collect();
    let mut template = Template {
        parameters: index("Parameters"),
        conditions: index("Conditions"),
        mappings: root.get("Mappings"),
        resources: index("Resources"),
        refused: Vec::new(),
        met: Vec::new(),
    };
    let mut records = Vec::new();
    for entry in section("Resources") {
        resource(&mut template, entry, &mut records);
    }
    records
}

fn resource(template: &mut Template<'_>, entry: &Entry, records: &mut Vec<Record>) {
    let Some(kind_node) = entry.value.get("Type") else { return };
    let Some(kind) = kind_node.as_str() else { return };
    let empty = Node::new(entry.value.span, Value::Map(Vec::new()));
    let properties = entry.value.get("Properties").unwrap_or(&empty);
    let exists = match entry.value.get("Condition").and_then(Node::as_str) {
        None => None,
        Some(name) => match template.condition(name, 32) {
            Some(true) => None,
            Some(false) => return,
            None => {
                let span = entry.value.get("Condition").map_or(entry.key_span, |node| node.span);
                Some(Unknown { refs: vec![SmolStr::new(name)], span })
            }
        },
    };
    let mapped = types::find(kind);
    if mapped.is_none() && !sam::makes_role(kind) {
        return;
    }
    let mut queue: Vec<Vec<SmolStr>> = vec![Vec::new()];
    let mut at = 0;
    let mut bodies: Vec<Node> = Vec::new();
    while let Some(refused) = queue.get(at).cloned() {
        at += 1;
        template.refused = refused;
        template.met.clear();
        let Some(resolved) = template.resolve(properties) else { continue };
        for (name, _) in &template.met {
            let known = queue.iter().any(|refused| refused.contains(name));
            if !known && queue.len() < VARIANTS {
                queue.push(vec![name.clone()]);
            }
        }
        let condition = exists.clone().or_else(|| {
            let (_, span) = template.met.first()?;
            Some(Unknown { refs: template.met.iter().map(|(name, _)| name.clone()).collect(), span: *span })
        });
        let (terraform, body, address) = match mapped {
            Some(mapped) => (mapped.terraform, renamed(&resolved, mapped.renamed), entry.key.raw_smol().clone()),
            None => match sam::role(&resolved) {
                // "If you don't specify a role, one is created for you" under this logical id.
                Some(body) => ("aws_iam_role", body, SmolStr::from(format!("{}Role", entry.key.raw()))),
                None => continue,
            },
        };
        if bodies.contains(&body) {
            continue;
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
            condition,
            notes: Vec::new(),
        });
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
