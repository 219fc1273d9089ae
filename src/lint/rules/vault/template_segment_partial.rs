use crate::lint::{Check, Sink, StanzaContext};

pub(super) const CHECK: Check = Check::VaultStanza(check);

fn check(context: &StanzaContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    if facts.template && facts.path.ends_with("}}*") && !facts.grants.is_empty() {
        sink.report(
            facts.stanza.path_span,
            "a value that begins the same is covered too: nothing ends the template before the `*`",
        )
        .help("write `}}/*`");
    }
}
