use super::service_common::{fault, services};
use crate::aws::document::PolicyKind;
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    if context.kind() != PolicyKind::Trust {
        return;
    }
    for (entry, text) in services(context.facts) {
        if let Some(fault) = fault(text) {
            sink.report(entry.item.span, format!("no service has the principal `{text}`"))
                .label("no such service")
                .help(format!("did you mean `{}`?", fault.meant));
        }
    }
}
