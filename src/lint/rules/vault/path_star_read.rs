use crate::lint::{Check, Sink, StanzaContext, WRITES};
use crate::vault::capability::{Capabilities, Capability};

pub(super) const CHECK: Check = Check::VaultStanza(check);

fn check(context: &StanzaContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    let powerful = WRITES.union(Capabilities::of(&[Capability::Sudo]));
    if facts.path != "*" || facts.grants.is_empty() || facts.grants.meets(powerful) {
        return;
    }
    let stanza = facts.stanza;
    let finding = sink.report(stanza.path_span, "this reads every path of the server, and reading makes credentials");
    finding.label("every path").granted_by(stanza.span);
    if facts.grants.has(Capability::Read) {
        finding.witness("read database/creds/admin");
    }
}
