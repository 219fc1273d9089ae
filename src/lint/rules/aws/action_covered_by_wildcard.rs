use rustc_hash::FxHashMap;

use crate::lint::{ActionFact, Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let actions = &context.facts.actions;
    let wide = || actions.iter().enumerate().filter(|(_, action)| action.wildcard && action.item.text.is_known());
    if wide().next().is_none() || actions.len() < 2 {
        return;
    }
    // patterns of one service by its name, the others by no name: in the order of the list
    let mut by_service: FxHashMap<&str, Vec<(usize, &ActionFact<'_>)>> = FxHashMap::default();
    for (index, action) in wide() {
        let service = action.service();
        let service = if service.contains(['*', '?']) || !action.lower.contains(':') { "" } else { service };
        by_service.entry(service).or_default().push((index, action));
    }
    for action in actions.iter().filter(|action| action.item.text.is_known()) {
        let covering = |service: &str| {
            let covers =
                |other: &&(usize, &ActionFact<'_>)| other.1.lower != action.lower && other.1.covers(&action.lower);
            by_service.get(service).and_then(|wide| wide.iter().find(covers))
        };
        let own = if action.service().is_empty() { None } else { covering(action.service()) };
        if let Some((_, other)) = own.into_iter().chain(covering("")).min_by_key(|(index, _)| *index) {
            let (shown, by) = (action.item.text.display(), other.item.text.display());
            sink.report(action.item.span, format!("`{by}` covers `{shown}`")).related(other.item.span, "covers it");
        }
    }
}
