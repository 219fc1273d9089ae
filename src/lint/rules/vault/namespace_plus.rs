use crate::lint::{Check, Sink, StanzaContext};
use crate::vault::capability::{Capabilities, Capability};

pub(super) const CHECK: Check = Check::VaultStanza(check);

/// What rules a namespace.
const CONTROLS: [&str; 7] =
    ["auth/", "identity/", "sys/auth", "sys/mounts", "sys/namespaces", "sys/policies", "sys/policy"];

fn check(context: &StanzaContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    let writes = Capabilities::of(&[Capability::Create, Capability::Update, Capability::Patch, Capability::Sudo]);
    let Some(rest) = facts.path.strip_prefix("+/") else { return };
    let Some(capability) = facts.first_of(writes) else { return };
    // One's own token is not the namespace's.
    let own = rest.ends_with("-self") || rest.contains("/login");
    if own || !(CONTROLS.iter().any(|area| rest.starts_with(area)) || rest == "sys/*") {
        return;
    }
    sink.report(
        facts.span_of(capability),
        format!("`{}` on `{}` rules every child namespace that there is or will be", capability.name(), facts.path),
    )
    .label("`+` stands for any child namespace")
    .granted_by(facts.stanza.span);
}
