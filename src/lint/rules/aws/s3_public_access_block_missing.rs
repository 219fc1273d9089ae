use super::bucket_common::{block_of, in_modules, is_bucket, programs};
use crate::carrier::record::Record;
use crate::lint::rules::record_common::{is_to, refs};
use crate::lint::{Check, Inputs, Sink};
use crate::syntax::Node;

pub(super) const CHECK: Check = Check::Model(check);

/// Says so once for each program: it is one habit, not a mistake for each bucket.
fn check(inputs: &Inputs<'_>, sink: &mut Sink<'_>) {
    for ((carrier, of), records) in programs(inputs) {
        let account = |record: &Record| record.kind == "aws_s3_account_public_access_block";
        let buckets: Vec<&Record> = records.iter().filter(|record| is_bucket(record)).copied().collect();
        if records.iter().any(|record| account(record)) || in_modules(inputs, carrier, of, &buckets) {
            continue;
        }
        let open: Vec<&Record> = buckets.into_iter().filter(|bucket| !has_block(bucket, &records)).collect();
        let [first, others @ ..] = open.as_slice() else { continue };
        let more = match others.len() {
            0 => String::new(),
            1 => " (nor has another bucket here)".to_owned(),
            n => format!(" (nor have {n} other buckets here)"),
        };
        let finding = sink.report(
            first.kind_span,
            format!(
                "`{}` declares no public access block{more}: nothing here keeps the one that S3 gives new buckets",
                first.address
            ),
        );
        finding.label("no block declared").help("declare one with all four flags on, or one for the account");
        finding.unit = first.span;
        finding.unit_name = first.address.clone();
    }
}

fn has_block(bucket: &Record, records: &[&Record]) -> bool {
    if block_of(bucket).is_some() {
        return true;
    }
    let name = bucket.body.get("bucket").and_then(Node::as_str);
    records.iter().any(|record| {
        let Some(node) = block_of(record).and_then(|_| record.body.get("bucket")) else {
            // components of other providers may block what they are given
            return !record.kind.starts_with("aws_") && takes(record, bucket);
        };
        let found = refs(node);
        found.iter().any(|reference| is_to(reference, bucket))
            || node.as_str().is_some() && node.as_str() == name
            // a bucket that is not known may be this one
            || (!found.is_empty() && !found.iter().any(|r| r.starts_with("aws_s3_bucket.")))
    })
}

/// Whether a resource of another provider takes the bucket.
fn takes(other: &Record, bucket: &Record) -> bool {
    let entries = other.body.as_map().unwrap_or(&[]);
    entries.iter().any(|entry| refs(&entry.value).iter().any(|reference| is_to(reference, bucket)))
}
