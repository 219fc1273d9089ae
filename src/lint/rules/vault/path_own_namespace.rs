use super::mount_common::namespace;
use crate::lint::{Check, Sink, StanzaContext};

pub(super) const CHECK: Check = Check::VaultStanza(check);

fn check(context: &StanzaContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    let own = namespace(context);
    if own.is_empty() {
        return;
    }
    let Some(rest) = facts.path.strip_prefix(own).and_then(|rest| rest.strip_prefix('/')) else { return };
    // A mount or a child namespace may well be called like the namespace it is in.
    let vault = &context.inputs.model.vault;
    let last = own.rsplit('/').next().unwrap_or(own);
    let mounted = vault.mount_of(own, facts.path).is_some();
    let nested = vault.policies.iter().any(|policy| policy.namespace == format!("{own}/{last}"));
    if mounted || nested || rest.is_empty() {
        return;
    }
    let effect = if facts.denies { "denies" } else { "grants" };
    sink.report(
        facts.stanza.path_span,
        format!(
            "the policy is of namespace `{own}`, and its paths start below it: this {effect} something at `{own}/{}`",
            facts.path
        ),
    )
    .label("counted from the policy's own namespace")
    .help(format!("write `{rest}`"));
}
