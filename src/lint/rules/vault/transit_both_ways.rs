use crate::lint::{Check, Sink, StanzaFacts, VaultPolicyContext};
use crate::vault::capability::Capability;

pub(super) const CHECK: Check = Check::VaultPolicy(check);

fn check(context: &VaultPolicyContext<'_>, sink: &mut Sink<'_>) {
    let every = |way: &'static str| context.stanzas.iter().filter_map(move |facts| Some((facts, engine(facts, way)?)));
    for (decrypts, mount) in every("decrypt") {
        let Some((encrypts, _)) = every("encrypt").find(|(_, other)| *other == mount) else { continue };
        sink.report(
            decrypts.span_of(Capability::Update),
            format!("encrypts and decrypts with every key of `{mount}`, those of all others included"),
        )
        .related(encrypts.stanza.path_span, "encrypts with every key")
        .granted_by(decrypts.stanza.span)
        .help("name the keys, and give `encrypt` and `decrypt` to those who need the one or the other");
    }
}

/// The mount, where the stanza lets its holder go that way with every key of it.
fn engine<'a>(facts: &StanzaFacts<'a>, way: &str) -> Option<&'a str> {
    let keyless = facts.path.strip_suffix("/*").or_else(|| facts.path.strip_suffix("/+"))?;
    let mount = keyless.strip_suffix(way)?.strip_suffix('/')?;
    (facts.grants.has(Capability::Update) && !mount.contains(['+', '*', '{'])).then_some(mount)
}
