use crate::lint::{Check, Sink, StanzaContext};

pub(super) const CHECK: Check = Check::VaultStanza(check);

fn check(context: &StanzaContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    let stanza = facts.stanza;
    if !stanza.capabilities.is_empty() || stanza.capabilities_unknown || stanza.shorthand.is_some() {
        return;
    }
    let broader = context.others().find(|other| !other.grants.is_empty() && other.lang.contains(&facts.lang));
    let span = stanza.capabilities_span.unwrap_or(stanza.path_span);
    let message = match broader {
        Some(other) => {
            format!("without capabilities this silently takes away what `{}` grants here", other.stanza.path.display())
        }
        None => "without capabilities this grants nothing".to_owned(),
    };
    let finding = sink.report(span, message);
    finding.label("nothing is granted").help("write `deny` if that is meant, else remove the stanza");
    if let Some(other) = broader {
        finding.related(other.stanza.path_span, "granted here");
    }
}
