use super::service_common::report_unknown;
use crate::aws::document::PolicyKind;
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    if context.kind() == PolicyKind::Trust {
        report_unknown(context.facts, sink);
    }
}
