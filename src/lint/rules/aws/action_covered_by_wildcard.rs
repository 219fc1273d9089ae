use rustc_hash::FxHashSet;

use super::redundancy_common::MOST_WIDE;
use crate::lint::{ActionFact, Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

/// A pattern under the name of its service, with its place in the list.
type Wide<'f, 'a> = (&'f str, usize, &'f ActionFact<'a>);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let actions = &context.facts.actions;
    let known = || actions.iter().enumerate().filter(|(_, action)| action.item.text.is_known());
    if actions.len() < 2 || !known().any(|(_, action)| action.wildcard) {
        return;
    }
    // patterns by their service, so that a long list of many services is not compared with
    // itself; those of several services under no name
    let mut seen = FxHashSet::default();
    let mut wide: Vec<Wide<'_, '_>> = known()
        .filter(|(_, action)| action.wildcard && seen.insert(action.lower.as_str()))
        .take(MOST_WIDE)
        .map(|(index, action)| (if action.is_of_one() { action.service() } else { "" }, index, action))
        .collect();
    wide.sort_unstable_by_key(|(service, index, _)| (*service, *index));
    let of = |service: &str| {
        let from = wide.partition_point(|(of, ..)| *of < service);
        let after = wide.partition_point(|(of, ..)| *of <= service);
        wide.get(from..after).unwrap_or_default()
    };
    let of_several = of("");
    // lists mostly name the actions of one service after the other
    let (mut service, mut of_service) = ("", of_several);
    for (_, action) in known() {
        let covers = |(.., other): &&Wide<'_, '_>| !other.is_same(action) && other.covers_item(action);
        let one = if action.is_of_one() { action.service() } else { "" };
        if one != service {
            (service, of_service) = (one, of(one));
        }
        let own = if one.is_empty() { None } else { of_service.iter().find(covers) };
        if let Some((.., other)) =
            own.into_iter().chain(of_several.iter().find(covers)).min_by_key(|(_, index, _)| *index)
        {
            let (shown, by) = (action.item.text.display(), other.item.text.display());
            sink.report(action.item.span, format!("`{by}` covers `{shown}`")).related(other.item.span, "covers it");
        }
    }
}
