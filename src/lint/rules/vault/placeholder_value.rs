use crate::carrier::declaration::VaultKind;
use crate::lint::{Check, ObjectContext, Sink};
use crate::syntax::{Node, Value};

pub(super) const CHECK: Check = Check::VaultObject(check);

/// Fields by which a login is recognized; all that begin with `bound_` are, too.
const FIELDS: &[&str] = &["audience", "jwks_url", "oidc_client_id", "oidc_discovery_url", "resource", "tenant_id"];

fn check(context: &ObjectContext<'_>, sink: &mut Sink<'_>) {
    if !matches!(context.object.kind, VaultKind::AuthRole(_) | VaultKind::AuthConfig(_) | VaultKind::AuthMapping { .. })
    {
        return;
    }
    let Some(entries) = context.body().as_map() else { return };
    for entry in entries {
        let Some(name) = entry.key.known() else { continue };
        if name.starts_with("bound_") || FIELDS.contains(&name) {
            look(name, &entry.value, 0, sink);
        }
    }
}

fn look(name: &str, node: &Node, depth: u32, sink: &mut Sink<'_>) {
    match &node.value {
        Value::String(text) => {
            if let Some(value) = text.known().filter(|value| is_placeholder(value)) {
                sink.report(node.span, format!("`{value}` is a placeholder: nobody put in the `{name}` that is meant"));
            }
        }
        Value::List(items) if depth < 4 => items.iter().for_each(|item| look(name, item, depth + 1, sink)),
        Value::Map(entries) if depth < 4 => {
            for entry in entries {
                look(name, &entry.value, depth + 1, sink);
            }
        }
        _ => {}
    }
}

/// Whether a value is one that templates leave to be filled in. Words of examples that are
/// valid by themselves (`my-app`, `example.com`) are none.
fn is_placeholder(value: &str) -> bool {
    let lower = value.to_ascii_lowercase().replace('-', "_");
    let whole =
        matches!(lower.as_str(), "changeme" | "change_me" | "replaceme" | "replace_me" | "todo" | "fixme" | "tbd");
    let starts = ["your_", "insert_", "changeme_", "change_me_", "replace_me_", "replace_with_"];
    let angle = value.starts_with('<') && value.ends_with('>') && value.len() > 2;
    let filler = value.len() >= 4 && value.bytes().all(|byte| byte.eq_ignore_ascii_case(&b'x'));
    whole || angle || filler || starts.iter().any(|start| lower.starts_with(start))
}
