use rustc_hash::FxHashMap;

use crate::lint::{Check, Sink, VaultPolicyContext};
use crate::source::Span;

pub(super) const CHECK: Check = Check::VaultPolicy(check);

fn check(context: &VaultPolicyContext<'_>, sink: &mut Sink<'_>) {
    let mut seen: FxHashMap<&str, Span> = FxHashMap::default();
    for facts in context.stanzas.iter().filter(|facts| !facts.denies && !facts.unknown && !facts.grants.is_empty()) {
        if let Some(first) = seen.insert(facts.path, facts.stanza.path_span) {
            sink.report(
                facts.stanza.path_span,
                format!("`{}` stands above already; the server merges both", facts.path),
            )
            .related(first, "the first");
        }
    }
}
