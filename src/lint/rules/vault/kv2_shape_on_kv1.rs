use super::mount_common::below_kv;
use crate::lint::{Check, Sink, StanzaContext};

pub(super) const CHECK: Check = Check::VaultStanza(check);

fn check(context: &StanzaContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    let Some((mount, version, rest)) = below_kv(context) else { return };
    let first = rest.split('/').next().unwrap_or("");
    if version == 1 && (first == "data" || first == "metadata") && rest.contains('/') {
        let below = rest.split_once('/').map_or("", |(_, below)| below);
        sink.report(facts.stanza.path_span, format!("`{mount}` is version 1: this is about a secret called `{rest}`"))
            .help(format!("write `{mount}/{below}`"));
    }
}
