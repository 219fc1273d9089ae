use crate::carrier::declaration::Item;
use crate::lint::{Check, Inputs, Sink};
use crate::vault::token_role::glob_matches;

pub(super) const CHECK: Check = Check::Model(check);

fn check(inputs: &Inputs<'_>, sink: &mut Sink<'_>) {
    let model = inputs.model;
    let vault = &model.vault;
    let holders = vault.roles.len() + vault.tokens.len() + vault.entities.len() + vault.groups.len();
    // A list that is not known in full, or a name that is an expression, may be any policy.
    let open = vault
        .roles
        .iter()
        .any(|role| role.cites_unknown || role.cites.iter().any(|c| c.target == crate::model::Target::Unknown))
        || vault.tokens.iter().any(|token| token.cites_unknown)
        || vault.entities.iter().any(|entity| entity.cites_unknown)
        || vault.groups.iter().any(|group| group.cites_unknown);
    if holders == 0 || open {
        return;
    }
    let globs: Vec<&str> =
        vault.token_roles.iter().flat_map(|role| role.facts.allowed_glob.known()).map(|(glob, _)| glob).collect();
    for (_, policy) in vault.unused_policies() {
        let Some(name) = &policy.name else { continue };
        if globs.iter().any(|glob| glob_matches(glob, name)) {
            continue;
        }
        let Some(declaration) = model.declaration(policy.decl) else { continue };
        let Item::VaultPolicy(written) = &declaration.item else { continue };
        let span = written.name.as_ref().map_or(declaration.span, |(_, span)| *span);
        sink.report(span, format!("policy `{name}` is given to nobody here"));
    }
}
