use crate::lint::{Check, Sink, StanzaContext};

pub(super) const CHECK: Check = Check::VaultStanza(check);

const TOP: &[&str] = &["data", "options", "version", "*"];

fn check(context: &StanzaContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    let stanza = facts.stanza;
    let Some((mount, _)) = facts.path.split_once("/data/") else { return };
    if mount.contains(['/', '*', '+']) {
        return;
    }
    let declared =
        context.inputs.model.vault.mount_of("", facts.path).and_then(|id| context.inputs.model.vault.mount(id));
    if declared.is_some_and(|mount| mount.kind.as_deref() != Some("kv") || mount.kv_version == Some(1)) {
        return;
    }
    let named = stanza.allowed_parameters.iter().chain(&stanza.denied_parameters).map(|p| &p.name);
    let required = stanza.required_parameters.iter().map(|(name, _)| name);
    let deeper = named
        .chain(required)
        .find(|name| name.known().is_some_and(|name| !TOP.contains(&name.to_lowercase().as_str())));
    if let Some(name) = deeper {
        sink.report(
            stanza.path_span,
            format!("`{}` lies inside `data`, where parameter limits do not reach", name.display()),
        )
        .help("use a path for each value, or KV version 1");
    }
}
