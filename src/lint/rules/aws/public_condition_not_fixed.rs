use super::guard_common::{Guard, guard, open_to_everybody};
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    let Some(everybody) = open_to_everybody(context) else { return };
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
