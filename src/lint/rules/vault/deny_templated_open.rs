use crate::lint::{Check, Sink, StanzaFacts, VaultPolicyContext};
use crate::pattern::path::PathLang;

pub(super) const CHECK: Check = Check::VaultPolicy(check);

fn check(context: &VaultPolicyContext<'_>, sink: &mut Sink<'_>) {
    for facts in context.stanzas.iter().filter(|facts| facts.denies && facts.template) {
        let fixed = facts.path.split("{{").next().unwrap_or("");
        let around = PathLang::prefix(fixed);
        let grants = |other: &&StanzaFacts<'_>| {
            !other.grants.is_empty() && !other.template && other.lang.intersection(&around).is_some()
        };
        let Some(grant) = context.stanzas.iter().find(grants) else { continue };
        let path = facts.stanza.path.display();
        let message = format!(
            "where the template has no value this deny is dropped, and `{}` grants",
            grant.stanza.path.display()
        );
        sink.report(facts.stanza.path_span, message)
            .label(format!("`{path}` then does not exist"))
            .related(grant.stanza.path_span, "granted here");
    }
}
