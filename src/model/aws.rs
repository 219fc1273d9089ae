//! The AWS side of the model: identities with the policies attached to them.

mod bearing;
mod cap;
mod ceiling;
mod issued;
mod mention;
mod organization;
mod runner;
mod wanted;

pub use bearing::Bearing;
pub(crate) use ceiling::{Ceiling, circumstance, left};
pub use mention::Mention;
pub use organization::Binding;
pub use runner::{AwsRunner, AwsRunnerId};
pub(crate) use wanted::{Left, Wanted};

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::conditional::{given_if, join};
use super::ids::{DeclId, ObjectId, RoleId};
use super::scope::Scope;
use super::vault::VaultModel;
use crate::aws::document::PolicyKind;
use crate::carrier::declaration::{
    AwsPolicy, AwsPrincipal, AwsPrincipalKind, Carrier, Declaration, Item, Named, VaultKind,
};
use crate::source::{SourceMap, Span};

/// Names an [`AwsIdentity`]: position in [`AwsModel::identities`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AwsIdentityId(pub u32);

/// An IAM user, group or role with everything that is attached to it.
#[derive(Debug, Clone)]
pub struct AwsIdentity {
    /// Which kind.
    pub kind: AwsPrincipalKind,
    /// Where it is declared; the first place where in several.
    pub decl: DeclId,
    /// Friendly name, if known.
    pub name: Option<SmolStr>,
    /// ARN, if known.
    pub arn: Option<SmolStr>,
    /// How its author refers to it.
    pub address: SmolStr,
    /// Groups of a user.
    pub groups: Vec<AwsIdentityId>,
    /// Identity policies attached directly: declarations of documents.
    pub policies: Vec<DeclId>,
    /// Session policies, which take from all else.
    pub session: Vec<DeclId>,
    /// Permissions boundary: the declaration of its document.
    pub boundary: Option<DeclId>,
    /// A role's trust policy; several where it depends on something which of them it is.
    pub trust: Vec<DeclId>,
    /// What is attached and not in the model, one phrase each: ``policy `ARN` ``.
    pub missing: Vec<String>,
    /// The role of a Vault `aws` engine whose credentials these are.
    pub issued_by: Option<ObjectId>,
    /// What it depends on whether the identity is there; empty where it certainly is.
    pub exists_if: Vec<SmolStr>,
    /// Policies and boundaries of which it depends on something whether they are attached.
    pub attached_if: Vec<(DeclId, Vec<SmolStr>)>,
    /// Groups of which it depends on something whether the user is in them.
    pub groups_if: Vec<(AwsIdentityId, Vec<SmolStr>)>,
}

impl AwsIdentity {
    /// The account that it is in, if its ARN tells.
    #[must_use]
    pub fn account(&self) -> Option<&str> {
        self.arn.as_deref().and_then(account_of).filter(|account| crate::aws::principal::is_account(account))
    }

    /// One that nothing is known of but its kind and where it is declared.
    fn new(kind: AwsPrincipalKind, decl: DeclId, address: SmolStr, exists_if: &[SmolStr]) -> Self {
        Self {
            kind,
            decl,
            name: None,
            arn: None,
            address,
            groups: Vec::new(),
            policies: Vec::new(),
            session: Vec::new(),
            boundary: None,
            trust: Vec::new(),
            missing: Vec::new(),
            issued_by: None,
            exists_if: exists_if.to_vec(),
            attached_if: Vec::new(),
            groups_if: Vec::new(),
        }
    }
}

/// AWS identities and policies, linked.
#[derive(Debug, Default)]
pub struct AwsModel {
    identities: Vec<AwsIdentity>,
    /// Which identities may log in to Vault by which `aws` auth role, sorted.
    logins: Vec<(AwsIdentityId, RoleId)>,
    /// What the resources and principals of statements name, by the document and the place.
    mentions: FxHashMap<(DeclId, Span), Mention>,
    references: mention::References,
    runners: Vec<AwsRunner>,
    /// The Terraform directory of a source, or the source itself.
    homes: Vec<u32>,
    caps: cap::Caps,
    organization: organization::Organization,
    /// Declarations of users, groups and roles.
    pub principals: Vec<DeclId>,
    /// Declarations of policy documents.
    pub policies: Vec<DeclId>,
    /// Documents that are on a resource (trust policies are with their role).
    pub resource_policies: Vec<DeclId>,
    /// Service control policies.
    pub scps: Vec<DeclId>,
    /// Resource control policies.
    pub rcps: Vec<DeclId>,
}

impl AwsModel {
    /// Links the AWS declarations.
    #[must_use]
    pub(crate) fn build(declarations: &[Declaration], sources: &SourceMap, vault: &VaultModel) -> Self {
        let mut model = Self::default();
        for (index, declaration) in declarations.iter().enumerate() {
            let id = DeclId::at(index);
            match &declaration.item {
                Item::AwsPrincipal(_) => model.principals.push(id),
                Item::AwsPolicy(policy) => {
                    model.policies.push(id);
                    match policy.kind {
                        PolicyKind::Resource => model.resource_policies.push(id),
                        PolicyKind::Scp => model.scps.push(id),
                        PolicyKind::Rcp => model.rcps.push(id),
                        _ => {}
                    }
                }
                _ => {}
            }
        }
        model.organization = organization::Organization::new(declarations, sources, &model.scps, &model.rcps);
        let issues = vault.objects.iter().any(|object| object.kind == VaultKind::SecretsRole("aws".into()));
        if model.principals.is_empty() && !issues {
            return model;
        }
        let mut linker = Linker::new(declarations, sources);
        linker.run(&mut model);
        linker.run_as(&mut model, sources);
        model.mentions = linker.mentions(&model.policies);
        model.references = linker.references(&model.policies);
        linker.issue(&mut model, vault);
        linker.admit(&mut model, vault);
        model
    }

    /// The one identity or policy of the model that a place in a document names: a resource or
    /// a principal of a statement.
    #[must_use]
    pub fn mentioned(&self, document: DeclId, place: Span) -> Option<Mention> {
        self.mentions.get(&(document, place)).copied()
    }

    /// The `aws` auth roles by which an identity may log in to Vault.
    pub fn logins_of(&self, id: AwsIdentityId) -> impl Iterator<Item = RoleId> {
        self.logins.iter().filter(move |(identity, _)| *identity == id).map(|(_, role)| *role)
    }

    /// The identities that may log in by an `aws` auth role.
    pub fn admitted_by(&self, role: RoleId) -> impl Iterator<Item = AwsIdentityId> {
        self.logins.iter().filter(move |(_, of)| *of == role).map(|(identity, _)| *identity)
    }

    /// The identities that Vault hands out.
    pub fn issued(&self) -> impl Iterator<Item = AwsIdentityId> {
        self.identities().filter(|id| self.identity(*id).is_some_and(|identity| identity.issued_by.is_some()))
    }

    /// Users, groups and roles, in declaration order.
    pub fn identities(&self) -> impl Iterator<Item = AwsIdentityId> + use<> {
        (0..u32::try_from(self.identities.len()).unwrap_or(u32::MAX)).map(AwsIdentityId)
    }

    /// One of them.
    #[must_use]
    pub fn identity(&self, id: AwsIdentityId) -> Option<&AwsIdentity> {
        self.identities.get(id.0 as usize)
    }

    /// Its ARN if that is known, else `role/NAME`, `user/NAME`, `group/NAME`, else the
    /// address.
    #[must_use]
    pub fn name_of(&self, id: AwsIdentityId) -> String {
        let Some(identity) = self.identity(id) else { return String::new() };
        if identity.issued_by.is_some() {
            return identity.address.to_string();
        }
        if let Some(arn) = &identity.arn {
            return arn.to_string();
        }
        match &identity.name {
            Some(name) => format!("{}/{name}", kind_name(identity.kind)),
            None => identity.address.to_string(),
        }
    }
}

/// `user`, `group`, `role`.
#[must_use]
pub fn kind_name(kind: AwsPrincipalKind) -> &'static str {
    match kind {
        AwsPrincipalKind::User => "user",
        AwsPrincipalKind::Group => "group",
        AwsPrincipalKind::Role => "role",
    }
}

/// The ARN with which an identity calls, if that is known.
fn caller_arn(identity: &AwsIdentity) -> Option<&SmolStr> {
    identity.arn.as_ref().filter(|arn| !arn.contains(":group/"))
}

/// The ARN with which an identity calls; in `account` where its own is not known.
fn arn_in(identity: &AwsIdentity, account: &str) -> String {
    if let Some(arn) = caller_arn(identity) {
        return arn.to_string();
    }
    let name = identity.name.as_deref().unwrap_or(&identity.address);
    // What a group's policies give is what a user of it has.
    let kind = if identity.kind == AwsPrincipalKind::Role { "role" } else { "user" };
    format!("arn:aws:iam::{account}:{kind}/{name}")
}

/// Stands for an account that nothing in the model tells.
const NO_ACCOUNT: &str = "000000000000";

struct Linker<'a> {
    declarations: &'a [Declaration],
    scope: Scope<'a>,
    /// Identities by kind and name, with where each is declared.
    names: FxHashMap<(AwsPrincipalKind, SmolStr), Vec<(AwsIdentityId, DeclId)>>,
    /// Identities by where they are declared.
    places: FxHashMap<DeclId, AwsIdentityId>,
    /// Policies by ARN and by name.
    policies: FxHashMap<SmolStr, Vec<DeclId>>,
    /// What runs with a role, by where it is declared and by the end of its ARN.
    runners: runner::Index,
}

impl<'a> Linker<'a> {
    fn new(declarations: &'a [Declaration], sources: &'a SourceMap) -> Self {
        Self {
            declarations,
            scope: Scope::new(declarations, sources),
            names: FxHashMap::default(),
            places: FxHashMap::default(),
            policies: FxHashMap::default(),
            runners: runner::Index::default(),
        }
    }

    fn run(&mut self, model: &mut AwsModel) {
        let ids = model.principals.clone();
        for decl in &ids {
            let Some(principal) = self.principal(*decl) else { continue };
            self.add(model, *decl, principal);
        }
        for decl in &model.policies {
            if let Some(name) = self.policy(*decl).and_then(|policy| known(policy.name.as_ref())) {
                self.policies.entry(name).or_default().push(*decl);
            }
        }
        let mut identities = std::mem::take(&mut model.identities);
        for decl in ids {
            let (Some(principal), Some(id)) = (self.principal(decl), self.places.get(&decl)) else { continue };
            let groups: Vec<AwsIdentityId> =
                principal.groups.iter().filter_map(|g| self.identity(decl, AwsPrincipalKind::Group, g)).collect();
            let Some(identity) = identities.get_mut(id.0 as usize) else { continue };
            let given_if = given_if(self.declarations, decl);
            for group in groups {
                let known = identity.groups.contains(&group);
                if !known {
                    identity.groups.push(group);
                }
                only_if(&mut identity.groups_if, group, known, given_if);
            }
            for policy in &principal.managed_policies {
                self.attach(decl, identity, policy);
            }
            if let Some(boundary) = &principal.boundary {
                match self.document(decl, boundary) {
                    Some(id) => {
                        identity.boundary = Some(id);
                        let mut given_if = given_if.to_vec();
                        given_if.extend(self.besides(decl, boundary, id));
                        only_if(&mut identity.attached_if, id, false, &given_if);
                    }
                    None => identity.missing.push(format!("permissions boundary `{}`", boundary.0.display())),
                }
            }
        }
        for (index, declaration) in self.declarations.iter().enumerate() {
            let decl = DeclId::at(index);
            match &declaration.item {
                Item::AwsAttachment(attachment) => {
                    for (kind, name) in &attachment.principals {
                        let id = self.identity(decl, *kind, name);
                        if let Some(identity) = id.and_then(|id| identities.get_mut(id.0 as usize)) {
                            self.attach(decl, identity, &attachment.policy);
                        }
                    }
                }
                Item::AwsPolicy(policy) if matches!(policy.kind, PolicyKind::Identity | PolicyKind::Trust) => {
                    for name in &policy.attached_to {
                        use AwsPrincipalKind::{Group, Role, User};
                        let kinds: &[AwsPrincipalKind] =
                            if policy.kind == PolicyKind::Trust { &[Role] } else { &[Role, User, Group] };
                        let id = kinds.iter().find_map(|kind| self.identity(decl, *kind, name));
                        let Some(identity) = id.and_then(|id| identities.get_mut(id.0 as usize)) else { continue };
                        if policy.kind == PolicyKind::Trust {
                            let perhaps = |id: &DeclId| !given_if(self.declarations, *id).is_empty();
                            // the last one holds but for the alternatives that its author wrote
                            identity.trust.retain(|other| perhaps(other) && perhaps(&decl));
                            identity.trust.push(decl);
                        } else if !identity.policies.contains(&decl) {
                            identity.policies.push(decl);
                        }
                    }
                }
                _ => {}
            }
        }
        model.identities = identities;
    }

    fn principal(&self, decl: DeclId) -> Option<&'a AwsPrincipal> {
        match &self.declarations.get(decl.index())?.item {
            Item::AwsPrincipal(principal) => Some(principal),
            _ => None,
        }
    }

    fn policy(&self, decl: DeclId) -> Option<&'a AwsPolicy> {
        match &self.declarations.get(decl.index())?.item {
            Item::AwsPolicy(policy) => Some(policy),
            _ => None,
        }
    }

    /// Adds an identity, or joins it to one of that kind and name near by: a user may be
    /// declared again where its groups are.
    fn add(&mut self, model: &mut AwsModel, decl: DeclId, principal: &AwsPrincipal) {
        let Some(declaration) = self.declarations.get(decl.index()) else { return };
        let existing = principal.name.as_ref().and_then(|name| {
            let named = name.0.known();
            named.map_or_else(|| self.identity(decl, principal.kind, name), |text| self.joined(decl, principal, text))
        });
        let id = existing.unwrap_or_else(|| {
            let id = AwsIdentityId(u32::try_from(model.identities.len()).unwrap_or(u32::MAX));
            let exists_if = given_if(self.declarations, decl);
            model.identities.push(AwsIdentity {
                name: known(principal.name.as_ref()),
                arn: known(principal.arn.as_ref()),
                ..AwsIdentity::new(principal.kind, decl, declaration.address.clone(), exists_if)
            });
            if let Some(name) = known(principal.name.as_ref()) {
                self.names.entry((principal.kind, name)).or_default().push((id, decl));
            }
            id
        });
        // A second declaration that is certain, or an alternative of the first.
        if let Some(identity) = existing.and_then(|id| model.identities.get_mut(id.0 as usize)) {
            let same = self.declarations.get(identity.decl.index());
            let alternative = same.is_some_and(|d| d.address == declaration.address && d.span == declaration.span);
            if alternative || declaration.condition.is_none() {
                identity.exists_if.clear();
            }
        }
        self.places.insert(decl, id);
    }

    /// The identity that is declared again by `decl`, which calls it `name`.
    fn joined(&self, decl: DeclId, principal: &AwsPrincipal, name: &str) -> Option<AwsIdentityId> {
        let arn = known(principal.arn.as_ref());
        let found = self.names.get(&(principal.kind, SmolStr::new(name)))?;
        let same = found.iter().filter(|(_, other)| {
            let of_account = arn.as_ref().is_none_or(|arn| self.may_be(*other, arn));
            of_account && !self.is_another(decl, *other)
        });
        self.scope.nearest(decl, same.copied())
    }

    /// Whether an ARN, or a name, can be that of a declared principal: accounts keep their
    /// roles and users apart, whatever their names.
    fn may_be(&self, decl: DeclId, arn: &str) -> bool {
        let own = self.principal(decl).and_then(|principal| known(principal.arn.as_ref()));
        own.is_none_or(|own| match (account_of(arn), account_of(&own)) {
            (Some(one), Some(other)) => one == other,
            _ => true,
        })
    }

    /// Whether two declarations of one name make two principals: no account takes the name
    /// twice, so what two directories or two templates make is made in different accounts.
    fn is_another(&self, a: DeclId, b: DeclId) -> bool {
        let makes = |id: DeclId| self.principal(id).is_some_and(|p| p.body.as_map().is_some_and(|map| !map.is_empty()));
        let (Some(one), Some(other)) = (self.declarations.get(a.index()), self.declarations.get(b.index())) else {
            return false;
        };
        one.carrier == other.carrier
            && makes(a)
            && makes(b)
            && match one.carrier {
                Carrier::CloudFormation => one.span.source != other.span.source,
                Carrier::Terraform | Carrier::PulumiProgram => !self.scope.in_one_directory(a, b),
                _ => false,
            }
    }

    /// The identity that a name, ARN or reference means.
    fn identity(&self, from: DeclId, kind: AwsPrincipalKind, named: &Named) -> Option<AwsIdentityId> {
        if let Some(text) = named.0.known() {
            if kind_of_arn(text).is_some_and(|named| named != kind) {
                return None;
            }
            let name = text.rsplit('/').next().unwrap_or(text);
            let found = self.names.get(&(kind, SmolStr::new(name)))?;
            return self.scope.nearest(from, found.iter().copied().filter(|(_, decl)| self.may_be(*decl, text)));
        }
        let id = self.referred(from, named, |id| self.principal(id).is_some_and(|p| p.kind == kind))?;
        self.places.get(&id).copied()
    }

    /// What else than a document an expression refers to that may come to it: what chooses
    /// between it and something else.
    fn besides(&self, from: DeclId, named: &Named, document: DeclId) -> Vec<SmolStr> {
        let refs = named.0.holes().iter().filter(|hole| !hole.unknown.whole).flat_map(|hole| &hole.unknown.refs);
        let meant = |reference: &SmolStr| self.scope.referred_where(from, reference, |id| id == document).is_some();
        refs.filter(|reference| !meant(reference)).cloned().collect()
    }

    /// The declaration that a text which is nothing but an expression refers to.
    fn referred(&self, from: DeclId, named: &Named, wanted: impl Fn(DeclId) -> bool) -> Option<DeclId> {
        let whole = named.0.raw().chars().count() == 1;
        let mut refs = named.0.holes().iter().filter(|_| whole).flat_map(|hole| &hole.unknown.refs);
        refs.find_map(|reference| self.scope.referred_where(from, reference, &wanted))
    }

    /// The document that a policy's ARN, name or reference means.
    fn document(&self, from: DeclId, named: &Named) -> Option<DeclId> {
        if let Some(text) = named.0.known() {
            let name = text.rsplit('/').next().unwrap_or(text);
            // A policy of AWS's own is not the customer's of the same name.
            let own = !text.starts_with("arn:aws:iam::aws:");
            let found = self.policies.get(text).or_else(|| own.then(|| self.policies.get(name)).flatten())?;
            return self.scope.nearest(from, found.iter().map(|id| (*id, *id)));
        }
        self.referred(from, named, |id| self.policy(id).is_some())
    }

    /// A managed policy, and what its resource may declare in its place.
    fn alternatives(&self, id: DeclId) -> Vec<DeclId> {
        let declared = |id: DeclId| self.declarations.get(id.index()).filter(|d| d.condition.is_some());
        let Some(own) = declared(id) else { return vec![id] };
        let name = self.policy(id).and_then(|policy| known(policy.name.as_ref()));
        let named = name.and_then(|name| self.policies.get(&name)).map_or(&[][..], Vec::as_slice);
        let same = |other: &DeclId| declared(*other).is_some_and(|d| d.address == own.address && d.span == own.span);
        let mut all: Vec<DeclId> = named.iter().copied().filter(same).collect();
        if !all.contains(&id) {
            all.push(id);
        }
        all
    }

    fn attach(&self, from: DeclId, identity: &mut AwsIdentity, policy: &Named) {
        match self.document(from, policy) {
            Some(id) => {
                for id in self.alternatives(id) {
                    let known = identity.policies.contains(&id);
                    if !known {
                        identity.policies.push(id);
                    }
                    only_if(&mut identity.attached_if, id, known, given_if(self.declarations, from));
                }
            }
            None => identity.missing.push(format!("policy `{}`", policy.0.display())),
        }
    }
}

/// Notes what something depends on; nothing, once it is there in one certain way.
fn only_if<T: PartialEq>(all: &mut Vec<(T, Vec<SmolStr>)>, what: T, known: bool, given_if: &[SmolStr]) {
    let at = all.iter().position(|(other, _)| *other == what);
    match (at, given_if.is_empty()) {
        (Some(at), true) => {
            all.remove(at);
        }
        (Some(at), false) => {
            if let Some((_, refs)) = all.get_mut(at) {
                join(refs, given_if);
            }
        }
        (None, false) if !known => all.push((what, given_if.to_vec())),
        (None, _) => {}
    }
}

/// The account that an ARN names.
fn account_of(arn: &str) -> Option<&str> {
    arn.strip_prefix("arn:")?.split(':').nth(3).filter(|account| !account.is_empty())
}

/// The kind of identity that an ARN names.
fn kind_of_arn(text: &str) -> Option<AwsPrincipalKind> {
    let resource = text.strip_prefix("arn:")?.splitn(5, ':').last()?;
    match resource.split('/').next()? {
        "role" => Some(AwsPrincipalKind::Role),
        "user" => Some(AwsPrincipalKind::User),
        "group" => Some(AwsPrincipalKind::Group),
        _ => None,
    }
}

fn known(named: Option<&Named>) -> Option<SmolStr> {
    named.filter(|(text, _)| text.is_known()).map(|(text, _)| text.raw_smol().clone())
}
