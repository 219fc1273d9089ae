use std::collections::BTreeMap;

use crate::carrier::declaration::{Carrier, Item};
use crate::carrier::record::Record;
use crate::lint::rules::record_common::{directory, is_absent, is_made, is_to, refs, together};
use crate::lint::{Check, Inputs, Severity, Sink};

pub(super) const CHECK: Check = Check::Model(check);

/// Says so once for each program: it is one habit, not a mistake for each bucket. Where
/// other buckets of the program refuse plain HTTP, each that does not was forgotten.
fn check(inputs: &Inputs<'_>, sink: &mut Sink<'_>) {
    let mut programs: BTreeMap<(Carrier, &str), Vec<&Record>> = BTreeMap::new();
    for record in inputs.records.iter().filter(|record| record.kind == "aws_s3_bucket") {
        // Only a program that was read whole shows that there is no policy; a part of a plan
        // or of a state does not.
        let whole = matches!(record.carrier, Carrier::Terraform | Carrier::PulumiProgram | Carrier::CloudFormation);
        if whole && is_made(record) && is_absent(&record.body, "policy") {
            programs.entry((record.carrier, directory(inputs, record.span))).or_default().push(record);
        }
    }
    for ((carrier, directory), buckets) in programs {
        let open: Vec<&Record> = buckets.into_iter().filter(|bucket| !policed(inputs, bucket)).collect();
        if open.is_empty() || in_modules(inputs, carrier, directory, &open) {
            continue;
        }
        if refuses_http(inputs, directory) {
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

/// Whether the bucket has a policy, or may have one.
fn policed(inputs: &Inputs<'_>, record: &Record) -> bool {
    inputs.records.iter().any(|other| {
        let policy = other.kind == "aws_s3_bucket_policy";
        // Whether it is near is asked last: most records are neither.
        if !policy && (other.kind.starts_with("aws_") || !refers(other, record)) || !together(inputs, other, record) {
            return false;
        }
        let Some(bucket) = policy.then(|| other.body.get("bucket")).flatten() else {
            // Modules and components may give the bucket a policy.
            return !policy;
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
    })
}

/// Whether a resource of another provider takes the bucket.
fn refers(other: &Record, bucket: &Record) -> bool {
    let entries = other.body.as_map().unwrap_or(&[]);
    entries.iter().any(|entry| refs(&entry.value).iter().any(|reference| is_to(reference, bucket)))
}

/// Whether the buckets are part of a module that others call, or their own program calls
/// modules: either may give them a policy.
fn in_modules(inputs: &Inputs<'_>, carrier: Carrier, directory: &str, buckets: &[&Record]) -> bool {
    let of_directory = |name: &str| name.rsplit_once('/').map_or("", |(directory, _)| directory) == directory;
    carrier == Carrier::Terraform
        && (buckets.iter().all(|bucket| bucket.address.starts_with("module."))
            || inputs
                .sources
                .iter()
                .any(|(_, source)| of_directory(source.name()) && source.text().contains("module \"")))
}

/// Whether a bucket policy of the directory refuses plain HTTP.
fn refuses_http(inputs: &Inputs<'_>, of: &str) -> bool {
    let policies = inputs.model.aws.resource_policies.iter().filter_map(|id| inputs.model.declaration(*id));
    policies.filter(|policy| directory(inputs, policy.span) == of).any(|policy| match &policy.item {
        Item::AwsPolicy(policy) => {
            policy.service.as_deref() == Some("s3") && {
                let conditions = policy.document.statements.iter().flat_map(|statement| &statement.conditions);
                conditions.into_iter().any(|c| c.key.raw().eq_ignore_ascii_case("aws:SecureTransport"))
            }
        }
        _ => false,
    })
}
