use super::template_common::alias_fields;
use crate::lint::{Check, Inputs, Sink, StanzaContext};
use crate::model::Mount;
use crate::vault::roles::field;

pub(super) const CHECK: Check = Check::VaultStanza(check);

fn check(context: &StanzaContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    if !facts.template || facts.grants.is_empty() {
        return;
    }
    for used in alias_fields(context.inputs, facts) {
        let (Some(key), Some(mount)) = (used.field.strip_prefix("metadata."), used.mount) else { continue };
        let Some(who) = chooser(context.inputs, mount, key) else { continue };
        sink.report(facts.stanza.path_span, format!("{who} chooses `{key}`, and so whose path this is"))
            .label("not verified by the auth method")
            .help("use `identity.entity.id`, or metadata that the method takes from what it verified");
        return;
    }
}

/// Who sets a key of the alias' metadata without anybody verifying it.
fn chooser(inputs: &Inputs<'_>, mount: &Mount, key: &str) -> Option<&'static str> {
    match mount.kind.as_deref()? {
        // Whoever asks for a secret id may send metadata with it; `role_name` is written over.
        "approle" if key != "role_name" => Some("whoever makes a secret id"),
        // Only verified where the role bounds resources, and not where it bounds principals.
        "azure"
            if matches!(key, "subscription_id" | "resource_group_name" | "vm_name" | "vmss_name" | "resource_id") =>
        {
            let roles = inputs.model.vault.roles.iter().filter(|role| role.mount == mount.path && mount.path.is_some());
            let free = roles.filter_map(|role| inputs.model.vault_body(role.decl)).any(|body| {
                let absent = |name: &str| field::string_list(body, &[name]).span.is_none();
                ["bound_subscription_ids", "bound_resource_groups", "bound_scale_sets", "bound_locations"]
                    .into_iter()
                    .all(absent)
            });
            free.then_some("whoever logs in")
        }
        "kubernetes" if !key.starts_with("service_account_") => {
            let mut configs = inputs.model.vault.configs_at(mount.path.as_deref()?);
            let annotated = configs.any(|config| {
                let body = inputs.model.vault_body(config.decl);
                let on = body.map(|body| field::boolean(body, &["use_annotations_as_alias_metadata"]));
                on.is_some_and(|on| on.known() == Some(&true))
            });
            annotated.then_some("whoever annotates a service account")
        }
        _ => None,
    }
}
