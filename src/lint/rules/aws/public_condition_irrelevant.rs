use super::guard_common::{Guard, guard, open_to_everybody};
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    let Some(everybody) = open_to_everybody(context) else { return };
    let Some(open) = facts.conditions.first().filter(|_| facts.conditions.iter().all(|c| guard(c) == Guard::Weak))
    else {
        return;
    };
    let key = open.condition.key.display();
    let what = facts.actions.first().map_or("this".into(), |a| format!("`{}`", a.item.text.display()));
    sink.report(everybody, format!("{what} is open to everybody: `{key}` does not tell who calls"))
        .related(open.condition.key_span, "no limit on who")
        .help("pin `aws:PrincipalOrgID` or `aws:PrincipalAccount`, or name the principals");
}
