use super::template_common::alias_fields;
use crate::lint::{Check, Inputs, Sink, StanzaContext};
use crate::model::Mount;
use crate::vault::roles::field;

pub(super) const CHECK: Check = Check::VaultStanza(check);

fn check(context: &StanzaContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    if !facts.template || facts.grants.is_empty() || facts.path.starts_with("identity/") {
        return;
    }
    for used in alias_fields(context.inputs, facts) {
        let Some(mount) = used.mount.filter(|_| used.field == "name") else { continue };
        let Some(how) = recycled(context.inputs, mount) else { continue };
        sink.report(facts.stanza.path_span, format!("the alias's name decides whose path this is: {how}"))
            .label("a name that another may come to have")
            .help("use `identity.entity.id`, or metadata that holds an id");
        return;
    }
}

/// How somebody else comes to have an alias's name, where the method allows it.
fn recycled(inputs: &Inputs<'_>, mount: &Mount) -> Option<String> {
    let roles = inputs.model.vault.roles.iter().filter(|role| role.mount == mount.path && mount.path.is_some());
    let mut bodies = roles.filter_map(|role| inputs.model.vault_body(role.decl));
    match mount.kind.as_deref()? {
        "github" => Some("a GitHub login can be given up and taken by another".to_owned()),
        "kubernetes" => bodies
            .any(|body| field::string(body, &["alias_name_source"]).known().is_some_and(|s| s == "serviceaccount_name"))
            .then(|| "a service account that is deleted and made anew keeps it".to_owned()),
        "jwt" | "oidc" => bodies.find_map(|body| {
            let claim = field::string(body, &["user_claim"]).known()?.to_string();
            let changes = ["email", "name", "nickname", "preferred_username", "login", "user_login"];
            changes
                .contains(&claim.as_str())
                .then(|| format!("it is the claim `{claim}`, which users or their administrators change"))
        }),
        _ => None,
    }
}
