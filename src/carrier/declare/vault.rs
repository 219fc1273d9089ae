//! What the resource types of Terraform's `vault` provider declare.

use super::{Sink, named, vault_policy};
use crate::carrier::declaration::{Item, VaultPolicy};
use crate::carrier::record::Record;

/// Declares one `vault_*` resource.
pub(super) fn declare(record: &Record, sink: &mut Sink<'_>) {
    match record.kind.as_str() {
        "vault_policy" => policy(record, sink),
        _ => {}
    }
}

fn policy(record: &Record, sink: &mut Sink<'_>) {
    let Some(argument) = record.body.get("policy") else { return };
    let Some((policy, diagnostics)) = vault_policy(argument, sink.options) else { return };
    sink.out.diagnostics.extend(diagnostics);
    let (name, namespace) = (named(record, "name"), named(record, "namespace"));
    sink.push(record, Item::VaultPolicy(VaultPolicy { name, namespace, policy }));
}
