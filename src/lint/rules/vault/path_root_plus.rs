use crate::lint::{Check, Sink, StanzaContext};

pub(super) const CHECK: Check = Check::VaultStanza(check);

fn check(context: &StanzaContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    let every_mount = facts.path == "+" || facts.path.starts_with("+/");
    if !every_mount || facts.grants.is_empty() {
        return;
    }
    let stanza = facts.stanza;
    let path = stanza.path.display();
    sink.report(stanza.path_span, format!("`{path}` reaches into every mount, `sys`, `auth` and `identity` included"))
        .label("`+` stands for any mount")
        .granted_by(stanza.span);
}
