use crate::lint::{Check, Sink, StanzaContext, WRITES};
use crate::vault::capability::{Capabilities, Capability};

pub(super) const CHECK: Check = Check::VaultStanza(check);

fn check(context: &StanzaContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    let powerful = WRITES.union(Capabilities::of(&[Capability::Sudo]));
    if facts.path != "*" || !facts.grants.meets(powerful) {
        return;
    }
    let stanza = facts.stanza;
    let sudo = facts.grants.has(Capability::Sudo);
    let end = if sudo { "with `sudo` it is root" } else { "it can rewrite its own policy and so become root" };
    sink.report(stanza.path_span, format!("this grants every path of the server; {end}"))
        .label("every path")
        .witness("update sys/policies/acl/admin")
        .granted_by(stanza.span);
}
