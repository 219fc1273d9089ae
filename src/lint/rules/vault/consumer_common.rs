//! Programs that ask something of Vault, and the roles that they log in with.

use smol_str::SmolStr;

use crate::carrier::declaration::{Item, VaultKind, VaultObject};
use crate::lint::{Inputs, ObjectContext};
use crate::model::{RoleId, Subject};
use crate::syntax::Node;

/// The consumer that an object is.
pub(super) fn consumer<'a>(context: &ObjectContext<'a>) -> Option<&'a VaultObject> {
    (context.object.kind == VaultKind::Consumer).then_some(context.object)
}

/// The consumer whose login this one uses: itself, or the one resource that it names.
pub(super) fn login<'a>(inputs: &Inputs<'a>, consumer: &'a VaultObject) -> Option<&'a VaultObject> {
    let Some(wanted) = consumer.body.get("login").and_then(Node::as_str) else { return Some(consumer) };
    let (kind, rest) = wanted.split_once('/')?;
    let (namespace, name) = rest.split_once('/')?;
    let consumers = inputs.model.vault.logins(kind, name);
    let consumers = consumers.filter_map(|object| match &inputs.model.declaration(object.decl)?.item {
        Item::VaultObject(object) => Some(object),
        _ => None,
    });
    let mut found = consumers.filter(|other| {
        let id = other.body.get("id").and_then(Node::as_str).and_then(|id| id.split('/').nth(1));
        // A namespace that is not written is given when the resource is applied.
        id.is_some_and(|own| own == namespace || own.is_empty() || namespace.is_empty())
    });
    let only = found.next()?;
    found.next().is_none().then_some(only)
}

/// What the model says about the role that a consumer logs in with.
pub(super) enum Login<'a> {
    /// The model has it.
    Role(RoleId),
    /// The model has other roles of that mount, all by name, and not this one.
    Missing(Vec<&'a str>),
    /// The model does not tell.
    Unknown,
}

/// Looks the role of a consumer up.
pub(super) fn role<'a>(inputs: &Inputs<'a>, consumer: &VaultObject) -> Login<'a> {
    let text = |named: &Option<(crate::syntax::Text, crate::source::Span)>| {
        named.as_ref().and_then(|(text, _)| text.known()).map(SmolStr::new)
    };
    let (Some(mount), Some(name)) = (text(&consumer.mount), text(&consumer.name)) else { return Login::Unknown };
    let namespace = text(&consumer.namespace).unwrap_or_default();
    let mount = format!("auth/{mount}");
    let mut known: Vec<&str> = Vec::new();
    let mut found = None;
    for (index, role) in inputs.model.vault.roles.iter().enumerate() {
        if role.subject != Subject::Role || role.namespace != namespace.trim_matches('/') {
            continue;
        }
        match (role.mount.as_deref(), role.name.as_deref()) {
            (Some(at), Some(own)) if at == mount && own == name => {
                // Declared twice, it is not known which one counts.
                if found.is_some() {
                    return Login::Unknown;
                }
                found = Some(RoleId::at(index));
            }
            (Some(at), Some(own)) if at == mount => known.push(own),
            (Some(at), _) if at != mount => {}
            // It may be the one that is meant.
            _ if found.is_none() => return Login::Unknown,
            _ => {}
        }
    }
    match found {
        Some(role) => Login::Role(role),
        None if known.is_empty() => Login::Unknown,
        None => Login::Missing(known),
    }
}
