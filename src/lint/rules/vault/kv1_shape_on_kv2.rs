use super::mount_common::below_kv;
use crate::lint::{Check, Sink, StanzaContext};

pub(super) const CHECK: Check = Check::VaultStanza(check);

/// What version 2 serves below the mount.
const DOORS: &[&str] = &["data", "metadata", "delete", "undelete", "destroy", "subkeys", "detailed-metadata", "config"];

fn check(context: &StanzaContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    let Some((mount, version, rest)) = below_kv(context) else { return };
    let first = rest.split('/').next().unwrap_or("");
    let open = first.is_empty() || first.contains(['*', '+', '{']) || facts.unknown;
    if version == 2 && !open && !DOORS.contains(&first) {
        let effect = if facts.denies { "denies" } else { "grants" };
        sink.report(
            facts.stanza.path_span,
            format!("`{mount}` is version 2, which serves nothing at `{}`: this {effect} nothing", facts.path),
        )
        .help(format!("write `{mount}/data/{rest}`"));
    }
}
