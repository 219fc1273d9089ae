use crate::lint::{Check, Sink, StanzaContext};

pub(super) const CHECK: Check = Check::VaultStanza(check);

fn check(context: &StanzaContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    let raw = facts.stanza.path.raw();
    let partial = |segment: &str| segment.len() > 1 && segment.contains('+') && !segment.contains("{{");
    if raw.contains("+*") || !raw.split('/').any(partial) {
        return;
    }
    let shown = facts.stanza.path.display();
    sink.report(
        facts.stanza.path_span,
        format!("the `+` in `{shown}` is a literal plus: it stands for a segment only when it is all of it"),
    );
}
