use crate::lint::{Check, Sink, StanzaContext};

pub(super) const CHECK: Check = Check::VaultStanza(check);

fn check(context: &StanzaContext<'_>, sink: &mut Sink<'_>) {
    let stanza = context.facts.stanza;
    let Some(shorthand) = &stanza.shorthand else { return };
    let means = match shorthand.as_str() {
        Some("read") => "`[\"read\", \"list\"]`",
        Some("write") => "`[\"create\", \"read\", \"update\", \"delete\", \"list\"]`",
        Some("sudo") => "`[\"create\", \"read\", \"update\", \"delete\", \"list\", \"sudo\"]`",
        Some("deny") => "`[\"deny\"]`",
        _ => return,
    };
    sink.report(shorthand.span, format!("this means {means}")).help("write `capabilities = […]`");
}
