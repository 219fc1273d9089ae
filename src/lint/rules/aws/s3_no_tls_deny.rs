use super::resource_common::whole;
use crate::aws::document::PolicyKind;
use crate::lint::{Check, DocumentContext, Sink};

pub(super) const CHECK: Check = Check::AwsDocument(check);

fn check(context: &DocumentContext<'_>, sink: &mut Sink<'_>) {
    let policy = context.policy;
    let bucket = context.kind == PolicyKind::Resource && policy.service.as_deref() == Some("s3");
    if !bucket || policy.kind_guessed || !whole(context) || context.statements.is_empty() {
        return;
    }
    let about = |key: &str| matches!(key, "aws:securetransport" | "s3:tlsversion");
    let guarded = context.statements.iter().any(|facts| {
        facts.statement.conditions_unknown || (facts.deny && facts.conditions.iter().any(|c| about(&c.key)))
    });
    if !guarded {
        sink.report(context.document.span, "nothing denies requests without TLS")
            .help("deny `s3:*` to `*` where `aws:SecureTransport` is `false`");
    }
}
