use crate::lint::{Check, Sink, StanzaContext};

pub(super) const CHECK: Check = Check::VaultStanza(check);

/// Selectors whose values others can change, with what they are.
const MUTABLE: &[(&str, &str)] = &[
    ("identity.entity.name", "the entity's name"),
    ("identity.entity.metadata.", "the entity's metadata"),
    (".custom_metadata.", "the alias's custom metadata"),
    ("identity.groups.names.", "a group's name"),
];

fn check(context: &StanzaContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    if !facts.template || facts.grants.is_empty() || facts.path.starts_with("identity/") {
        return;
    }
    if let Some((_, what)) = MUTABLE.iter().find(|(selector, _)| facts.path.contains(selector)) {
        sink.report(
            facts.stanza.path_span,
            format!("{what} decides whose path this is, and whoever may write identity changes it"),
        )
        .help("use `identity.entity.id`");
    }
}
