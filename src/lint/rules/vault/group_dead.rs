use crate::lint::{Check, Inputs, Sink};
use crate::vault::roles::Fact;

pub(super) const CHECK: Check = Check::Model(check);

fn check(inputs: &Inputs<'_>, sink: &mut Sink<'_>) {
    for group in &inputs.model.vault.groups {
        let Some(declaration) = inputs.model.declaration(group.decl) else { continue };
        if !matches!(group.external, Fact::Known(true, _)) || !group.aliases.is_empty() || group.cites.is_empty() {
            continue;
        }
        let span = group.external.span().unwrap_or(declaration.span);
        let name = group.name.as_deref().unwrap_or(&declaration.address);
        sink.report(span, format!("the external group `{name}` has no alias, so that nobody is ever in it"))
            .label("external")
            .help("add a group alias with the identity provider's name for the group");
    }
}
