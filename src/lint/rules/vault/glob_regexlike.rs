use crate::lint::{Check, Sink, StanzaContext};

pub(super) const CHECK: Check = Check::VaultStanza(check);

fn check(context: &StanzaContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    let raw = facts.stanza.path.raw();
    let bare: String = raw.replace("{{", "").replace("}}", "");
    let braces = bare.contains('{') && bare.contains('}') && !bare.contains('$');
    let brackets = bare.contains('[') && bare.contains(']');
    if facts.unknown || !(braces || brackets || bare.contains(".*") || bare.contains('?') || bare.ends_with("**")) {
        return;
    }
    let shown = facts.stanza.path.display();
    sink.report(
        facts.stanza.path_span,
        format!("`{shown}` is read letter by letter: Vault knows `+` for a segment and `*` at the end, nothing else"),
    );
}
