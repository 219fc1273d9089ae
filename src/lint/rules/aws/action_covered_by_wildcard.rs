use crate::lint::{ActionFact, Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let actions = &context.facts.actions;
    let known = || actions.iter().enumerate().filter(|(_, action)| action.item.text.is_known());
    if actions.len() < 2 || !known().any(|(_, action)| action.wildcard) {
        return;
    }
    // patterns by their service, so that a long list of many services is not compared with
    // itself; those of several services under no name
    let mut wide: Vec<(&str, usize, &ActionFact<'_>)> = known()
        .filter(|(_, action)| action.wildcard)
        .map(|(index, action)| (if action.is_of_one() { action.service() } else { "" }, index, action))
        .collect();
    wide.sort_unstable_by_key(|(service, index, _)| (*service, *index));
    for (_, action) in known() {
        let covering = |service: &str| {
            let from = wide.partition_point(|(of, ..)| *of < service);
            let of_service = wide.iter().skip(from).take_while(|(of, ..)| *of == service);
            let mut covers = of_service.filter(|(.., other)| !other.is_same(action) && other.covers_item(action));
            covers.next().map(|(_, index, other)| (*index, *other))
        };
        let own = if action.is_of_one() { covering(action.service()) } else { None };
        if let Some((_, other)) = own.into_iter().chain(covering("")).min_by_key(|(index, _)| *index) {
            let (shown, by) = (action.item.text.display(), other.item.text.display());
            sink.report(action.item.span, format!("`{by}` covers `{shown}`")).related(other.item.span, "covers it");
        }
    }
}
