use super::mount_common::{mount, namespace};
use crate::carrier::declaration::VaultKind;
use crate::lint::{Check, Sink, StanzaContext};
use crate::model::MountClass;
use crate::suggest::closest;

pub(super) const CHECK: Check = Check::VaultStanza(check);

/// Segments below which an engine has its roles' names, by engine.
const DOORS: &[(&str, &[&str])] = &[
    ("aws", &["creds", "sts", "static-creds"]),
    ("azure", &["creds"]),
    ("consul", &["creds"]),
    ("database", &["creds", "static-creds"]),
    ("kubernetes", &["creds"]),
    ("nomad", &["creds"]),
    ("pki", &["issue", "sign"]),
    ("rabbitmq", &["creds"]),
    ("ssh", &["sign", "issue", "creds"]),
];

fn check(context: &StanzaContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    if facts.unknown || facts.template || facts.wildcard() {
        return;
    }
    let Some((engine, path)) = mount(context).and_then(|mount| {
        let secrets = mount.class == MountClass::Secrets;
        Some((mount.kind.as_deref().filter(|_| secrets)?, mount.path.as_deref()?))
    }) else {
        return;
    };
    let Some((_, doors)) = DOORS.iter().find(|(known, _)| *known == engine) else { return };
    let rest = facts.path.strip_prefix(path).and_then(|rest| rest.strip_prefix('/'));
    let Some((door, name)) = rest.and_then(|rest| rest.split_once('/')) else { return };
    if !doors.contains(&door) || name.is_empty() || name.contains('/') {
        return;
    }
    let own = namespace(context);
    let model = context.inputs.model;
    let mut known: Vec<&str> = Vec::new();
    for object in &model.vault.objects {
        let role = matches!(&object.kind, VaultKind::SecretsRole(kind) if kind == engine);
        if !role || object.namespace != own {
            continue;
        }
        let here = object.mount.as_deref().is_none_or(|mount| mount == path);
        match object.name.as_deref().filter(|_| object.mount.is_some()) {
            Some(name) if here => known.push(name),
            Some(_) => {}
            // It may be the one that is meant.
            None => return,
        }
    }
    if known.is_empty() || known.contains(&name) {
        return;
    }
    let finding = sink
        .report(facts.stanza.path_span, format!("`{path}` has no role `{name}`, so that there is nothing to get here"))
        .label("no such role");
    match closest(name, known.iter().copied()) {
        Some(meant) => finding.help(format!("did you mean `{path}/{door}/{meant}`?")),
        None => finding.help("declare the role, or take the stanza out: whoever makes the role decides what it gives"),
    };
}
