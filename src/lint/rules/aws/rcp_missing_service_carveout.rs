use crate::aws::document::PolicyKind;
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    if context.kind() != PolicyKind::Rcp || !facts.deny || facts.statement.conditions_unknown {
        return;
    }
    let guards =
        ["aws:principalisawsservice", "aws:principalservicename", "aws:principaltype", "aws:principalservicenameslist"];
    if facts.conditions.iter().any(|c| guards.contains(&c.key.as_str())) {
        return;
    }
    // who sets these tags is no service: they give names of their own
    let tags = |key: &str| key == "aws:tagkeys" || key.starts_with("aws:requesttag/");
    if facts.conditions.iter().any(|c| tags(&c.key) && c.fails_without_key()) {
        return;
    }
    let about = ["aws:principalorgid", "aws:principalorgpaths", "aws:principalaccount"];
    if let Some(condition) = facts.conditions.iter().find(|c| c.negated && about.contains(&c.key.as_str())) {
        let name = condition.condition.key.display();
        sink.report(
            condition.condition.key_span,
            format!("services of AWS have no `{name}`, so this denies them too: logs, replication and backups stop"),
        )
        .help("add `\"BoolIfExists\": {\"aws:PrincipalIsAWSService\": \"false\"}`");
    }
}
