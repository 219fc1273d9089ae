use crate::lint::{Check, Sink, VaultPolicyContext};

pub(super) const CHECK: Check = Check::VaultPolicy(check);

fn check(context: &VaultPolicyContext<'_>, sink: &mut Sink<'_>) {
    for facts in context.stanzas.iter().filter(|facts| !facts.grants.is_empty() && !facts.unknown) {
        if let Some(deny) = context.stanzas.iter().find(|other| other.denies && other.path == facts.path) {
            sink.report(
                facts.stanza.path_span,
                format!("`{}` is denied by another stanza of the same path, which wins", facts.path),
            )
            .related(deny.stanza.path_span, "denied here");
        }
    }
}
