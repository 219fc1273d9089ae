use crate::lint::{Check, Confidence, Severity, Sink, StanzaContext, StanzaFacts};
use crate::vault::capability::Capability;

pub(super) const CHECK: Check = Check::VaultStanza(check);

fn check(context: &StanzaContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    if !facts.grants.has(Capability::List) {
        return;
    }
    let Some((mount, below)) = facts.path.split_once("/data/") else { return };
    if mount.contains(['*', '+', '{']) || matches!(mount, "sys" | "auth" | "identity" | "cubbyhole") {
        return;
    }
    let model = &context.inputs.model.vault;
    let namespace = context.policy.policy.namespace.as_ref().and_then(|(name, _)| name.known()).unwrap_or("");
    let declared = model.mount_of(namespace, facts.path).and_then(|id| model.mount(id));
    let certain = match declared {
        Some(mount) => match mount.kv_version {
            Some(2) => true,
            None if mount.kind.as_deref() == Some("kv") => false,
            _ => return,
        },
        // a deeper `data` is more likely part of a secret's own path
        None if mount.contains('/') => return,
        None => false,
    };
    let (severity, confidence) =
        if certain { (Severity::Medium, Confidence::High) } else { (sink.severity(), Confidence::Medium) };
    let span = facts.span_of(Capability::List);
    let listed = format!("{mount}/metadata/{below}");
    let has = |stanza: &StanzaFacts<'_>| stanza.path == listed && stanza.grants.has(Capability::List);
    let help = if context.others().any(has) {
        format!("leave it out: `{listed}` has it already")
    } else {
        format!("grant `list` on `{listed}` instead")
    };
    sink.report(
        span,
        format!("`list` does nothing below `{mount}/data/`: version 2 of the engine lists below `metadata/`"),
    )
    .label("never served here")
    .help(help)
    .severity(severity)
    .confidence(confidence);
}
