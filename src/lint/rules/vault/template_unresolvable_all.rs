use super::template_common::alias_fields;
use crate::lint::{Check, Inputs, Sink, StanzaContext};
use crate::model::{Mount, Subject};
use crate::syntax::Value;

pub(super) const CHECK: Check = Check::VaultStanza(check);

/// What the `kubernetes` method writes to an alias (spec: vault-roles, section 1.7).
const KUBERNETES: &[&str] =
    &["service_account_name", "service_account_namespace", "service_account_secret_name", "service_account_uid"];

fn check(context: &StanzaContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    if !facts.template {
        return;
    }
    for used in alias_fields(context.inputs, facts) {
        let (Some(key), Some(mount)) = (used.field.strip_prefix("metadata."), used.mount) else { continue };
        let Some(help) = missing(context.inputs, mount, key) else { continue };
        let what = if facts.denies { "denies" } else { "grants" };
        let message =
            format!("no login of this method has the metadata `{key}`, so that this {what} nothing to anybody");
        sink.report(facts.stanza.path_span, message).label("the server leaves the stanza out").help(help);
        return;
    }
}

/// What would give an alias the key, where nothing that is known does.
fn missing(inputs: &Inputs<'_>, mount: &Mount, key: &str) -> Option<String> {
    match mount.kind.as_deref()? {
        // Annotations may bring any other key, but none that begins so.
        "kubernetes" if key.starts_with("service_account_") && !KUBERNETES.contains(&key) => {
            let meant = crate::suggest::closest(key, KUBERNETES.iter().copied());
            Some(meant.map_or_else(
                || format!("it has `{}`", KUBERNETES.join("`, `")),
                |meant| format!("did you mean `{meant}`?"),
            ))
        }
        "jwt" | "oidc" => {
            let path = mount.path.as_ref()?;
            let mut roles = inputs
                .model
                .vault
                .roles
                .iter()
                .filter(|role| role.subject == Subject::Role && role.mount.as_ref() == Some(path))
                .peekable();
            roles.peek()?;
            for role in roles {
                let body = inputs.model.vault_body(role.decl)?;
                let Some(mappings) = body.get("claim_mappings") else { continue };
                match &mappings.value {
                    Value::Null => {}
                    Value::Map(entries) => {
                        for entry in entries {
                            if entry.value.as_str()? == key {
                                return None;
                            }
                        }
                    }
                    _ => return None,
                }
            }
            (key != "role").then(|| format!("map a claim to `{key}` in the `claim_mappings` of the roles"))
        }
        _ => None,
    }
}
