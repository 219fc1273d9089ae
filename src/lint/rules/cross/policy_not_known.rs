//! See the page.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use crate::carrier::declaration::{Declaration, Item};
use crate::carrier::record::Record;
use crate::lint::{Check, Inputs, Sink};
use crate::source::{SourceId, Span, Unknown};
use crate::syntax::Value;

pub(super) const CHECK: Check = Check::Model(check);

fn check(inputs: &Inputs<'_>, sink: &mut Sink<'_>) {
    let mut files: BTreeMap<SourceId, BTreeMap<Span, (&Declaration, Vec<&str>)>> = BTreeMap::new();
    let mut records: FxHashMap<&str, &Record> = FxHashMap::default();
    for declaration in inputs.model.declarations() {
        if !blank(&declaration.item) {
            continue;
        }
        if records.is_empty() {
            records = inputs.records.iter().map(|record| (record.address.as_str(), record)).collect();
        }
        let Some((span, unknown)) = not_known(declaration, &records) else { continue };
        let refs = unknown.iter().flat_map(|what| &what.refs).map(smol_str::SmolStr::as_str).collect();
        files.entry(span.source).or_default().entry(span).or_insert((declaration, refs));
    }
    for policies in files.values() {
        let mut rest = policies.iter();
        let Some((first, (declaration, _))) = rest.next() else { continue };
        let mut names: Vec<&str> = Vec::new();
        for name in policies.values().flat_map(|(_, refs)| refs.iter().copied()) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let more = names.len().saturating_sub(3);
        let mut on = names.iter().take(3).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        match more {
            0 if names.is_empty() => on.push_str("values that are not known here"),
            0 => {}
            more => on = format!("{on} and {more} more"),
        }
        let message = match policies.len() {
            1 => format!("the policy of `{}` is not checked: what it says depends on {on}", declaration.address),
            many => format!("{many} policies of this file are not checked: what they say depends on {on}"),
        };
        let finding = sink.report(*first, message);
        for (span, (declaration, _)) in rest.take(8) {
            finding.related(*span, format!("nor that of `{}`", declaration.address));
        }
    }
}

/// Whether nothing at all is known of a policy's text.
fn blank(item: &Item) -> bool {
    match item {
        Item::VaultPolicy(written) => written.policy.stanzas.is_empty() && !written.policy.unknown.is_empty(),
        Item::AwsPolicy(written) => written.document.unknown && written.document.statements.is_empty(),
        _ => false,
    }
}

/// Where such a policy stands, and what it depends on.
fn not_known<'a>(
    declaration: &'a Declaration,
    records: &FxHashMap<&str, &'a Record>,
) -> Option<(Span, Vec<&'a Unknown>)> {
    match &declaration.item {
        Item::VaultPolicy(written) => {
            let unknown: Vec<&Unknown> = written.policy.unknown.iter().collect();
            Some((unknown.first()?.span, unknown))
        }
        Item::AwsPolicy(written) => {
            let span = written.document.span;
            let body = records.get(declaration.address.as_str()).and_then(|record| record.body.as_map());
            let here = body.unwrap_or_default().iter().map(|entry| &entry.value).filter(|node| node.span == span);
            let unknown = here.flat_map(|node| match &node.value {
                Value::Unknown(what) => vec![what],
                Value::String(text) => text.holes().iter().map(|hole| &hole.unknown).collect(),
                _ => Vec::new(),
            });
            Some((span, unknown.collect()))
        }
        _ => None,
    }
}
