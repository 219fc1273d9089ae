use super::bucket_common::{bucket_blocked, is_bucket};
use crate::carrier::record::Record;
use crate::lint::rules::record_common::is_made;
use crate::lint::{Check, RecordContext, Severity, Sink};
use crate::syntax::Node;

pub(super) const CHECK: Check = Check::Record(check);

/// Canned lists that let everybody in, as Terraform and CloudFormation spell them.
const PUBLIC: &[(&str, &str, Severity)] = &[
    ("public-read", "list what the bucket holds", Severity::High),
    ("publicread", "list what the bucket holds", Severity::High),
    ("public-read-write", "list the bucket and write into it", Severity::Critical),
    ("publicreadwrite", "list the bucket and write into it", Severity::Critical),
    ("authenticated-read", "list what the bucket holds, with any AWS account of theirs", Severity::High),
    ("authenticatedread", "list what the bucket holds, with any AWS account of theirs", Severity::High),
];

fn check(context: &RecordContext<'_>, sink: &mut Sink<'_>) {
    let record = context.record;
    if !matches!(record.kind.as_str(), "aws_s3_bucket" | "aws_s3_bucket_acl") {
        return;
    }
    let node = record.body.get("acl");
    let Some((text, node)) = node.and_then(|node| Some((node.as_str()?, node))).filter(|_| is_made(record)) else {
        return;
    };
    let lower = text.to_ascii_lowercase();
    let Some((_, what, severity)) = PUBLIC.iter().find(|(name, _, _)| *name == lower) else { return };
    if blocked(context, record) {
        return;
    }
    let message = format!("`{text}` lets everybody {what}");
    sink.report(node.span, message)
        .label("everybody")
        .severity(*severity)
        .help("leave the list out, and give access by policy to named principals or to CloudFront");
}

/// Whether a public access block of the bucket keeps the list from working.
fn blocked(context: &RecordContext<'_>, record: &Record) -> bool {
    let inputs = context.inputs;
    let flags = ["block_public_acls", "ignore_public_acls"];
    let own = if is_bucket(record) {
        crate::syntax::Text::unknown(crate::source::Unknown::new(
            vec![format!("{}.id", record.address).into()],
            record.kind_span,
        ))
    } else {
        match record.body.get("bucket") {
            Some(Node { value: crate::syntax::Value::String(text), .. }) => text.clone(),
            Some(Node { value: crate::syntax::Value::Unknown(unknown), .. }) => {
                crate::syntax::Text::unknown(unknown.clone())
            }
            _ => return false,
        }
    };
    flags.iter().any(|flag| bucket_blocked(inputs, &own, record.span, flag).is_some())
}
