use crate::carrier::declaration::VaultKind;
use crate::lint::{Check, Sink, StanzaContext};
use crate::vault::capability::Capability;

use super::mount_common::namespace;

pub(super) const CHECK: Check = Check::VaultStanza(check);

fn check(context: &StanzaContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    if !facts.wildcard() || !facts.grants.has(Capability::Update) {
        return;
    }
    let here = namespace(context);
    for key in &context.inputs.model.vault.objects {
        let transit =
            matches!(&key.kind, VaultKind::SecretsRole(engine) if engine == "transit") && key.namespace == here;
        let (Some(mount), Some(name)) = (key.mount.as_deref(), key.name.as_deref().filter(|_| transit)) else {
            continue;
        };
        if !name.contains("unseal") || !facts.lang.matches(&format!("{mount}/decrypt/{name}")) {
            continue;
        }
        let path = facts.stanza.path.display();
        sink.report(
            facts.span_of(Capability::Update),
            format!("`update` on `{path}` decrypts with `{name}`, by which another server seems to unseal itself"),
        )
        .label("reaches the key among others")
        .help("name the keys that are meant")
        .witness(format!("update {mount}/decrypt/{name}"))
        .granted_by(facts.stanza.span);
        return;
    }
}
