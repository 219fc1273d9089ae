use crate::carrier::declaration::Carrier;
use crate::lint::rules::record_common::{is_absent, is_made, is_to, refs, together};
use crate::lint::{Check, RecordContext, Sink};

pub(super) const CHECK: Check = Check::Record(check);

fn check(context: &RecordContext<'_>, sink: &mut Sink<'_>) {
    let record = context.record;
    if record.kind != "aws_s3_bucket" || !is_made(record) || !is_absent(&record.body, "policy") {
        return;
    }
    // Only a program that was read whole shows that there is no policy; a part of a plan
    // or of a state does not.
    if !matches!(record.carrier, Carrier::Terraform | Carrier::PulumiProgram | Carrier::CloudFormation) {
        return;
    }
    let inputs = context.inputs;
    let mut near = inputs.records.iter().filter(|other| together(inputs, other, record));
    let policed = near.any(|other| {
        let Some(bucket) = (other.kind == "aws_s3_bucket_policy").then(|| other.body.get("bucket")).flatten() else {
            // Modules and components may give the bucket a policy.
            return !other.kind.starts_with("aws_") && refers(other, record);
        };
        let found = refs(bucket);
        // A policy whose bucket is not known may be this one's.
        let elsewhere = inputs.records.iter().any(|bucket| {
            bucket.kind == "aws_s3_bucket" && bucket.address != record.address && found.iter().any(|r| is_to(r, bucket))
        });
        let named = bucket.as_str().zip(record.body.get("bucket").and_then(|node| node.as_str()));
        match named {
            Some((theirs, ours)) => theirs == ours,
            None => !elsewhere,
        }
    });
    if policed || in_module(context) {
        return;
    }
    sink.report(
        record.kind_span,
        format!("nothing makes users of `{}` come over TLS: it has no bucket policy", record.address),
    )
    .label("no policy")
    .help("deny `s3:*` to everybody where `aws:SecureTransport` is false");
}

/// Whether a resource of another provider takes the bucket.
fn refers(other: &crate::carrier::record::Record, bucket: &crate::carrier::record::Record) -> bool {
    let entries = other.body.as_map().unwrap_or(&[]);
    entries.iter().any(|entry| refs(&entry.value).iter().any(|reference| is_to(reference, bucket)))
}

/// Whether the bucket is part of a module that others call, or its own program calls
/// modules: either may give it a policy.
fn in_module(context: &RecordContext<'_>) -> bool {
    if context.record.carrier != Carrier::Terraform {
        return false;
    }
    let directory = crate::lint::rules::record_common::directory(context.inputs, context.record.span);
    let of_directory = |name: &str| name.rsplit_once('/').map_or("", |(directory, _)| directory) == directory;
    context.record.address.starts_with("module.")
        || context
            .inputs
            .sources
            .iter()
            .any(|(_, source)| of_directory(source.name()) && source.text().contains("module \""))
}
