use std::collections::hash_map::Entry;

use rustc_hash::FxHashMap;

use super::condition_common::texts;
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    for condition in context.facts.conditions.iter().filter(|condition| condition.condition.values.len() > 1) {
        let values = texts(condition);
        let mut seen = FxHashMap::default();
        for (value, span) in &values {
            match seen.entry(value) {
                Entry::Occupied(first) => {
                    let found = sink.report(*span, format!("`{value}` is listed twice"));
                    found.related(*first.get(), "listed here first");
                }
                Entry::Vacant(first) => {
                    first.insert(*span);
                }
            }
        }
    }
}
