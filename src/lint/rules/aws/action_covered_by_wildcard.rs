use rustc_hash::FxHashSet;

use super::redundancy_common::MOST_WIDE;
use crate::lint::{ActionFact, Check, Services, Sink, StatementContext, Traits};

pub(super) const CHECK: Check = Check::AwsStatement(check);

/// A pattern under its services, with its place in the list.
type Wide<'f, 'a> = (Services, usize, &'f ActionFact<'a>);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let actions = &context.facts.actions;
    let known = || actions.iter().enumerate().filter(|(_, action)| action.item.text.is_known());
    if actions.len() < 2 || !context.facts.traits().any(Traits::WIDE) {
        return;
    }
    // patterns by their service, so that a long list of many services is not compared with itself
    let mut seen = FxHashSet::default();
    let mut wide: Vec<Wide<'_, '_>> = known()
        .filter(|(_, action)| action.wildcard && seen.insert(action.lower.as_str()))
        .take(MOST_WIDE)
        .map(|(index, action)| (action.services, index, action))
        .collect();
    wide.sort_unstable_by_key(|(services, index, _)| (*services, *index));
    let of = |services: Services| {
        let from = wide.partition_point(|(of, ..)| *of < services);
        let after = wide.partition_point(|(of, ..)| *of <= services);
        wide.get(from..after).unwrap_or_default()
    };
    let of_several = of(Services::ALL);
    // lists mostly name the actions of one service after the other
    let (mut services, mut of_service) = (Services::ALL, of_several);
    for (_, action) in known() {
        let covers = |(.., other): &&Wide<'_, '_>| !other.is_same(action) && other.covers_item(action);
        if action.services != services {
            (services, of_service) = (action.services, of(action.services));
        }
        let own = if services == Services::ALL { None } else { of_service.iter().find(covers) };
        if let Some((.., other)) =
            own.into_iter().chain(of_several.iter().find(covers)).min_by_key(|(_, index, _)| *index)
        {
            let (shown, by) = (action.item.text.display(), other.item.text.display());
            sink.report(action.item.span, format!("`{by}` covers `{shown}`")).related(other.item.span, "covers it");
        }
    }
}
