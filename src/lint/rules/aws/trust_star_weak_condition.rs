use super::guard_common::{Guard, guard};
use crate::aws::document::PolicyKind;
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    if context.kind() != PolicyKind::Trust || !facts.allow || facts.statement.conditions_unknown {
        return;
    }
    let Some(span) = facts.anyone().filter(|_| !facts.conditions.is_empty()) else { return };
    if !facts.conditions.iter().all(|condition| matches!(guard(condition), Guard::Weak | Guard::Wide)) {
        return;
    }
    let keys: Vec<String> = facts.conditions.iter().map(|c| format!("`{}`", c.condition.key.display())).collect();
    let message = format!("everybody may assume this role: {} does not tell who calls", keys.join(" with "));
    let finding = sink.report(span, message);
    finding.label("everybody").help("name the principals, or pin `aws:PrincipalOrgID` to your organization");
    if let Some(condition) = facts.conditions.first() {
        finding.related(condition.condition.key_span, "no limit on who");
    }
}
