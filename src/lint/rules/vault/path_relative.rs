use crate::lint::{Check, Sink, StanzaContext};

pub(super) const CHECK: Check = Check::VaultStanza(check);

fn check(context: &StanzaContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    let stanza = facts.stanza;
    let mut at = 0;
    for segment in stanza.path.raw().split('/') {
        if matches!(segment, "." | "..") {
            let span = stanza.path.span_of(stanza.path_span, at, at + segment.len());
            let nothing = if facts.denies { "this deny protects nothing" } else { "this grants nothing" };
            sink.report(
                span,
                format!("the server refuses requests whose path has a segment `{segment}`, so {nothing}"),
            )
            .label("no such request")
            .help("write the path as the server resolves it");
            return;
        }
        at += segment.len() + 1;
    }
}
