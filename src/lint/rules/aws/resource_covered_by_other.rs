use rustc_hash::FxHashSet;

use super::redundancy_common::MOST_WIDE;
use crate::lint::{Check, ResourceFact, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let resources = &context.facts.resources;
    if resources.len() < 2 {
        return;
    }
    let plain = |resource: &&ResourceFact<'_>| resource.item.text.is_known() && !resource.text.contains("${");
    let mut seen = FxHashSet::default();
    let wide = resources.iter().filter(|r| r.text.contains('*') && plain(r) && seen.insert(r.text));
    let wide: Vec<_> = wide.take(MOST_WIDE).collect();
    if wide.is_empty() {
        return;
    }
    for resource in resources.iter().filter(plain) {
        let covers = |other: &&&ResourceFact<'_>| other.text != resource.text && other.covers_item(resource);
        if let Some(other) = wide.iter().find(covers) {
            let (shown, by) = (resource.text, other.text);
            sink.report(resource.item.span, format!("`{by}` covers `{shown}`")).related(other.item.span, "covers it");
        }
    }
}
