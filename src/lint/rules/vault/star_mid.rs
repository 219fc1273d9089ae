use crate::lint::{Check, Edit, Safety, Sink, StanzaContext};

pub(super) const CHECK: Check = Check::VaultStanza(check);

fn check(context: &StanzaContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    let stanza = facts.stanza;
    let raw = stanza.path.raw();
    // `**` at the end is another mistake
    let Some(at) = raw.trim_end_matches('*').find('*') else { return };
    let span = stanza.path.span_of(stanza.path_span, at, at + 1);
    let nothing = if facts.denies { "this deny protects nothing" } else { "this grants nothing" };
    let finding = sink.report(span, format!("`*` is a wildcard only at the end of a path, so {nothing}"));
    finding.label("a plain character here").help("write `+` for one whole segment");
    let whole = raw.get(..at).is_some_and(|before| before.is_empty() || before.ends_with('/'))
        && raw.get(at + 1..).is_some_and(|after| after.starts_with('/'));
    if whole && context.inputs.sources.slice(span) == "*" {
        finding.fix("replace `*` with `+`", vec![Edit { span, text: "+".to_owned() }], Safety::Unsafe);
    }
}
