use super::key_common::{Taking, named_actions, of_a_service};
use crate::aws::catalog::catalog;
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    let mut conditions = of_a_service(facts).peekable();
    if conditions.peek().is_none() {
        return;
    }
    let Some(actions) = named_actions(facts) else { return };
    for condition in conditions {
        let mut taking = Taking::new(&condition.key);
        if actions.iter().any(|action| taking.by(*action)) {
            continue;
        }
        let (key, one) = (condition.condition.key.display(), facts.actions.first().map_or("", |a| a.item.text.raw()));
        let so = if facts.allow { "this grants nothing" } else { "this denies nothing" };
        let none = if actions.len() == 1 { format!("`{one}` has no") } else { "no action here has a".to_owned() };
        sink.report(
            condition.condition.key_span,
            format!("{none} condition key `{key}` (as of {}): {so}", catalog().date()),
        )
        .label("never in such a request")
        .related(facts.statement.action.as_ref().map_or(condition.condition.key_span, |a| a.span), "these actions")
        .help(format!("take the key out, or put the actions that it belongs to (`{}:…`) in", prefix(&key)));
    }
}

fn prefix(key: &str) -> &str {
    key.split(':').next().unwrap_or(key)
}
