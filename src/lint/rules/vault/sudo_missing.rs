use crate::lint::{Check, Sink, StanzaContext};
use crate::vault::capability::Capability;
use crate::vault::sudo::root_protected;

pub(super) const CHECK: Check = Check::VaultStanza(check);

fn check(context: &StanzaContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    if facts.grants.is_empty()
        || facts.grants.has(Capability::Sudo)
        || facts.wildcard()
        || facts.unknown
        || facts.template
    {
        return;
    }
    let system = facts.path.starts_with("sys/") || facts.path.starts_with("auth/token/");
    if system && root_protected(facts.path, context.inputs.dialect) {
        sink.report(
            facts.stanza.path_span,
            format!("`{}` needs `sudo` beside the capability: every request is refused", facts.path),
        )
        .help("add `sudo` if the grant is meant");
    }
}
