use super::mount_common::{literal, mount, namespace};
use crate::carrier::declaration::{Carrier, Item, VaultKind};
use crate::lint::{Check, Confidence, Inputs, Sink, StanzaContext};
use crate::model::MountClass;
use crate::suggest::{closest, slipped};

pub(super) const CHECK: Check = Check::VaultStanza(check);

fn check(context: &StanzaContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    let model = &context.inputs.model.vault;
    let first = facts.path.split('/').next().unwrap_or("");
    let auth = first == "auth";
    if matches!(first, "sys" | "identity" | "cubbyhole") || model.mounts.is_empty() || mount(context).is_some() {
        return;
    }
    let path = literal(facts.path);
    // The mount's whole path has to stand before the first wildcard.
    let typed = if auth { path.strip_prefix("auth/").unwrap_or("") } else { path };
    if typed.is_empty() || path.starts_with("auth/token") {
        return;
    }
    let class = if auth { MountClass::Auth } else { MountClass::Secrets };
    let own = namespace(context);
    let mut known: Vec<&str> = Vec::new();
    for mount in model.mounts.iter().filter(|mount| mount.class == class && mount.namespace == own) {
        match mount.path.as_deref() {
            Some(path) => known.push(path.strip_prefix("auth/").unwrap_or(path)),
            // It may be the one that is meant.
            None => return,
        }
    }
    // A wildcard within the mount's path, or a mount further down.
    let reaches = |mount: &&str| {
        mount.starts_with(&format!("{typed}/")) || (path.len() < facts.path.len() && mount.starts_with(typed))
    };
    if known.is_empty() || known.iter().any(reaches) || is_namespace(context.inputs, first) {
        return;
    }
    let whole = complete(context.inputs, class);
    let meant = known.iter().copied().find(|mount| {
        let depth = mount.split('/').count();
        let same: Vec<&str> = typed.split('/').take(depth).collect();
        let same = same.join("/");
        closest(&same, [*mount]).is_some() && (whole || slipped(&same, mount))
    });
    let whose = if auth { "auth method" } else { "secrets engine" };
    let message = format!("no {whose} is mounted at `{path}`: this stanza is about nothing");
    match meant {
        Some(mount) => {
            let prefix = if auth { "auth/" } else { "" };
            sink.report(facts.stanza.path_span, message)
                .label("no such mount")
                .help(format!("did you mean `{prefix}{mount}`?"))
                .confidence(if whole { Confidence::High } else { Confidence::Medium });
        }
        None if whole => {
            sink.report(facts.stanza.path_span, message).label("no such mount");
        }
        None => {}
    }
}

/// Whether the table of all mounts of that sort is among the inputs.
fn complete(inputs: &Inputs<'_>, class: MountClass) -> bool {
    let (kind, table) = match class {
        MountClass::Auth => (VaultKind::AuthMount, "sys/auth"),
        MountClass::Secrets => (VaultKind::SecretsMount, "sys/mounts"),
    };
    inputs.model.declarations().iter().any(|declaration| {
        let exported = declaration.carrier == Carrier::VaultExport && declaration.address.starts_with(table);
        exported && matches!(&declaration.item, Item::VaultObject(object) if object.kind == kind)
    })
}

fn is_namespace(inputs: &Inputs<'_>, first: &str) -> bool {
    inputs.model.vault.objects.iter().any(|object| {
        object.kind == VaultKind::Namespace
            && object.name.as_deref().is_some_and(|name| name.trim_matches('/') == first)
    }) || inputs.model.vault.policies.iter().any(|policy| policy.namespace.split('/').next() == Some(first))
}
