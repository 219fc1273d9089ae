use crate::lint::{Check, Inputs, Sink};
use crate::model::{GroupId, VaultPrincipal};

pub(super) const CHECK: Check = Check::Model(check);

/// Names that anybody gives a group.
const COMMON: &[&str] = &[
    "admin",
    "admins",
    "administrator",
    "administrators",
    "devops",
    "infra",
    "infrastructure",
    "ops",
    "operations",
    "owners",
    "platform",
    "root",
    "security",
    "sre",
    "superusers",
    "vault-admins",
    "vault-admin",
];

fn check(inputs: &Inputs<'_>, sink: &mut Sink<'_>) {
    let vault = &inputs.model.vault;
    if vault.groups.iter().all(|group| group.aliases.is_empty()) {
        return;
    }
    let escalation = inputs.model.escalation_for(inputs.dialect);
    for (index, group) in vault.groups.iter().enumerate() {
        if !escalation.is_admin(VaultPrincipal::Group(GroupId::at(index))) {
            continue;
        }
        for alias in &group.aliases {
            let Some(name) = alias.name.as_deref() else { continue };
            let kind = alias.mount_type.as_deref().unwrap_or_default();
            // Directories whose groups only their administrators make are left alone.
            let open = matches!(kind, "jwt" | "oidc" | "github" | "saml");
            if open && COMMON.contains(&name.to_ascii_lowercase().as_str()) {
                sink.report(
                    alias.span,
                    format!("whoever makes a group called `{name}` at the identity provider can get every policy"),
                )
                .label("a name that is easily taken")
                .help("go by the group's id, or by a prefix that only administrators may use");
            }
        }
    }
}
