use super::mount_common;
use crate::lint::{Check, Sink, StanzaContext};
use crate::vault::capability::Capability;
use crate::vault::sudo::reaches_protected;

pub(super) const CHECK: Check = Check::VaultStanza(check);

/// Protected endpoints that end in a name of the caller's choice (spec: vault-roles,
/// section 0): a wildcard for the name reaches no other endpoint.
const NAMED: [&str; 7] = [
    "sys/audit/",
    "sys/config/auditing/request-headers/",
    "sys/config/ui/headers/",
    "sys/internal/inspect/",
    "sys/leases/lookup/",
    "sys/plugins/catalog/",
    "sys/raw/",
];

fn check(context: &StanzaContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    if !facts.wildcard() || !facts.grants.has(Capability::Sudo) || NAMED.iter().any(|e| facts.path.starts_with(e)) {
        return;
    }
    let mount = mount_common::mount(context).and_then(|mount| mount.kind.as_deref());
    if facts.below_children() || !reaches_protected(facts.path, mount, context.inputs.dialect) {
        return;
    }
    let path = facts.stanza.path.display();
    sink.report(
        facts.span_of(Capability::Sudo),
        format!("`sudo` on `{path}` opens every protected endpoint it reaches"),
    )
    .label("granted on a wildcard")
    .granted_by(facts.stanza.span);
}
