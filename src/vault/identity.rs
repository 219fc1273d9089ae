//! Who a token belongs to, as far as templates need it.

use std::collections::BTreeMap;

use smol_str::SmolStr;

/// The entity and groups behind a token.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Identity {
    /// The token has no entity (a root token, one made by `auth/token/create-orphan`).
    None,
    /// The token may have any.
    #[default]
    Unknown,
    /// This one.
    Known {
        /// The entity.
        entity: Entity,
        /// Groups that it is a direct or inherited member of.
        groups: Vec<Group>,
        /// Whether it is in no other group.
        groups_complete: bool,
    },
}

/// An entity. What is `None` is not known; the empty string is known to be empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Entity {
    /// Its id: the server makes it up, so configuration rarely tells it.
    pub id: Option<SmolStr>,
    /// Its name.
    pub name: Option<SmolStr>,
    /// Its metadata.
    pub metadata: Metadata,
    /// Its aliases.
    pub aliases: Vec<Alias>,
    /// Whether it has no other alias.
    pub aliases_complete: bool,
}

/// Metadata of an entity, alias or group.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Metadata {
    /// Keys with their values.
    pub values: BTreeMap<SmolStr, SmolStr>,
    /// Whether there is no other key.
    pub complete: bool,
}

impl Metadata {
    /// All there is.
    #[must_use]
    pub fn complete(values: BTreeMap<SmolStr, SmolStr>) -> Self {
        Self { values, complete: true }
    }

    pub(super) fn value(&self, key: &str) -> Option<&str> {
        self.values.get(key).map(SmolStr::as_str)
    }
}

/// An alias: the entity's name on one auth mount.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Alias {
    /// Its id.
    pub id: Option<SmolStr>,
    /// Its name.
    pub name: Option<SmolStr>,
    /// Accessor of the auth mount.
    pub mount_accessor: SmolStr,
    /// Metadata, written by the auth method at each login.
    pub metadata: Metadata,
    /// Metadata, written by an operator.
    pub custom_metadata: Metadata,
}

/// A group that an entity is in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Group {
    /// Its id.
    pub id: Option<SmolStr>,
    /// Its name.
    pub name: SmolStr,
    /// The namespace it is of: its id or path; empty or `root` for the root namespace.
    pub namespace: SmolStr,
    /// Its metadata.
    pub metadata: Metadata,
}

impl Group {
    /// Whether the group is of that namespace. Ids of child namespaces are not known to
    /// the model, so that any may be meant there.
    pub(super) fn is_in(&self, namespace: &str) -> bool {
        let root = |name: &str| name.is_empty() || name == "root";
        root(&self.namespace) == root(namespace)
    }
}
