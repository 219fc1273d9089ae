use rustc_hash::FxHashMap;

use crate::lint::{Check, Sink, StatementContext};
use crate::source::Span;

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let mut seen: FxHashMap<&str, Span> = FxHashMap::default();
    for resource in context.facts.resources.iter().filter(|resource| resource.item.text.is_known()) {
        if let Some(first) = seen.insert(resource.text, resource.item.span) {
            let text = resource.text;
            sink.report(resource.item.span, format!("`{text}` is listed twice")).related(first, "listed here first");
        }
    }
}
