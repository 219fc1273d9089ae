use rustc_hash::FxHashMap;

use crate::lint::{Check, Sink, StatementContext};
use crate::source::Span;

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let actions = &context.facts.actions;
    // nearly every list is told apart by its numbers
    let mut prints: Vec<u64> = actions.iter().map(|action| action.print()).collect();
    prints.sort_unstable();
    if prints.windows(2).all(|pair| !matches!(pair, [a, b] if a == b)) {
        return;
    }
    let mut seen: FxHashMap<&str, Span> = FxHashMap::default();
    for action in actions.iter().filter(|action| action.item.text.is_known()) {
        if let Some(first) = seen.insert(&action.lower, action.item.span) {
            let shown = action.item.text.display();
            sink.report(action.item.span, format!("`{shown}` is listed twice")).related(first, "listed here first");
        }
    }
}
