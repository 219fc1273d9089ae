use crate::lint::{Check, Sink, StanzaFacts, VaultPolicyContext};
use crate::vault::capability::{Capabilities, Capability};

pub(super) const CHECK: Check = Check::VaultPolicy(check);

fn check(context: &VaultPolicyContext<'_>, sink: &mut Sink<'_>) {
    let limits = |facts: &StanzaFacts<'_>| {
        let stanza = facts.stanza;
        !stanza.allowed_parameters.is_empty()
            || !stanza.denied_parameters.is_empty()
            || !stanza.required_parameters.is_empty()
    };
    let bound = Capabilities::of(&[Capability::Create, Capability::Update, Capability::Patch]);
    for open in context.stanzas.iter().filter(|facts| facts.grants.meets(bound) && !limits(facts)) {
        if let Some(limited) = context.stanzas.iter().find(|other| other.path == open.path && limits(other)) {
            sink.report(
                open.stanza.path_span,
                format!("the parameter limits of the other stanza of `{}` hold here too", open.path),
            )
            .related(limited.stanza.path_span, "limited here");
        }
    }
}
