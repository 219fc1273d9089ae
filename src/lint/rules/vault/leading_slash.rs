use crate::lint::{Check, Sink, StanzaContext};

pub(super) const CHECK: Check = Check::VaultStanza(check);

fn check(context: &StanzaContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    let raw = facts.stanza.path.raw();
    if !raw.starts_with('/') || raw.len() == 1 {
        return;
    }
    let shown = facts.stanza.path.display();
    sink.report(facts.stanza.path_span, format!("`{shown}` is the same as `{}`", shown.trim_start_matches('/')))
        .help("leave the slash out");
}
