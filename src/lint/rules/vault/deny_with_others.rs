use crate::lint::{Check, Edit, Safety, Sink, StanzaContext};
use crate::vault::capability::Capability;

pub(super) const CHECK: Check = Check::VaultStanza(check);

fn check(context: &StanzaContext<'_>, sink: &mut Sink<'_>) {
    let stanza = context.facts.stanza;
    let deny = stanza.capabilities.iter().find(|item| item.capability == Some(Capability::Deny));
    let other = stanza.capabilities.iter().find(|item| item.capability.is_some_and(|c| c != Capability::Deny));
    let (Some(deny), Some(other)) = (deny, other) else { return };
    let others = stanza.capabilities.iter().filter(|item| item.capability != Some(Capability::Deny));
    let names: Vec<String> = others.map(|item| format!("`{}`", item.name.display())).collect();
    let finding = sink.report(deny.span, format!("`deny` voids {} in the same list", names.join(", ")));
    finding.label("voids the rest").related(other.span, "void");
    let sources = context.inputs.sources;
    if let Some(list) = stanza.capabilities_span
        && sources.slice(list).starts_with('[')
        && sources.slice(deny.span) == "\"deny\""
    {
        let edit = Edit { span: list, text: "[\"deny\"]".to_owned() };
        finding.fix("keep `deny` alone", vec![edit], Safety::Safe);
    }
}
