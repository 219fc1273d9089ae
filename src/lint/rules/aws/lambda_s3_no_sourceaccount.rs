use super::bucket_common::is_bucket;
use super::condition_common::texts;
use super::resource_common::service_of;
use super::service_common::{name, services};
use crate::lint::{Check, Sink, StatementContext};
use crate::syntax::Node;

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    if !facts.allow || facts.pinned_by(&["aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths"]) {
        return;
    }
    if !services(facts).any(|(_, text)| name(text).as_deref() == Some("s3")) {
        return;
    }
    if !service_of(context.document()).is_some_and(|service| matches!(service, "lambda" | "sns" | "sqs")) {
        return;
    }
    for condition in facts.conditions_on("aws:sourcearn").filter(|c| !c.negated && c.operator != "null") {
        for (value, span) in texts(condition) {
            if value.contains(":s3:::") && !is_made_here(context, &value) {
                sink.report(span, format!("`{value}` has no account: who takes the name of the bucket later gets in"))
                    .help("pin `aws:SourceAccount` as well");
            }
        }
    }
}

/// Whether the bucket is made by what is checked: it goes when what it may call goes.
fn is_made_here(context: &StatementContext<'_>, arn: &str) -> bool {
    let name = arn.rsplit(':').next();
    let mut buckets = context.inputs().records.iter().filter(|record| is_bucket(record));
    buckets.any(|bucket| {
        let named = bucket.body.get("bucket").or_else(|| bucket.body.get("BucketName"));
        named.and_then(Node::as_str) == name
    })
}
