use std::collections::BTreeMap;

use crate::carrier::record::Record;
use crate::lint::rules::record_common;
use crate::lint::{Check, Inputs, Sink};
use crate::source::Span;
use crate::syntax::{Node, Text, Value};

pub(super) const CHECK: Check = Check::Model(check);

/// Kinds of policies of an organization, how many of them AWS takes for one target
/// (<https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html>).
const KINDS: [(&str, &str, usize); 2] = [
    ("SERVICE_CONTROL_POLICY", "service control policies", 10),
    ("RESOURCE_CONTROL_POLICY", "resource control policies", 5),
];

/// Policies of one kind that are attached to one target, by what tells them apart.
type Attached<'a> = BTreeMap<(String, String, usize), BTreeMap<String, Span>>;

fn check(inputs: &Inputs<'_>, sink: &mut Sink<'_>) {
    let mut attached: Attached<'_> = BTreeMap::new();
    for record in inputs.records {
        match record.kind.as_str() {
            "aws_organizations_policy" => {
                let targets = record.body.get("target_ids").and_then(Node::as_list).unwrap_or_default();
                let Some(kind) = kind_of(record) else { continue };
                for target in targets {
                    add(inputs, record, target, kind, record.address.to_string(), &mut attached);
                }
            }
            "aws_organizations_policy_attachment" => {
                let (Some(target), Some(policy)) = (record.body.get("target_id"), record.body.get("policy_id")) else {
                    continue;
                };
                let Some(of) = reference(policy).and_then(|named| record_common::target(inputs, &named, record)) else {
                    continue;
                };
                let Some(kind) = kind_of(of) else { continue };
                add(inputs, record, target, kind, of.address.to_string(), &mut attached);
            }
            _ => {}
        }
    }
    for ((_, target, kind), policies) in &attached {
        let Some((_, name, most)) = KINDS.get(*kind).copied() else { continue };
        let Some(span) = policies.values().min().filter(|_| policies.len() > most) else { continue };
        let count = policies.len();
        sink.report(*span, format!("{count} {name} are attached to `{target}`, and AWS takes {most}"))
            .label("one of them")
            .help("join policies that belong together, or attach them at another level");
    }
}

/// Which kind of policy a record is, by its place in [`KINDS`]; one without a type is a
/// service control policy.
fn kind_of(record: &Record) -> Option<usize> {
    match record.body.get("type") {
        None => Some(0),
        Some(node) => KINDS.iter().position(|(kind, ..)| node.as_str() == Some(*kind)),
    }
}

fn add(inputs: &Inputs<'_>, at: &Record, target: &Node, kind: usize, policy: String, into: &mut Attached<'_>) {
    let shown = match &target.value {
        Value::String(text) => Text::display(text),
        Value::Unknown(_) => reference(target).unwrap_or_default(),
        _ => return,
    };
    // What is made in some cases alone may not be there beside the others.
    if shown.is_empty() || at.condition.is_some() {
        return;
    }
    let name = inputs.sources.name(at.span.source);
    let program = name.rsplit_once('/').map_or("", |(directory, _)| directory).to_owned();
    into.entry((program, shown, kind)).or_default().entry(policy).or_insert(target.span);
}

/// What a value refers to, if that is one thing.
fn reference(node: &Node) -> Option<String> {
    match &node.value {
        Value::Unknown(what) => match what.refs.as_slice() {
            [one] => Some(one.to_string()),
            _ => None,
        },
        _ => None,
    }
}
