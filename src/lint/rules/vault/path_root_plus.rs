use crate::lint::{Check, Severity, Sink, StanzaContext};
use crate::vault::capability::{Capabilities, Capability};

pub(super) const CHECK: Check = Check::VaultStanza(check);

fn check(context: &StanzaContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    let Some(rest) = facts.path.strip_prefix('+') else { return };
    if !(rest.is_empty() || rest.starts_with('/')) || facts.grants.is_empty() || facts.below_children() {
        return;
    }
    let stanza = facts.stanza;
    let path = stanza.path.display();
    let finding = sink
        .report(stanza.path_span, format!("`{path}` holds in every mount that there is or will be"))
        .label("`+` stands for any mount")
        .granted_by(stanza.span);
    let lists = Capabilities::of(&[Capability::List, Capability::Scan]);
    let only_lists = facts.grants.iter().all(|capability| lists.has(capability));
    if only_lists || !rest.contains(['+', '*']) {
        finding.severity(Severity::Medium);
    }
}
