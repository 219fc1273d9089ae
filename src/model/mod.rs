//! Declarations linked: the effective permission model.
//!
//! [`Model::build`] takes every declaration of a run and links them. It borrows nothing;
//! the caller keeps the [`SourceMap`] that spans point into.
//! Cost is linear in the number of declarations, and order is that of the declarations.
//!
//! What is where:
//!
//! | question | ask |
//! | --- | --- |
//! | policies and who cites them | [`VaultModel::policies`], [`Policy::cited_by`] |
//! | who can get a token, and how | [`VaultModel::roles`], [`VaultModel::token_roles`], [`VaultModel::tokens`] |
//! | entities, aliases, groups | [`VaultModel::entities`], [`VaultModel::groups`] |
//! | mounts, and the mount of a path | [`VaultModel::mounts`], [`VaultModel::mount_of`] |
//! | secrets-engine roles and everything else | [`VaultModel::objects`] |
//! | citations of what is not in the model | [`Model::dangling`] |
//! | the policies that a principal's token has, and how it comes to each | [`Model::effective`] |
//! | who can get every policy, and by which requests | [`Model::escalation_for`] |
//! | who gains something less, or needs something from outside too | [`Escalation::powers`] |
//! | stored secrets that somebody logs in with | [`Model::stored_logins`] |
//! | an auth method's configuration | [`VaultModel::configs_at`] |
//! | which capability means something at a path of a mount | [`endpoints`](crate::vault::endpoints) |
//! | AWS users, groups, roles and their policies | [`Model::aws`] |
//!
//! Everything is in a vector, in declaration order, and named by a small id (`RoleId`,
//! `PolicyId` …), which stays valid as long as the model.

pub mod aws;
pub mod cite;
pub(crate) mod conditional;
pub mod escalation;
pub mod ids;
pub mod principal;
mod scope;
pub mod vault;

pub use aws::{AwsIdentity, AwsIdentityId, AwsModel, AwsRunner, AwsRunnerId, Mention as AwsMention};
pub(crate) use aws::{Ceiling, Left, Wanted, circumstance, left};
pub use cite::{Cite, Dangling, Target};
pub use escalation::Escalation;
pub use ids::{DeclId, EntityId, GroupId, MountId, ObjectId, PolicyId, RoleId, TokenId, TokenRoleId};
pub use principal::{Effective, Held, Link, VaultPrincipal};
pub use vault::{
    Alias, Citer, Entity, Group, Mount, MountClass, Object, Policy, Role, Subject, Token, TokenRole, VaultModel,
};

use std::sync::{Arc, OnceLock};

use crate::carrier::declaration::{Declaration, Item};
use crate::source::SourceMap;
use crate::syntax::Node;
use crate::vault::dialect::Dialect;
use crate::vault::policy as document;

/// All declarations of a run, linked.
#[derive(Debug, Default)]
pub struct Model {
    declarations: Vec<Declaration>,
    /// The Vault side.
    pub vault: VaultModel,
    /// The AWS side.
    pub aws: AwsModel,
    /// Citations of policies, mounts, entities … that nothing here declares.
    pub dangling: Vec<Dangling>,
    alternatives: conditional::Alternatives,
    escalation: OnceLock<(Dialect, Arc<Escalation>)>,
}

impl Model {
    /// Links declarations. The names of `sources` tell which of several declarations of
    /// one name a citation means; nothing of them is kept.
    #[must_use]
    pub fn build(declarations: Vec<Declaration>, sources: &SourceMap) -> Self {
        let vault = VaultModel::build(&declarations, sources);
        let aws = AwsModel::build(&declarations, sources, &vault);
        let dangling = vault.dangling();
        let alternatives = conditional::Alternatives::new(&declarations);
        Self { declarations, vault, aws, dangling, alternatives, escalation: OnceLock::new() }
    }

    /// The declarations, in the order they were given.
    #[must_use]
    pub fn declarations(&self) -> &[Declaration] {
        &self.declarations
    }

    /// One declaration.
    #[must_use]
    pub fn declaration(&self, id: DeclId) -> Option<&Declaration> {
        self.declarations.get(id.index())
    }

    /// Which principals can get every policy, worked out at the first call.
    #[must_use]
    pub fn escalation_for(&self, dialect: Dialect) -> Arc<Escalation> {
        let (of, known) = self.escalation.get_or_init(|| (dialect, Arc::new(self.escalation(dialect))));
        if *of == dialect { Arc::clone(known) } else { Arc::new(self.escalation(dialect)) }
    }

    /// The document of a policy of the model.
    #[must_use]
    pub fn policy_document(&self, id: PolicyId) -> Option<&document::Policy> {
        match &self.declaration(self.vault.policy(id)?.decl)?.item {
            Item::VaultPolicy(policy) => Some(&policy.policy),
            _ => None,
        }
    }

    /// The body of a declared Vault object (role, mount, entity …): its fields under the
    /// API's names.
    #[must_use]
    pub fn vault_body(&self, id: DeclId) -> Option<&Node> {
        match &self.declaration(id)?.item {
            Item::VaultObject(object) => Some(&object.body),
            _ => None,
        }
    }
}
