use super::key_common::{Taking, named_actions};
use crate::lint::{Check, ConditionFact, Severity, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    let about =
        |c: &&ConditionFact<'_>| c.key.starts_with("aws:resourcetag/") && c.pins() && c.condition.key.is_known();
    if !facts.conditions.iter().any(|c| about(&c)) {
        return;
    }
    let Some(actions) = named_actions(facts) else { return };
    for condition in facts.conditions.iter().filter(about) {
        let mut taking = Taking::new(&condition.key);
        if actions.iter().any(|action| taking.by(*action)) {
            continue;
        }
        let key = condition.condition.key.display();
        let (so, severity) = if facts.deny {
            ("so this denies nothing", sink.severity())
        } else {
            ("so this grants nothing", Severity::Low)
        };
        sink.report(
            condition.condition.key_span,
            format!("none of these actions is told the tags of its resource (`{key}`), {so}"),
        )
        .label("never in such a request")
        .severity(severity)
        .related(facts.statement.action.as_ref().map_or(condition.condition.key_span, |a| a.span), "these actions")
        .help("limit them by the ARNs of resources instead");
    }
}
