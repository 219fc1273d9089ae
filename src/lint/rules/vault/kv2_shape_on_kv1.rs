use crate::lint::{Check, Sink, StanzaContext};

pub(super) const CHECK: Check = Check::VaultStanza(check);

fn check(context: &StanzaContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    let model = &context.inputs.model.vault;
    let declared = model.mount_of("", facts.path).and_then(|id| model.mount(id));
    let Some((mount, version)) = declared.and_then(|m| Some((m.path.as_deref()?, m.kv_version?))) else { return };
    let Some(rest) = facts.path.strip_prefix(mount).and_then(|rest| rest.strip_prefix('/')) else { return };
    let first = rest.split('/').next().unwrap_or("");
    if version == 1 && (first == "data" || first == "metadata") && rest.contains('/') {
        let below = rest.split_once('/').map_or("", |(_, below)| below);
        sink.report(facts.stanza.path_span, format!("`{mount}` is version 1: this is about a secret called `{rest}`"))
            .help(format!("write `{mount}/{below}`"));
    }
}
