//! What the rules on resource records share.

use smol_str::SmolStr;

use crate::carrier::declaration::Carrier;
use crate::carrier::record::{Mode, Record};
use crate::lint::Inputs;
use crate::source::Span;
use crate::syntax::{Node, Value};

/// What a value refers to, as far as it is unknown.
pub(super) fn refs(node: &Node) -> Vec<&SmolStr> {
    match &node.value {
        Value::Unknown(unknown) => unknown.refs.iter().collect(),
        Value::String(text) => text.holes().iter().flat_map(|hole| &hole.unknown.refs).collect(),
        Value::List(items) => items.iter().flat_map(refs_of_item).collect(),
        _ => Vec::new(),
    }
}

/// A list's member: lists in lists are not looked into.
fn refs_of_item(node: &Node) -> Vec<&SmolStr> {
    if matches!(node.value, Value::List(_)) { Vec::new() } else { refs(node) }
}

/// Whether a reference is to that record.
pub(super) fn is_to(reference: &str, record: &Record) -> bool {
    reference.strip_prefix(record.address.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

/// The record that a reference is to.
pub(super) fn target<'a>(inputs: &Inputs<'a>, reference: &str, from: &Record) -> Option<&'a Record> {
    inputs.records.iter().find(|record| is_to(reference, record) && together(inputs, record, from))
}

/// Whether two records are of one program: of one carrier and one directory.
pub(super) fn together(inputs: &Inputs<'_>, a: &Record, b: &Record) -> bool {
    a.carrier == b.carrier && (a.span.source == b.span.source || directory(inputs, a.span) == directory(inputs, b.span))
}

/// The directory of a span's file.
pub(super) fn directory<'a>(inputs: &Inputs<'a>, span: Span) -> &'a str {
    inputs.sources.name(span.source).rsplit_once('/').map_or("", |(directory, _)| directory)
}

/// An argument as the author of a record writes it: `enable_key_rotation` is `EnableKeyRotation`
/// in a template of CloudFormation, and `enableKeyRotation` in TypeScript and YAML for Pulumi.
pub(super) fn written(inputs: &Inputs<'_>, record: &Record, argument: &str) -> String {
    let python = || inputs.sources.name(record.span.source).rsplit_once('.').is_some_and(|(_, kind)| kind == "py");
    // words from this one on begin with a capital
    let from = match record.carrier {
        Carrier::CloudFormation => 0,
        Carrier::PulumiState => 1,
        Carrier::PulumiProgram if !python() => 1,
        _ => return argument.to_owned(),
    };
    capitalised(argument, from)
}

/// A name in snake case with its words joined, those from one on with a capital:
/// `block_public_acls` is `BlockPublicAcls` from the first on, `blockPublicAcls` from the second.
pub(super) fn capitalised(name: &str, from: usize) -> String {
    let word = |(at, word): (usize, &str)| {
        let mut chars = word.chars();
        let initial = chars.next().map(|c| if at >= from { c.to_ascii_uppercase() } else { c });
        initial.into_iter().chain(chars).collect::<String>()
    };
    name.split('_').enumerate().map(word).collect()
}

/// Whether the record makes something, whatever it depends on.
pub(super) fn is_made(record: &Record) -> bool {
    record.mode == Mode::Managed
}

/// Whether an argument is certainly not given: not there, null or empty.
pub(super) fn is_absent(body: &Node, name: &str) -> bool {
    match body.get(name).map(|node| &node.value) {
        None => !body.is_open(),
        Some(Value::Null) => true,
        Some(Value::String(text)) => text.raw().is_empty(),
        Some(Value::List(items)) => items.is_empty(),
        Some(Value::Map(entries)) => entries.is_empty(),
        Some(_) => false,
    }
}
