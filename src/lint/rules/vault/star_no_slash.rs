use crate::lint::{Check, Sink, StanzaContext};

pub(super) const CHECK: Check = Check::VaultStanza(check);

fn check(context: &StanzaContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    let Some(prefix) = facts.path.strip_suffix('*') else { return };
    let kv = prefix.contains("/data/") || prefix.contains("/metadata/");
    if !kv || facts.grants.is_empty() || facts.unknown || !prefix.ends_with(|c: char| c.is_ascii_alphanumeric()) {
        return;
    }
    let name = prefix.rsplit('/').next().unwrap_or(prefix);
    sink.report(
        facts.stanza.path_span,
        format!(
            "`{prefix}*` also covers `{prefix}le`, `{prefix}-other` and every other name that begins with `{name}`"
        ),
    )
    .help(format!("write `{prefix}` and `{prefix}/*`"));
}
