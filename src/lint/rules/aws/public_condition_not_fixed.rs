use super::guard_common::{Guard, guard, held_back};
use crate::aws::document::PolicyKind;
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    if context.kind() != PolicyKind::Resource || !facts.allow || facts.statement.conditions_unknown {
        return;
    }
    let Some(everybody) = facts.anyone().filter(|_| !held_back(context.document)) else { return };
    if facts.conditions.iter().any(|c| matches!(guard(c), Guard::Fixed | Guard::Other)) {
        return;
    }
    let Some(open) = facts.conditions.iter().find(|c| guard(c) == Guard::Wide) else { return };
    let key = open.condition.key.display();
    let what = facts.actions.first().map_or("this".into(), |a| format!("`{}`", a.item.text.display()));
    sink.report(
        open.condition.values_span,
        format!("{what} is open to everybody: the values of `{key}` let strangers through"),
    )
    .related(everybody, "everybody")
    .help("pin `aws:PrincipalOrgID` or `aws:PrincipalAccount`, or name the principals");
}
