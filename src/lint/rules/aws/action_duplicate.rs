use rustc_hash::FxHashMap;

use crate::lint::{Check, Sink, StatementContext};
use crate::source::Span;

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let actions = &context.facts.actions;
    if actions.len() < 2 || !context.facts.may_repeat_actions() {
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
