use crate::aws::document::PolicyKind;
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    if context.kind() != PolicyKind::Trust || !facts.allow || facts.not_action {
        return;
    }
    for action in facts.actions.iter().filter(|action| action.wildcard) {
        if action.covers("sts:*") {
            let shown = action.item.text.display();
            sink.report(
                action.item.span,
                format!("`{shown}` also lets the principal name tags and an identity of its session"),
            )
            .help("list the action that is meant, such as `sts:AssumeRole`");
        }
    }
}
