use crate::lint::{Check, Sink, StanzaContext};
use crate::vault::capability::Capability;
use crate::vault::sudo::root_protected;

pub(super) const CHECK: Check = Check::VaultStanza(check);

fn check(context: &StanzaContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    let known = ["sys/", "identity/", "auth/token/"].iter().any(|start| facts.path.starts_with(start));
    if !facts.grants.has(Capability::Sudo) || facts.wildcard() || facts.unknown || facts.template || !known {
        return;
    }
    if facts.path.starts_with("auth/token/create") || root_protected(facts.path, context.inputs.dialect) {
        return;
    }
    // namespaces' seal and lock endpoints check sudo in their handlers
    let handler = facts.path.starts_with("sys/namespaces") || facts.path == "sys/seal" || facts.path == "sys/step-down";
    let listed = root_protected(&format!("{}/", facts.path.trim_end_matches('/')), context.inputs.dialect);
    if !handler && !listed {
        sink.report(facts.span_of(Capability::Sudo), format!("`{}` needs no `sudo`", facts.path))
            .help("leave `sudo` out");
    }
}
