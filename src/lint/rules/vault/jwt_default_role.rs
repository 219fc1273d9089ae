use super::admin_common as admins;
use crate::lint::{Check, Inputs, Sink};
use crate::vault::roles::{Method, field};

pub(super) const CHECK: Check = Check::Model(check);

fn check(inputs: &Inputs<'_>, sink: &mut Sink<'_>) {
    let admins = admins::roles(inputs);
    for admin in admins.iter().filter(|admin| matches!(admin.role.method, Method::Jwt | Method::Saml)) {
        let Some(mount) = admin.role.mount.as_deref() else { continue };
        for config in inputs.model.vault.configs_at(mount).filter(|config| config.namespace == admin.role.namespace) {
            let Some(body) = inputs.model.vault_body(config.decl) else { continue };
            let field::Fact::Known(name, span) = field::string(body, &["default_role"]) else { continue };
            if Some(&name) == admin.role.name.as_ref() {
                sink.report(
                    span,
                    format!("logins that name no role go through `{}`, which can get every policy", admin.name),
                )
                .label("where logins land by default")
                .related(admin.span, "gives every policy in the end")
                .help("name a role that can do little");
            }
        }
    }
}
