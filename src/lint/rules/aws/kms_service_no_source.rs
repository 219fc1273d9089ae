use super::resource_common::service_of;
use super::service_common::{name, services, tells_source};
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

/// Services that send no source when they use a key. Source: their guides.
const SILENT: &[&str] = &["events", "cloudwatch", "autoscaling", "ses", "delivery.logs", "codestar-notifications"];

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    if !facts.allow || service_of(context.document) != Some("kms") || tells_source(facts) {
        return;
    }
    let limits = ["kms:encryptioncontext*", "kms:viaservice", "kms:calleraccount", "kms:grantisforawsresource"];
    if facts.pinned_by(&limits) {
        return;
    }
    for (entry, text) in services(facts) {
        if !name(text).is_some_and(|name| SILENT.contains(&name.as_str())) {
            sink.report(entry.item.span, format!("`{text}` uses this key for any of its customers"))
                .label("for whom?")
                .help("pin `aws:SourceAccount`, `aws:SourceArn` or the encryption context");
        }
    }
}
