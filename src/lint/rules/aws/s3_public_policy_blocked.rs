use super::bucket_common::blocked;
use super::guard_common::open_to_all;
use crate::aws::document::PolicyKind;
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    if context.kind() != PolicyKind::Resource || !facts.allow || !open_to_all(facts) {
        return;
    }
    let Some(everybody) = facts.anyone() else { return };
    let policy = context.document().policy;
    let at = context.document().document.span;
    if let Some(block) = blocked(context.inputs(), policy, at, "block_public_policy") {
        sink.report(
            everybody,
            "S3 refuses this policy: it is public, and the public access block refuses public policies",
        )
        .label("public")
        .related(block, "refuses public policies")
        .help("name the principals; what visitors of a site should see goes through CloudFront");
    } else if let Some(block) = blocked(context.inputs(), policy, at, "restrict_public_buckets") {
        sink.report(
            everybody,
            "this lets in nobody but the own account: the public access block restricts public policies",
        )
        .label("public")
        .related(block, "restricts what is public")
        .help("name the principals that are meant");
    }
}
