use super::service_common::{deputy, report_services, services, tells_source};
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
    let deputies = services(facts).filter(|(_, text)| deputy(text).is_some());
    report_services(deputies, "use this role for another account that knows its ARN", sink, |finding| {
        finding
            .label("for whom?")
            .help("pin `aws:SourceAccount` to the account of the role, and `aws:SourceArn` where it is known");
    });
}
