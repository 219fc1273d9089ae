use super::mount_common::below_kv;
use crate::lint::{Check, Sink, StanzaContext};
use crate::vault::capability::Capability;

pub(super) const CHECK: Check = Check::VaultStanza(check);

fn check(context: &StanzaContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    let (create, update) = (facts.grants.has(Capability::Create), facts.grants.has(Capability::Update));
    // Who only updates may be meant to; who reads as well is meant to keep the secret.
    if create || !update || facts.unknown || !facts.grants.has(Capability::Read) {
        return;
    }
    let Some((_, version, rest)) = below_kv(context) else { return };
    let below_data = rest.strip_prefix("data/").is_some_and(|rest| !rest.is_empty());
    let secrets = if version == 2 { below_data } else { !rest.is_empty() };
    let given = context.others().any(|other| other.grants.has(Capability::Create) && other.lang.contains(&facts.lang));
    if secrets && !given {
        let path = facts.stanza.path.display();
        sink.report(
            facts.span_of(Capability::Update),
            format!("the first write of a secret at `{path}` is refused: it takes `create`"),
        )
        .label("only for secrets that are there already")
        .help("add `create`, or say in a comment that secrets are only to be changed");
    }
}
