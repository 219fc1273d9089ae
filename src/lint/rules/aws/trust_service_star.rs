use super::service_common::services;
use crate::aws::document::PolicyKind;
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    if context.kind() != PolicyKind::Trust || !context.facts.allow {
        return;
    }
    for (entry, _) in services(context.facts).filter(|(_, text)| *text == "*") {
        sink.report(entry.item.span, "every AWS service may assume this role, for whoever tells it to")
            .label("every service")
            .help("name the service");
    }
}
