//! Aliases of entities and groups, as exports list them inside and others declare them apart.

use smol_str::SmolStr;

use super::Alias;
use crate::carrier::declaration::VaultObject;
use crate::model::ids::DeclId;
use crate::syntax::Node;
use crate::vault::roles::field;

/// Aliases that an export lists inside an entity or group.
pub(super) fn inside(decl: DeclId, body: &Node) -> Vec<Alias> {
    let listed = body.get("aliases").and_then(Node::as_list).unwrap_or_default().iter().chain(body.get("alias"));
    let filled = listed.filter(|node| node.as_map().is_some_and(|entries| !entries.is_empty()));
    filled.map(|node| alias(decl, node)).collect()
}

/// The alias that a declaration of its own makes.
pub(super) fn of_object(decl: DeclId, object: &VaultObject) -> Alias {
    let mut alias = alias(decl, &object.body);
    if let Some((text, span)) = &object.name
        && alias.name.is_none()
    {
        alias.name = text.known().map(SmolStr::new);
        alias.span = *span;
    }
    alias
}

fn alias(decl: DeclId, node: &Node) -> Alias {
    let text = |keys: &[&str]| field::string(node, keys).known().cloned();
    Alias {
        decl,
        name: text(&["name"]),
        span: node.get("name").map_or(node.span, |name| name.span),
        mount: None,
        accessor: text(&["mount_accessor", "mountpath"]),
        mount_type: text(&["mount_type"]),
    }
}
