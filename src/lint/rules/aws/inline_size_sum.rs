use super::size_common::characters;
use crate::carrier::declaration::{AwsPrincipalKind, Item};
use crate::lint::{Check, Inputs, Sink};

pub(super) const CHECK: Check = Check::Model(check);

fn check(inputs: &Inputs<'_>, sink: &mut Sink<'_>) {
    let model = &inputs.model.aws;
    for identity in model.identities().filter_map(|id| model.identity(id)) {
        let (what, most) = match identity.kind {
            AwsPrincipalKind::User => ("user", 2_048),
            AwsPrincipalKind::Group => ("group", 5_120),
            AwsPrincipalKind::Role => ("role", 10_240),
        };
        let inline = identity.policies.iter().filter_map(|id| {
            let declaration = inputs.model.declaration(*id)?;
            let Item::AwsPolicy(policy) = &declaration.item else { return None };
            let own = !policy.attached_to.is_empty() && declaration.condition.is_none();
            own.then(|| (characters(inputs, declaration, &policy.document), policy.document.span))
        });
        let sizes: Vec<_> = inline.collect();
        let sum: usize = sizes.iter().map(|(length, _)| length).sum();
        // a single one that is too long is reported by itself
        if sum <= most || sizes.len() < 2 || sizes.iter().any(|(length, _)| *length > most) {
            continue;
        }
        let Some(declaration) = inputs.model.declaration(identity.decl) else { continue };
        let Item::AwsPrincipal(principal) = &declaration.item else { continue };
        let span = principal.name.as_ref().map_or(declaration.span, |(_, span)| *span);
        let finding = sink.report(
            span,
            format!(
                "the {} inline policies of this {what} are at least {sum} characters long together, and may have {most}",
                sizes.len()
            ),
        );
        finding.label("too much").help("move some into managed policies, of which each may have 6144");
        finding.unit = declaration.span;
        finding.address = declaration.address.clone();
        for (length, place) in &sizes {
            finding.related(*place, format!("{length} characters"));
        }
    }
}
