//! Resource records → declarations: one mapping for every carrier.
//!
//! A carrier brings its resources to [`Record`]s in Terraform's words, has references
//! between them filled in, and calls [`declare`]. A resource type is supported in one
//! place, here: a row of a table in `aws.rs` or `vault.rs`.

mod aws;
mod compute;
mod document;
mod embedded;
mod organization;
mod vault;

use smol_str::SmolStr;

pub(super) use compute::{names_no_role, plans_no_role, supports as runs};
pub use document::{aws_document, vault_policy, vault_text};
pub(super) use embedded::push;

use super::declaration::{Carrier, Declaration, Item, Named, VaultKind, VaultObject};
use super::record::{Mode, Record};
use super::{Carried, ReadOptions};
use crate::syntax::{Node, Text, Value};

/// What the records declare, in their order. Records of types that carry no access
/// control declare nothing.
#[must_use]
pub fn declare(records: &[Record], options: &ReadOptions) -> Carried {
    let mut sink = Sink { options, out: Carried::default() };
    for record in records {
        if record.mode == Mode::Data {
            if record.kind == "aws_iam_policy_document" {
                aws::unused_document(record, &mut sink);
            }
        } else if organization::supports(&record.kind) {
            organization::declare(record, &mut sink);
        } else if record.kind.starts_with("aws_") || record.kind.starts_with("AWS::") {
            aws::declare(record, &mut sink);
        } else if matches!(record.kind.as_str(), "provider_vault" | "pulumi:providers:vault") {
            let (kind, name, body) = (VaultKind::Provider, record.label.clone(), record.body.clone());
            let namespace = named(record, "namespace");
            sink.push(record, Item::VaultObject(VaultObject { kind, mount: None, name, namespace, body }));
        } else if record.kind.starts_with("vault_") {
            vault::declare(record, &mut sink);
        }
    }
    sink.out
}

/// Whether resources of that type declare anything, so that others need not be looked at.
#[must_use]
pub fn supports(kind: &str) -> bool {
    kind.starts_with("vault_") || organization::supports(kind) || aws::supports(kind)
}

/// Takes what the mapping finds.
struct Sink<'a> {
    options: &'a ReadOptions,
    out: Carried,
}

impl Sink<'_> {
    fn push(&mut self, record: &Record, item: Item) {
        let declaration = Declaration {
            carrier: record.carrier,
            address: record.address.clone(),
            span: record.span,
            condition: record.condition.clone(),
            item,
        };
        push(&mut self.out, declaration);
    }
}

/// A string argument with its place. What is unknown is a text of one hole, what is no
/// string (null, a list) is none.
fn named(record: &Record, argument: &str) -> Option<Named> {
    record.body.get(argument).and_then(text_of)
}

/// A node as a named text: a string, a number as written, an unknown value as one hole.
fn text_of(node: &Node) -> Option<Named> {
    match &node.value {
        Value::String(text) => Some((text.clone(), node.span)),
        Value::Number(number) => Some((Text::atomic(number.clone(), node.span), node.span)),
        Value::Unknown(unknown) => Some((Text::unknown(unknown.clone()), node.span)),
        _ => None,
    }
}

/// The members of a list argument, or the one value given in place of a list.
fn named_list(record: &Record, argument: &str) -> Vec<Named> {
    let Some(node) = record.body.get(argument) else { return Vec::new() };
    match &node.value {
        Value::List(items) => items.iter().filter_map(text_of).collect(),
        _ => text_of(node).into_iter().collect(),
    }
}

/// A reference to the record itself, for what has no name of its own: others refer to the
/// record by its address.
fn own_reference(record: &Record, attribute: &str) -> Named {
    let reference = match (record.carrier, attribute) {
        // `Ref` of a logical id is the resource's name or ARN.
        (Carrier::CloudFormation, "name" | "") | (_, "") => record.address.clone(),
        (Carrier::CloudFormation, "arn") => SmolStr::from(format!("{}.Arn", record.address)),
        _ => SmolStr::from(format!("{}.{attribute}", record.address)),
    };
    let unknown = crate::source::Unknown::new(vec![reference], record.kind_span);
    (Text::unknown(unknown), record.kind_span)
}
