use super::resource_common::whole;
use crate::aws::document::PolicyKind;
use crate::lint::{Check, DocumentContext, Sink};

pub(super) const CHECK: Check = Check::AwsDocument(check);

fn check(context: &DocumentContext<'_>, sink: &mut Sink<'_>) {
    let key = context.kind == PolicyKind::Resource && context.policy.service.as_deref() == Some("kms");
    if !key || !whole(context) || context.statements.is_empty() {
        return;
    }
    if !context.statements.iter().any(|facts| facts.allow && facts.applies_to("kms:putkeypolicy").is_some()) {
        sink.report(context.document.span, "nobody may change this key policy, not even the account's administrators")
            .label("no `kms:PutKeyPolicy`")
            .help("allow `kms:*` to the account's `root`");
    }
}
