use crate::aws::document::PolicyKind;
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    if context.kind() != PolicyKind::Trust || !facts.allow || !facts.not_action {
        return;
    }
    if let Some(list) = &facts.statement.action {
        sink.report(list.key_span, "`NotAction` allows every way to assume the role that it does not list")
            .help("list the action that is meant, such as `sts:AssumeRole`");
    }
}
