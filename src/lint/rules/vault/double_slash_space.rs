use crate::lint::{Check, Sink, StanzaContext};

pub(super) const CHECK: Check = Check::VaultStanza(check);

fn check(context: &StanzaContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    let raw = facts.stanza.path.raw();
    let odd = raw.contains("//") || raw.trim() != raw;
    if !odd || raw.contains("://") {
        return;
    }
    let shown = facts.stanza.path.display();
    sink.report(facts.stanza.path_span, format!("no request has the path `{shown}`"))
        .help("remove the doubled slash or the blank");
}
