use crate::aws::document::PolicyKind;
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    if context.kind() != PolicyKind::Rcp || !facts.deny || facts.conditional || facts.not_resource {
        return;
    }
    if let Some(resource) = facts.any_resource() {
        sink.report(resource, "this denies everybody, administrators and services of AWS included, on every resource")
            .help("limit it by a condition on who calls, or to the resources that are meant");
    }
}
