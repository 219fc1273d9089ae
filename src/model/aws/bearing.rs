//! The policies that bear on an identity: its own, those of its groups, its boundary, the
//! organization's and the resource's, as far as the model has them.

use std::sync::Arc;

use smol_str::SmolStr;

use super::{AwsIdentityId, Binding, NO_ACCOUNT, arn_in, caller_arn};
use crate::aws::document::{Document, PolicyKind};
use crate::aws::evaluate::{Policies, PreparedPolicy};
use crate::aws::principal::is_account;
use crate::carrier::declaration::{AwsPolicy, AwsPrincipalKind, Item};
use crate::model::{AwsIdentity, DeclId, Model};
use crate::pattern::arn;

/// Policies that bear on an identity, compiled.
#[derive(Debug, Default)]
pub struct Bearing {
    /// The identity's ARN.
    pub caller: String,
    /// What the answer takes for granted, one sentence each.
    pub notes: Vec<String>,
    /// What is attached and not in the model: only an explicit Deny stands then.
    pub missing: Vec<String>,
    /// What it depends on whether the identity is there; empty where it certainly is.
    pub exists_if: Vec<SmolStr>,
    identity: Vec<PreparedPolicy>,
    boundary: Vec<PreparedPolicy>,
    session: Vec<PreparedPolicy>,
    resource: Vec<PreparedPolicy>,
    scps: Vec<Arc<[PreparedPolicy]>>,
    rcps: Vec<Arc<[PreparedPolicy]>>,
}

impl Bearing {
    /// The policies by their layers.
    #[must_use]
    pub fn policies(&self) -> Policies<'_> {
        Policies {
            identity: self.identity.iter().collect(),
            boundary: self.boundary.iter().collect(),
            session: self.session.iter().collect(),
            resource: self.resource.iter().collect(),
            scps: self.scps.iter().map(|level| level.iter().collect()).collect(),
            rcps: self.rcps.iter().map(|level| level.iter().collect()).collect(),
            ..Policies::default()
        }
    }
}

/// The account that identities are taken to be in whose ARN is not known, and what that takes
/// for granted: that they are of the one account that the model speaks of, else of the
/// resource's.
fn account_taken(model: &Model, owner: Option<&str>) -> (String, Option<String>) {
    // Roles that an engine assumes are often in other accounts than its own user.
    let declared = model.aws.identities().filter_map(|id| model.aws.identity(id)).filter(|id| id.issued_by.is_none());
    let mut known: Vec<&str> = declared.filter_map(|id| account_of(id.arn.as_deref()?)).collect();
    known.sort_unstable();
    known.dedup();
    let (account, note) = match (known.as_slice(), owner) {
        ([one], _) => {
            let note =
                format!("callers of which nothing tells the account are taken to be in {one}, as the others are");
            (*one, Some(note))
        }
        (_, Some(owner)) => {
            let note = "callers of which nothing tells the account are taken to be in the resource's";
            (owner, Some(note.to_owned()))
        }
        _ => (NO_ACCOUNT, None),
    };
    (account.to_owned(), note)
}

/// The account that an ARN names.
fn account_of(arn: &str) -> Option<&str> {
    arn.split(':').nth(4).filter(|account| !account.is_empty())
}

pub(super) fn policy(model: &Model, decl: DeclId) -> Option<&AwsPolicy> {
    match &model.declaration(decl)?.item {
        Item::AwsPolicy(policy) => Some(policy),
        _ => None,
    }
}

/// A policy compiled; `attached_if` says what its attachment depends on, besides what the
/// policy itself does, and `account` where identities are taken to be that it refers to.
pub(super) fn compiled(
    model: &Model,
    decl: DeclId,
    prefix: &str,
    kind: PolicyKind,
    attached_if: &[SmolStr],
    account: Option<&str>,
) -> Option<PreparedPolicy> {
    let policy = policy(model, decl)?;
    let name = policy.name.as_ref().map_or_else(
        || model.declaration(decl).map_or_else(String::new, |d| d.address.to_string()),
        |(text, _)| text.display(),
    );
    let mut given_if = attached_if.to_vec();
    given_if.extend(model.given_if(decl).iter().filter(|name| !attached_if.contains(name)).cloned());
    let document = match account {
        Some(account) => model.aws.spelled_out(decl, &policy.document, account),
        None => policy.document.clone(),
    };
    Some(PreparedPolicy::new(format!("{prefix}{name}"), document, kind).given_if(&given_if))
}

/// What it depends on whether something is attached or joined.
fn only_if<'a, T: PartialEq>(all: &'a [(T, Vec<SmolStr>)], what: &T) -> &'a [SmolStr] {
    all.iter().find(|(other, _)| other == what).map_or(&[], |(_, refs)| refs)
}

impl Model {
    /// The policies that bear on an identity's request of a resource.
    ///
    /// What the model does not tell is taken so: SCPs and RCPs of which nothing tells what they
    /// are attached to apply, on one level; a level whose SCPs only deny has `FullAWSAccess`
    /// too, which AWS attaches; a resource without a policy in the model has none; an identity
    /// without account is of the model's only one, else of the resource's. Notes say so.
    #[must_use]
    pub fn bearing_on(&self, id: AwsIdentityId, resource: &str) -> Bearing {
        self.bearing_on_owned(id, resource, account_of(resource))
    }

    /// The same for a resource of an account.
    #[must_use]
    pub fn bearing_on_owned(&self, id: AwsIdentityId, resource: &str, owner: Option<&str>) -> Bearing {
        let Some(identity) = self.aws.identity(id) else { return Bearing::default() };
        let owner = owner.or(account_of(resource));
        let (account, note) = account_taken(self, owner);
        let mut bearing = prepare(self, identity, resource, owner, &account);
        bearing.caller = arn_in(identity, &account);
        bearing.notes.extend(note.filter(|_| caller_arn(identity).is_none()));
        bearing.missing = missing(self, identity);
        bearing.exists_if.clone_from(&identity.exists_if);
        bearing
    }
}

impl Model {
    /// The trust policy of a role of the model, or its alternatives, by the role's ARN. A role
    /// that has none in the model is found by its name.
    pub(in crate::model) fn trust_of(&self, arn: &str, account: Option<&str>) -> Vec<PreparedPolicy> {
        let path = arn.split_once(":role/").map(|(_, path)| path);
        let Some(name) = path.map(|path| path.rsplit('/').next().unwrap_or(path)) else { return Vec::new() };
        let roles = || {
            let all = self.aws.identities().filter_map(|id| self.aws.identity(id));
            all.filter(|role| role.kind == AwsPrincipalKind::Role && role.issued_by.is_none())
        };
        let by_name = || roles().find(|role| role.arn.is_none() && role.name.as_deref() == Some(name));
        let role = roles().find(|role| role.arn.as_deref() == Some(arn)).or_else(by_name);
        let trust = role.map_or(&[][..], |role| &role.trust);
        trust.iter().filter_map(|decl| compiled(self, *decl, "", PolicyKind::Trust, &[], account)).collect()
    }
}

fn prepare(model: &Model, identity: &AwsIdentity, resource: &str, owner: Option<&str>, account: &str) -> Bearing {
    let account = Some(account);
    let mut notes = Vec::new();
    let attached = |to: &AwsIdentity, id: DeclId, prefix: &str, kind: PolicyKind, member_if: &[SmolStr]| {
        let mut given_if = member_if.to_vec();
        given_if.extend(only_if(&to.attached_if, &id).iter().cloned());
        compiled(model, id, prefix, kind, &given_if, account)
    };
    let own_of = |policies: &[DeclId], kind: PolicyKind| -> Vec<PreparedPolicy> {
        policies.iter().filter_map(|id| attached(identity, *id, "", kind, &[])).collect()
    };
    let mut own = own_of(&identity.policies, PolicyKind::Identity);
    for id in &identity.groups {
        let Some(group) = model.aws.identity(*id) else { continue };
        let prefix = format!("{} > ", model.aws.name_of(*id));
        let mut member_if = only_if(&identity.groups_if, id).to_vec();
        member_if.extend(group.exists_if.iter().cloned());
        let policies = group.policies.iter();
        own.extend(policies.filter_map(|id| attached(group, *id, &prefix, PolicyKind::Identity, &member_if)));
    }
    let boundary = own_of(identity.boundary.as_slice(), PolicyKind::Boundary);
    let session = own_of(identity.session.as_slice(), PolicyKind::Session);
    let mut on_it = Vec::new();
    for id in &model.aws.resource_policies {
        let Some(policy) = policy(model, *id) else { continue };
        let mut places = policy.attached_to.iter().filter_map(|(text, _)| text.known());
        if places.any(|on| is_on(on, resource)) {
            on_it.extend(compiled(model, *id, "", PolicyKind::Resource, &[], account));
        } else if policy.attached_to.is_empty() && policy.kind_guessed && speaks_of(&policy.document, resource) {
            let compiled = compiled(model, *id, "", PolicyKind::Resource, &[], account);
            let name = compiled.as_ref().map_or("", |policy| policy.name.as_str());
            match named_by(&policy.document).filter(|on| is_on(on, resource)) {
                Some(on) => {
                    notes
                        .push(format!("`{name}` is taken to be the policy of `{on}`, which alone its statements name"));
                    on_it.extend(compiled);
                }
                None => {
                    notes.push(format!("`{name}` speaks of this resource and is left out: nothing says what it is on"));
                }
            }
        }
    }
    on_it.extend(model.trust_of(resource, account));
    // what has no owner of its own is of the caller's account
    let owner = owner.filter(|owner| is_account(owner)).or(identity.account().filter(|_| resource == "*"));
    let mut levels = |kind: PolicyKind, account: Option<&str>| -> Vec<Arc<[PreparedPolicy]>> {
        let levels: Vec<Binding<'_>> = model.binding(kind, account).collect();
        let name = if kind == PolicyKind::Rcp { "RCP" } else { "SCP" };
        if levels.iter().any(|level| level.level.everywhere) {
            notes.push(format!("every {name} of which nothing tells what it is attached to is taken to apply"));
        }
        if levels.iter().any(|level| level.level.only_deny) {
            notes.push("where SCPs only deny, `FullAWSAccess` is taken to be attached beside them".to_owned());
        }
        levels.iter().map(|level| Arc::clone(level.policies())).collect()
    };
    let scps = levels(PolicyKind::Scp, identity.account());
    let rcps = levels(PolicyKind::Rcp, owner);
    Bearing { identity: own, boundary, session, resource: on_it, scps, rcps, notes, ..Bearing::default() }
}

/// Whether some statement of a document names the resource, or its bucket.
fn speaks_of(document: &Document, resource: &str) -> bool {
    let lists = document.statements.iter().filter_map(|statement| statement.resource.as_ref());
    let mut items = lists.filter(|list| !list.negated).flat_map(|list| &list.items);
    items.any(|item| {
        let text = item.text.known().unwrap_or("*");
        text.starts_with("arn:") && (arn::resources_meet(text, resource) || is_on(text, resource))
    })
}

/// The one resource that the statements of a document in a file of its own name: a bucket by
/// itself or by its objects, else one ARN without wildcards.
fn named_by(document: &Document) -> Option<String> {
    let mut only: Option<String> = None;
    for statement in &document.statements {
        let list = statement.resource.as_ref().filter(|list| !list.negated && !list.unknown)?;
        for item in &list.items {
            let arn = item.text.known()?;
            let named = match arn.split_once(":s3:::") {
                Some((_, rest)) => {
                    let end = arn.len() - rest.len() + rest.find('/').unwrap_or(rest.len());
                    arn.get(..end)?
                }
                None => arn,
            };
            if named.contains(['*', '?', '$']) || only.as_deref().is_some_and(|other| other != named) {
                return None;
            }
            only = Some(named.to_owned());
        }
    }
    only
}

/// Whether a resource policy's place is the resource asked for: its ARN, a bucket's name,
/// a name that ends the ARN.
fn is_on(on: &str, resource: &str) -> bool {
    let bucket =
        |arn: &str| arn.strip_prefix("arn:aws:s3:::").map(|rest| rest.split('/').next().unwrap_or(rest).to_owned());
    on == resource
        || bucket(resource).is_some_and(|name| name == on || bucket(on).as_deref() == Some(&name))
        || (!on.contains(':') && resource.rsplit([':', '/']).next() == Some(on))
}

pub(super) fn full_access() -> Option<PreparedPolicy> {
    let text = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
    let fragment = crate::source::Fragment::plain(crate::source::SourceId(u32::MAX), 0, text);
    let node = crate::syntax::json::parse(&fragment).0?;
    Some(PreparedPolicy::new("FullAWSAccess", crate::aws::document::parse(&node), PolicyKind::Scp))
}

fn missing(model: &Model, identity: &AwsIdentity) -> Vec<String> {
    let groups = identity.groups.iter().filter_map(|id| model.aws.identity(*id));
    let all = identity.missing.iter().chain(groups.flat_map(|group| &group.missing));
    all.map(|what| format!("{what}, which is attached but not in the model")).collect()
}
