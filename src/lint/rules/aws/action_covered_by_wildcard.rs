use crate::lint::{ActionFact, Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let actions = &context.facts.actions;
    let wide: Vec<_> = actions.iter().filter(|action| action.wildcard && action.item.text.is_known()).collect();
    if wide.is_empty() {
        return;
    }
    for action in actions.iter().filter(|action| action.item.text.is_known()) {
        let covers = |other: &&&ActionFact<'_>| other.lower != action.lower && other.covers(&action.lower);
        if let Some(other) = wide.iter().find(covers) {
            let (shown, by) = (action.item.text.display(), other.item.text.display());
            sink.report(action.item.span, format!("`{by}` covers `{shown}`")).related(other.item.span, "covers it");
        }
    }
}
