use super::admin_common::{self as admins, Admin};
use crate::carrier::declaration::VaultKind;
use crate::lint::{Check, Inputs, Sink};
use crate::model::Role;
use crate::vault::roles::{Method, field};

pub(super) const CHECK: Check = Check::Model(check);

fn check(inputs: &Inputs<'_>, sink: &mut Sink<'_>) {
    let enforcements: Vec<_> = inputs
        .model
        .vault
        .objects
        .iter()
        .filter(|object| matches!(&object.kind, VaultKind::Other(path) if path == "identity/mfa/login-enforcement"))
        .filter_map(|object| inputs.model.vault_body(object.decl))
        .collect();
    // Where nobody uses second factors here, they may well be asked for by the identity provider.
    if enforcements.is_empty() {
        return;
    }
    for Admin { role, name, span, .. } in admins::roles(inputs) {
        if !by_people(&role.method) || enforcements.iter().any(|body| covers(inputs, body, role)) {
            continue;
        }
        sink.report(span, format!("people who log in through `{name}` can get every policy with one factor"))
            .label("no enforcement covers this login")
            .help("add the auth method to a login enforcement");
    }
}

/// Methods that people log in with, by a secret of their own.
fn by_people(method: &Method) -> bool {
    matches!(method, Method::Userpass | Method::Ldap | Method::Okta | Method::Radius | Method::GitHub)
}

/// Whether an enforcement asks logins of the role's mount, or may.
fn covers(inputs: &Inputs<'_>, body: &crate::syntax::Node, role: &Role) -> bool {
    let types = field::string_list(body, &["auth_method_types"]);
    let accessors = field::string_list(body, &["auth_method_accessors"]);
    let people = ["identity_entity_ids", "identity_group_ids"].iter().any(|key| body.get(key).is_some());
    let accessor = role.mount_id.and_then(|id| inputs.model.vault.mount(id)).and_then(|mount| mount.accessor.clone());
    people
        || types.unknown
        || accessors.unknown
        || types.find(role.method.name()).is_some()
        || match accessor {
            Some(accessor) => accessors.find(&accessor).is_some(),
            None => accessors.span.is_some(),
        }
}
