use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

/// One call of any of these makes the holder administrator.
const RAISE: [(&str, &str); 4] = [
    ("iam:attachuserpolicy", "iam:AttachUserPolicy"),
    ("iam:attachrolepolicy", "iam:AttachRolePolicy"),
    ("iam:putuserpolicy", "iam:PutUserPolicy"),
    ("iam:putrolepolicy", "iam:PutRolePolicy"),
];

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    if !facts.not_action || facts.conditional || !context.grants() || facts.any_resource().is_none() {
        return;
    }
    let Some(list) = &facts.statement.action else { return };
    if list.unknown {
        return;
    }
    let open = RAISE.iter().find(|(lower, _)| facts.applies_to(lower).is_some() && !denied(context, lower));
    let Some((_, action)) = open else { return };
    let message = format!("this allows every action that is not listed, `{action}` among them");
    sink.report(list.key_span, message)
        .label("`iam:*` is not listed")
        .witness(format!("{action} on arn:aws:iam::111122223333:user/x"))
        .help("list the actions that are needed under `Action`, or add `iam:*` to the list")
        .granted_by(list.key_span);
}

/// Whether the document denies an action everywhere without condition.
fn denied(context: &StatementContext<'_>, action: &str) -> bool {
    context.document().statements.iter().any(|other| {
        let covers = other.not_action || other.actions.iter().any(|item| item.covers(action));
        other.deny
            && !other.conditional
            && other.any_resource().is_some()
            && !other.not_resource
            && covers
            && other.applies_to(action).is_some()
    })
}
