use super::service_common::{deputy, services, tells_source};
use crate::aws::document::PolicyKind;
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    let trust = context.kind() == PolicyKind::Trust && facts.allow;
    // an external id was the guard before there were source keys
    if !trust || tells_source(facts) || facts.pinned_by(&["sts:externalid"]) {
        return;
    }
    for (entry, text) in services(facts) {
        if deputy(text).is_some() {
            sink.report(
                entry.item.span,
                format!("`{text}` may be made to use this role by another account that knows its ARN"),
            )
            .label("for whom?")
            .help("pin `aws:SourceAccount` to the account of the role, and `aws:SourceArn` where it is known");
        }
    }
}
