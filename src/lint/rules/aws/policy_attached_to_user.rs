use crate::carrier::declaration::{AwsPrincipalKind, Item};
use crate::lint::{Check, Inputs, Sink};

pub(super) const CHECK: Check = Check::Model(check);

fn check(inputs: &Inputs<'_>, sink: &mut Sink<'_>) {
    let model = &inputs.model.aws;
    for identity in model.identities().filter_map(|id| model.identity(id)) {
        let attached = identity.missing.iter().filter(|what| what.starts_with("policy")).count();
        let count = identity.policies.len() + attached;
        if identity.kind != AwsPrincipalKind::User || count == 0 {
            continue;
        }
        let Some(declaration) = inputs.model.declaration(identity.decl) else { continue };
        let Item::AwsPrincipal(principal) = &declaration.item else { continue };
        let span = principal.name.as_ref().map_or(declaration.span, |(_, span)| *span);
        let policies = if count == 1 { "a policy".to_owned() } else { format!("{count} policies") };
        let shown = principal.name.as_ref().filter(|(name, _)| name.is_known()).map(|(name, _)| name.display());
        let shown = shown.unwrap_or_else(|| declaration.address.to_string());
        let finding = sink.report(span, format!("the user `{shown}` has {policies} of its own"));
        finding.label("a user").help("attach policies to a group or, better, to a role that the user assumes");
        finding.unit = declaration.span;
        finding.address = declaration.address.clone();
    }
}
