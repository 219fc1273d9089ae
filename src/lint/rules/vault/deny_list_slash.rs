use crate::lint::{Check, Sink, StanzaContext};
use crate::pattern::path::PathLang;
use crate::vault::capability::Capability;

pub(super) const CHECK: Check = Check::VaultStanza(check);

fn check(context: &StanzaContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    if !facts.denies || facts.wildcard() || facts.template || facts.unknown {
        return;
    }
    let Some(bare) = facts.path.strip_suffix('/').filter(|bare| !bare.is_empty()) else { return };
    let target = PathLang::exact(bare);
    // What decides the path without the slash: the strongest of those that match it.
    let near = context.others().filter(|other| other.lang.intersection(&target).is_some());
    let decides = near.fold(None, |best: Option<&crate::lint::StanzaFacts<'_>>, other| match best {
        Some(best) if !other.outranks(best) => Some(best),
        _ => Some(other),
    });
    let Some(grant) = decides.filter(|other| other.grants.has(Capability::List)) else { return };
    sink.report(
        facts.stanza.path_span,
        format!("servers that look for a list without its slash first take the grant of `{}` instead", grant.path),
    )
    .label("only with the slash")
    .related(grant.span_of(Capability::List), "granted here")
    .witness(format!("list {bare}"))
    .help(format!("deny `{bare}` too"));
}
