//! The Vault side of the model.

mod aliases;
mod build;
mod link;

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::cite::{Cite, Dangling, Target};
use super::ids::{DeclId, EntityId, GroupId, MountId, ObjectId, PolicyId, RoleId, TokenId, TokenRoleId};
use crate::carrier::declaration::{Named, VaultKind};
use crate::source::Span;
use crate::vault::roles::{Fact, Lifetime, Method, StringList, TokenFields, Tuning};

/// Vault declarations, linked. Every vector is in declaration order.
#[derive(Debug, Default)]
pub struct VaultModel {
    /// ACL policies.
    pub policies: Vec<Policy>,
    /// Secrets engine and auth mounts that are declared.
    pub mounts: Vec<Mount>,
    /// Auth roles, users and mappings: everything that a login can go through.
    pub roles: Vec<Role>,
    /// Token roles.
    pub token_roles: Vec<TokenRole>,
    /// Tokens created by configuration.
    pub tokens: Vec<Token>,
    /// Identity entities.
    pub entities: Vec<Entity>,
    /// Identity groups.
    pub groups: Vec<Group>,
    /// Everything else: method and engine configuration, engine roles, audit devices …
    pub objects: Vec<Object>,
    dangling: Vec<Dangling>,
    /// Consumers that others log in through, by kind and name.
    logins: FxHashMap<(SmolStr, SmolStr), Vec<ObjectId>>,
    /// Configurations of auth methods by mount path.
    configs_by_mount: FxHashMap<SmolStr, Vec<ObjectId>>,
    /// Roles with [`Subject::Config`].
    pub(super) configs: Vec<RoleId>,
    /// Entities by the mount and name of their aliases.
    pub(super) alias_entities: FxHashMap<(MountId, SmolStr), EntityId>,
    /// Groups by the mount and name of their aliases.
    pub(super) alias_groups: FxHashMap<(MountId, SmolStr), GroupId>,
    /// What memberships depend on that are declared only in some cases.
    pub(super) members_if: FxHashMap<(GroupId, EntityId), Vec<SmolStr>>,
    policy_names: FxHashMap<SmolStr, Vec<PolicyId>>,
    mount_paths: FxHashMap<SmolStr, Vec<MountId>>,
}

/// An ACL policy of the model. Its document is in its declaration
/// ([`Model::policy_document`](super::Model::policy_document)).
#[derive(Debug, Clone)]
pub struct Policy {
    /// Where it is declared.
    pub decl: DeclId,
    /// The name as the server stores it, if it is known.
    pub name: Option<SmolStr>,
    /// Namespace relative to root, without slashes at its ends; empty for root.
    pub namespace: SmolStr,
    /// Who cites it, in order.
    pub cited_by: Vec<Citer>,
}

/// Who cites a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Citer {
    /// An auth role, user or mapping.
    Role(RoleId),
    /// A token role's allow list.
    TokenRole(TokenRoleId),
    /// A declared token.
    Token(TokenId),
    /// An entity.
    Entity(EntityId),
    /// A group.
    Group(GroupId),
    /// Another object, such as a method's configuration.
    Object(ObjectId),
}

/// Secrets engine or auth method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MountClass {
    /// Mounted at its path.
    Secrets,
    /// Mounted below `auth/`.
    Auth,
}

/// A mount.
#[derive(Debug, Clone)]
pub struct Mount {
    /// Where it is declared.
    pub decl: DeclId,
    /// Secrets engine or auth method.
    pub class: MountClass,
    /// Path without slashes at its ends, with `auth/` for an auth method; unknown parts
    /// make it none.
    pub path: Option<SmolStr>,
    /// Namespace relative to root; empty for root.
    pub namespace: SmolStr,
    /// Engine or method type (`kv`, `pki`, `approle` …), if known; `kv-v2` is `kv`.
    pub kind: Option<SmolStr>,
    /// Version of a `kv` engine; none where it is not a `kv` engine or not known.
    pub kv_version: Option<u8>,
    /// Accessor, if the carrier tells.
    pub accessor: Option<SmolStr>,
    /// Its lease times.
    pub tuning: Tuning,
}

/// What kind of thing a [`Role`] is at its method.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// A role that a login names.
    Role,
    /// A user of the method.
    User,
    /// A group or team whose members get the policies.
    Group,
    /// The method's configuration itself, where it gives policies to every login.
    Config,
}

/// An auth role, user or mapping: what a login goes through to get a token.
#[derive(Debug, Clone)]
pub struct Role {
    /// Where it is declared.
    pub decl: DeclId,
    /// The auth method.
    pub method: Method,
    /// What it is at that method.
    pub subject: Subject,
    /// Mount path with `auth/`, if known.
    pub mount: Option<SmolStr>,
    /// The mount's declaration, if the model has it.
    pub mount_id: Option<MountId>,
    /// Its name, if known.
    pub name: Option<SmolStr>,
    /// The name with its place.
    pub named: Option<Named>,
    /// The role id of an `AppRole` role, if it is set: the alias name of its logins.
    pub role_id: Option<SmolStr>,
    /// Namespace relative to root; empty for root.
    pub namespace: SmolStr,
    /// The `token_*` fields.
    pub token: TokenFields,
    /// The policies it gives, linked. `default` is not among them unless it is written.
    pub cites: Vec<Cite>,
    /// True where the list of policies may hold more than is seen.
    pub cites_unknown: bool,
}

/// A token role (`auth/token/roles/<name>`).
#[derive(Debug, Clone)]
pub struct TokenRole {
    /// Where it is declared.
    pub decl: DeclId,
    /// Its name, if known.
    pub name: Option<SmolStr>,
    /// The name with its place.
    pub named: Option<Named>,
    /// Namespace relative to root; empty for root.
    pub namespace: SmolStr,
    /// Its lists and limits.
    pub facts: crate::vault::token_role::TokenRole,
    /// `allowed_policies`, linked.
    pub cites: Vec<Cite>,
}

/// A token created by configuration.
#[derive(Debug, Clone)]
pub struct Token {
    /// Where it is declared.
    pub decl: DeclId,
    /// Display name, if known.
    pub name: Option<SmolStr>,
    /// Namespace relative to root; empty for root.
    pub namespace: SmolStr,
    /// The `token_*` facts, from the token's own field names.
    pub token: TokenFields,
    /// Its policies, linked.
    pub cites: Vec<Cite>,
    /// True where the list of policies may hold more than is seen.
    pub cites_unknown: bool,
    /// Token role it is created through, if any.
    pub role_name: Fact<SmolStr>,
    /// The entity it belongs to, if the model has it.
    pub entity: Option<EntityId>,
}

/// An alias of an entity or group: the name that an auth mount knows it by.
#[derive(Debug, Clone)]
pub struct Alias {
    /// Where it is declared (the entity's own declaration where it is part of it).
    pub decl: DeclId,
    /// Its name, if known.
    pub name: Option<SmolStr>,
    /// The name's place.
    pub span: Span,
    /// The mount, if the model has it.
    pub mount: Option<MountId>,
    /// Mount accessor or path as given, if known.
    pub accessor: Option<SmolStr>,
    /// The mount's type, if the alias or the mount tells.
    pub mount_type: Option<SmolStr>,
}

/// An identity entity.
#[derive(Debug, Clone)]
pub struct Entity {
    /// Where it is declared.
    pub decl: DeclId,
    /// Its name, if known.
    pub name: Option<SmolStr>,
    /// Its id, if the carrier tells.
    pub id: Option<SmolStr>,
    /// Namespace relative to root; empty for root.
    pub namespace: SmolStr,
    /// Its own policies, linked, those attached apart included.
    pub cites: Vec<Cite>,
    /// True where there may be more policies than are seen.
    pub cites_unknown: bool,
    /// Whether it is disabled.
    pub disabled: Fact<bool>,
    /// Its aliases.
    pub aliases: Vec<Alias>,
    /// Groups that hold it directly.
    pub groups: Vec<GroupId>,
}

/// An identity group.
#[derive(Debug, Clone)]
pub struct Group {
    /// Where it is declared.
    pub decl: DeclId,
    /// Its name, if known.
    pub name: Option<SmolStr>,
    /// Its id, if the carrier tells.
    pub id: Option<SmolStr>,
    /// Namespace relative to root; empty for root.
    pub namespace: SmolStr,
    /// True for an external group, whose members come from its alias at login.
    pub external: Fact<bool>,
    /// Its own policies, linked, those attached apart included.
    pub cites: Vec<Cite>,
    /// True where there may be more policies than are seen.
    pub cites_unknown: bool,
    /// Entities that are members.
    pub entities: Vec<EntityId>,
    /// Groups that are members: their members have this group's policies too.
    pub children: Vec<GroupId>,
    /// Groups that this group is a member of: it has their policies.
    pub parents: Vec<GroupId>,
    /// Aliases of an external group.
    pub aliases: Vec<Alias>,
    /// True where there may be more members than are seen.
    pub members_unknown: bool,
}

/// Anything else that is written to Vault.
#[derive(Debug, Clone)]
pub struct Object {
    /// Where it is declared.
    pub decl: DeclId,
    /// What it is.
    pub kind: VaultKind,
    /// Mount path (with `auth/` for a method's configuration), if known.
    pub mount: Option<SmolStr>,
    /// The mount's declaration, if the model has it.
    pub mount_id: Option<MountId>,
    /// Its name, if known.
    pub name: Option<SmolStr>,
    /// Namespace relative to root; empty for root.
    pub namespace: SmolStr,
}

impl VaultModel {
    /// The policies declared under a name (stored form: trimmed, lower case), in order.
    #[must_use]
    pub fn policies_named(&self, name: &str) -> &[PolicyId] {
        self.policy_names.get(name).map_or(&[], Vec::as_slice)
    }

    /// The mounts declared at a path (with `auth/` for auth methods), in order.
    #[must_use]
    pub fn mounts_at(&self, path: &str) -> &[MountId] {
        self.mount_paths.get(path).map_or(&[], Vec::as_slice)
    }

    /// The mount that serves a request path in a namespace: the longest declared mount
    /// path that the path lies at or below.
    #[must_use]
    pub fn mount_of(&self, namespace: &str, path: &str) -> Option<MountId> {
        let mut end = path.len();
        loop {
            let prefix = path.get(..end)?;
            let mut found = self.mounts_at(prefix.trim_end_matches('/')).iter().rev().copied();
            if let Some(id) = found.find(|id| self.mount(*id).is_some_and(|m| m.namespace == namespace)) {
                return Some(id);
            }
            end = prefix.rfind('/')?;
        }
    }

    /// How long the tokens of a login live. A mount that the model does not have is taken
    /// to be tuned to nothing.
    #[must_use]
    pub fn lifetime(&self, role: &Role) -> Lifetime {
        let mount = role.mount_id.and_then(|id| self.mount(id));
        Lifetime::of(&role.token, mount.map_or(&Tuning::NONE, |mount| &mount.tuning))
    }

    /// The lease times of the token store.
    #[must_use]
    pub fn token_store(&self) -> &Tuning {
        let mount = self.mounts_at("auth/token").last().and_then(|id| self.mount(*id));
        mount.map_or(&Tuning::NONE, |mount| &mount.tuning)
    }

    /// The configuration objects of an auth method mounted at a path (with `auth/`).
    pub fn configs_at(&self, mount: &str) -> impl Iterator<Item = &Object> {
        let ids = self.configs_by_mount.get(mount).map_or(&[][..], Vec::as_slice);
        ids.iter().filter_map(|id| self.objects.get(id.index()))
    }

    /// The consumers of that kind and name that others log in through, of any namespace.
    pub fn logins(&self, kind: &str, name: &str) -> impl Iterator<Item = &Object> {
        let ids = self.logins.get(&(SmolStr::new(kind), SmolStr::new(name))).map_or(&[][..], Vec::as_slice);
        ids.iter().filter_map(|id| self.objects.get(id.index()))
    }

    /// A policy.
    #[must_use]
    pub fn policy(&self, id: PolicyId) -> Option<&Policy> {
        self.policies.get(id.index())
    }

    /// A mount.
    #[must_use]
    pub fn mount(&self, id: MountId) -> Option<&Mount> {
        self.mounts.get(id.index())
    }

    /// An auth role, user or mapping.
    #[must_use]
    pub fn role(&self, id: RoleId) -> Option<&Role> {
        self.roles.get(id.index())
    }

    /// A token role.
    #[must_use]
    pub fn token_role(&self, id: TokenRoleId) -> Option<&TokenRole> {
        self.token_roles.get(id.index())
    }

    /// An entity.
    #[must_use]
    pub fn entity(&self, id: EntityId) -> Option<&Entity> {
        self.entities.get(id.index())
    }

    /// A group.
    #[must_use]
    pub fn group(&self, id: GroupId) -> Option<&Group> {
        self.groups.get(id.index())
    }

    /// Citations of policies, mounts, entities and groups that nothing declares.
    #[must_use]
    pub fn dangling(&self) -> Vec<Dangling> {
        self.dangling.clone()
    }

    /// Policies that nothing in the model cites, in order. `default` is never among
    /// them: every token has it.
    pub fn unused_policies(&self) -> impl Iterator<Item = (PolicyId, &Policy)> {
        let listed = self.policies.iter().enumerate().map(|(index, policy)| (PolicyId::at(index), policy));
        listed.filter(|(_, policy)| policy.cited_by.is_empty() && policy.name.as_deref() != Some("default"))
    }
}

/// The names of a [`StringList`] as citations; targets are linked later.
fn cites_of(list: &StringList) -> Vec<Cite> {
    list.items
        .iter()
        .map(|(text, span)| {
            if let Some(name) = text.known() {
                let name = crate::vault::roles::policy_name(name);
                return Cite { name, span: *span, target: Target::Dangling, refs: Vec::new(), given_if: Vec::new() };
            }
            // Only a text that is nothing but an expression stands for what it refers to.
            let whole = text.raw().chars().count() == 1;
            let holes = text.holes().iter().filter(|_| whole);
            let refs = holes.flat_map(|hole| hole.unknown.refs.clone()).collect();
            Cite { name: text.display().into(), span: *span, target: Target::Unknown, refs, given_if: Vec::new() }
        })
        .collect()
}
