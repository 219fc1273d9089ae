//! Buckets as programs make them: which program, which bucket a thing is about, and what
//! public access block it has.

use std::collections::BTreeMap;

use crate::carrier::declaration::{AwsPolicy, Carrier};
use crate::carrier::record::Record;
use crate::lint::Inputs;
use crate::lint::rules::record_common::{capitalised, directory, is_made, is_to, refs};
use crate::source::Span;
use crate::syntax::{Node, Text, Value};

/// Whether a record makes a bucket.
pub(super) fn is_bucket(record: &Record) -> bool {
    record.kind == "aws_s3_bucket" && is_made(record)
}

/// The records of each program that was read whole: by carrier and what is made together.
pub(super) fn programs<'a>(inputs: &Inputs<'a>) -> BTreeMap<(Carrier, &'a str), Vec<&'a Record>> {
    let mut programs: BTreeMap<(Carrier, &str), Vec<&Record>> = BTreeMap::new();
    for record in inputs.records {
        // Only a program that was read whole shows what there is not; a part of a plan or of
        // a state does not.
        if matches!(record.carrier, Carrier::Terraform | Carrier::PulumiProgram | Carrier::CloudFormation) {
            programs.entry((record.carrier, program(inputs, record.carrier, record.span))).or_default().push(record);
        }
    }
    programs.retain(|_, records| records.iter().any(|record| is_bucket(record)));
    programs
}

/// What is made together: the files of a directory, or one template.
pub(super) fn program<'a>(inputs: &Inputs<'a>, carrier: Carrier, span: Span) -> &'a str {
    if carrier == Carrier::CloudFormation { inputs.sources.name(span.source) } else { directory(inputs, span) }
}

/// Whether the buckets are part of a module that others call, or their own program calls
/// modules: what is missing may be there.
pub(super) fn in_modules(inputs: &Inputs<'_>, carrier: Carrier, directory: &str, buckets: &[&Record]) -> bool {
    let of_directory = |name: &str| name.rsplit_once('/').map_or("", |(directory, _)| directory) == directory;
    carrier == Carrier::Terraform
        && (buckets.iter().all(|bucket| bucket.address.starts_with("module."))
            || inputs
                .sources
                .iter()
                .any(|(_, source)| of_directory(source.name()) && source.text().contains("module \"")))
}

/// A flag of a public access block, whatever it is called.
fn flag<'n>(block: &'n Node, name: &str) -> Option<&'n Node> {
    block.get(name).or_else(|| block.get(&capitalised(name, 0)))
}

/// What a flag says; none where that is not known. Absent is off.
pub(super) fn is_on(block: &Node, name: &str) -> Option<bool> {
    match flag(block, name).map(|node| &node.value) {
        None | Some(Value::Null) => Some(false),
        Some(Value::Bool(on)) => Some(*on),
        Some(Value::String(text)) => text.known().map(|text| text.eq_ignore_ascii_case("true")),
        Some(_) => None,
    }
}

/// Where a flag stands, or else its block.
pub(super) fn flag_span(block: &Node, name: &str, otherwise: Span) -> Span {
    flag(block, name).map_or(otherwise, |node| node.span)
}

/// The public access block of a bucket or account that a record holds.
pub(super) fn block_of(record: &Record) -> Option<&Node> {
    match record.kind.as_str() {
        "aws_s3_bucket_public_access_block" | "aws_s3_account_public_access_block" if is_made(record) => {
            Some(&record.body)
        }
        "aws_s3_bucket" => record.body.get("public_access_block_configuration"),
        _ => None,
    }
}

/// Whether a public access block is that of a bucket, given by its name or by references.
fn is_of(inputs: &Inputs<'_>, block: &Record, bucket: Option<&str>, found: &[&str]) -> bool {
    if is_bucket(block) {
        let name = block.body.get("bucket").and_then(Node::as_str);
        return found.iter().any(|r| is_to(r, block)) || bucket.is_some_and(|bucket| name == Some(bucket));
    }
    let Some(node) = block.body.get("bucket") else { return false };
    if bucket.is_some() && node.as_str() == bucket {
        return true;
    }
    let theirs = refs(node);
    let base = |reference: &str| {
        inputs.records.iter().find(|record| is_bucket(record) && is_to(reference, record)).map(|r| &r.address)
    };
    found.iter().any(|own| {
        theirs.iter().any(|other| other.as_str() == *own || base(own).is_some_and(|b| base(other) == Some(b)))
    })
}

/// Whether a flag of a public access block is on for the bucket that a policy is on: its own
/// block, or that of the account.
pub(super) fn blocked(inputs: &Inputs<'_>, policy: &AwsPolicy, at: Span, name: &str) -> Option<Span> {
    if inputs.records.is_empty() || policy.service.as_deref() != Some("s3") {
        return None;
    }
    let [(attached, _)] = policy.attached_to.as_slice() else { return None };
    bucket_blocked(inputs, attached, at, name)
}

/// The same of a bucket by its name or reference.
pub(super) fn bucket_blocked(inputs: &Inputs<'_>, bucket: &Text, at: Span, name: &str) -> Option<Span> {
    let found: Vec<&str> =
        bucket.holes().iter().flat_map(|hole| &hole.unknown.refs).map(smol_str::SmolStr::as_str).collect();
    for record in inputs.records {
        let Some(block) = block_of(record).filter(|block| is_on(block, name) == Some(true)) else { continue };
        if program(inputs, record.carrier, record.span) != program(inputs, record.carrier, at) {
            continue;
        }
        if record.kind == "aws_s3_account_public_access_block" || is_of(inputs, record, bucket.known(), &found) {
            return Some(flag_span(block, name, record.kind_span));
        }
    }
    None
}
