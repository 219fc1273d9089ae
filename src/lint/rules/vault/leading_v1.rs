use crate::lint::{Check, Sink, StanzaContext};

pub(super) const CHECK: Check = Check::VaultStanza(check);

fn check(context: &StanzaContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    let path = facts.path;
    if !path.starts_with("v1/") && !path.starts_with("http://") && !path.starts_with("https://") {
        return;
    }
    let shown = facts.stanza.path.display();
    sink.report(
        facts.stanza.path_span,
        format!("`{shown}` matches nothing: policies name paths without the address and without `v1/`"),
    );
}
