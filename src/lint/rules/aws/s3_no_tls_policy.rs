use std::collections::BTreeSet;

use super::bucket_common::{in_modules, is_bucket, program, programs};
use crate::carrier::declaration::{Declaration, Item};
use crate::carrier::record::Record;
use crate::lint::rules::record_common::{is_absent, is_to, refs};
use crate::lint::{Check, Inputs, Severity, Sink};

pub(super) const CHECK: Check = Check::Model(check);

/// Says so once for each program: it is one habit, not a mistake for each bucket. Where
/// other buckets of the program refuse plain HTTP, each that does not was forgotten.
fn check(inputs: &Inputs<'_>, sink: &mut Sink<'_>) {
    let careful = refusing_http(inputs);
    for ((carrier, of), records) in programs(inputs) {
        let mine = |record: &&&Record| is_bucket(record) && is_absent(&record.body, "policy");
        let buckets = records.iter().filter(mine).copied();
        let open: Vec<&Record> = buckets.filter(|bucket| !policed(&records, bucket)).collect();
        if open.is_empty() || in_modules(inputs, carrier, of, &open) {
            continue;
        }
        if careful.contains(of) {
            for bucket in open {
                let message = format!("`{}` takes plain HTTP, other buckets here refuse it", bucket.address);
                report(bucket, message, Severity::Low, sink);
            }
        } else if let [first, others @ ..] = open.as_slice() {
            let more = match others.len() {
                0 => String::new(),
                1 => " (nor does another bucket here)".to_owned(),
                n => format!(" (nor do {n} other buckets here)"),
            };
            let message = format!("`{}` has no bucket policy that refuses plain HTTP{more}", first.address);
            report(first, message, Severity::Info, sink);
        }
    }
}

fn report(bucket: &Record, message: String, severity: Severity, sink: &mut Sink<'_>) {
    let finding = sink.report(bucket.kind_span, message);
    finding
        .label("no policy")
        .severity(severity)
        .help("deny `s3:*` to everybody where `aws:SecureTransport` is `false`");
    finding.unit = bucket.span;
    finding.unit_name = bucket.address.clone();
}

/// Whether the bucket has a policy, or may have one, among the records of its program.
fn policed(records: &[&Record], record: &Record) -> bool {
    records.iter().any(|other| {
        let Some(bucket) = (other.kind == "aws_s3_bucket_policy").then(|| other.body.get("bucket")).flatten() else {
            // Modules and components may give the bucket a policy.
            return !other.kind.starts_with("aws_") && refers(other, record);
        };
        let found = refs(bucket);
        // A policy whose bucket is not known may be this one's.
        let elsewhere = records.iter().any(|bucket| {
            is_bucket(bucket) && bucket.address != record.address && found.iter().any(|r| is_to(r, bucket))
        });
        let named = bucket.as_str().zip(record.body.get("bucket").and_then(|node| node.as_str()));
        match named {
            Some((theirs, ours)) => theirs == ours,
            None => !elsewhere,
        }
    })
}

/// Whether a resource of another provider takes the bucket.
fn refers(other: &Record, bucket: &Record) -> bool {
    let entries = other.body.as_map().unwrap_or(&[]);
    entries.iter().any(|entry| refs(&entry.value).iter().any(|reference| is_to(reference, bucket)))
}

/// The programs in which a bucket policy refuses plain HTTP.
fn refusing_http<'a>(inputs: &Inputs<'a>) -> BTreeSet<&'a str> {
    let policies = inputs.model.aws.resource_policies.iter().filter_map(|id| inputs.model.declaration(*id));
    let refuses = |policy: &&Declaration| match &policy.item {
        Item::AwsPolicy(policy) => {
            policy.service.as_deref() == Some("s3") && {
                let conditions = policy.document.statements.iter().flat_map(|statement| &statement.conditions);
                conditions.into_iter().any(|c| c.key.raw().eq_ignore_ascii_case("aws:SecureTransport"))
            }
        }
        _ => false,
    };
    policies.filter(refuses).map(|policy| program(inputs, policy.carrier, policy.span)).collect()
}
