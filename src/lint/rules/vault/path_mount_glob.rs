use crate::lint::{Check, Sink, StanzaContext};

pub(super) const CHECK: Check = Check::VaultStanza(check);

fn check(context: &StanzaContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    let Some(prefix) = facts.path.strip_suffix('*') else { return };
    if prefix.is_empty() || prefix.contains('/') || facts.grants.is_empty() || facts.unknown {
        return;
    }
    let stanza = facts.stanza;
    sink.report(stanza.path_span, format!("`{prefix}*` reaches every mount whose name begins so, not one mount"))
        .label("no slash before the `*`")
        .help(format!("write `{prefix}/*` to stay within the mount `{prefix}/`"))
        .granted_by(stanza.span);
}
