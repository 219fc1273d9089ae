use super::key_common::{Taking, named_actions, of_a_service};
use crate::lint::{ActionFact, Asked, Check, Sink, StatementContext, StatementFacts};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    let mut conditions = of_a_service(facts).peekable();
    if !facts.allow || conditions.peek().is_none() {
        return;
    }
    let Some(actions) = named_actions(facts) else { return };
    for condition in conditions {
        let mut taking = Taking::new(&condition.key);
        let without = actions.iter().enumerate().filter(|(_, action)| !taking.by(**action)).map(|(at, _)| at);
        let without: Vec<usize> = without.collect();
        if without.is_empty() || without.len() == actions.len() {
            continue;
        }
        // an action that another statement grants is granted there
        let elsewhere = |action: &&ActionFact<'_>| {
            let asked = Asked::new(&action.lower);
            let grants = |other: &StatementFacts<'_>| other.allow && other.applies_to_asked(&asked).is_some();
            let statements = context.document().statements.iter().enumerate();
            statements.filter(|(at, _)| *at != context.index()).any(|(_, other)| grants(other))
        };
        let lost: Vec<_> =
            without.iter().filter_map(|at| facts.actions.get(*at)).filter(|action| !elsewhere(action)).collect();
        let Some(first) = lost.first() else { continue };
        let (key, shown) = (condition.condition.key.display(), first.item.text.display());
        let more = if lost.len() > 1 {
            if lost.len() == 2 {
                " (nor is one other)".to_owned()
            } else {
                format!(" (nor are {} others)", lost.len() - 1)
            }
        } else {
            String::new()
        };
        sink.report(first.item.span, format!("`{shown}` is not granted here{more}: its requests never carry `{key}`"))
            .label("has no such key")
            .related(condition.condition.key_span, "must be in the request")
            .help("give these actions a statement of their own");
    }
}
