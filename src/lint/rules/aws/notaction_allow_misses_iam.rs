use crate::lint::holding::Holding;
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
    let holding = Holding::of(context.document());
    let open = |(lower, action): &(&str, &'static str)| {
        facts.applies_to(lower)?;
        Some((*action, holding.surely(lower, "*")?))
    };
    let open = RAISE.iter().filter_map(open).min_by_key(|(_, capped)| capped.is_some());
    let Some((action, capped)) = open else { return };
    let message = format!("this allows every action that is not listed, `{action}` among them");
    sink.report(list.key_span, message)
        .label("`iam:*` is not listed")
        .witness(format!("{action} on arn:aws:iam::111122223333:user/x"))
        .help("list the actions that are needed under `Action`, or add `iam:*` to the list")
        .granted_by(list.key_span)
        .capped(capped);
}
