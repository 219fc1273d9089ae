use crate::lint::{Check, Sink, StanzaContext};

pub(super) const CHECK: Check = Check::VaultStanza(check);

fn check(context: &StanzaContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    if !facts.denies || facts.stanza.expiration.is_none() {
        return;
    }
    // What it takes away matters only where something is granted.
    let granted =
        context.others().any(|other| !other.grants.is_empty() && other.lang.intersection(&facts.lang).is_some());
    let then =
        if granted { "and what this policy grants there holds" } else { "and what other policies grant there holds" };
    sink.report(facts.stanza.path_span, format!("this deny of `{}` goes away when it expires, {then}", facts.path))
        .label("expires")
        .help("let grants expire, and keep denials");
}
