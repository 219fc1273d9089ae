//! The levels of policies that bind an account, compiled.

use std::sync::Arc;

use smol_str::{SmolStr, format_smolstr};

use super::{Level, Name, Place};
use crate::aws::document::PolicyKind;
use crate::aws::evaluate::PreparedPolicy;
use crate::decision::Truth;
use crate::model::aws::bearing::{compiled, full_access, policy};
use crate::model::aws::cap::may_allow;
use crate::model::{DeclId, Model};

/// A level of policies, compiled.
#[derive(Debug)]
pub(in crate::model::aws) struct Prepared {
    /// As they bind what is certainly in the place.
    certain: Arc<[PreparedPolicy]>,
    /// As they bind what may be.
    perhaps: Arc<[PreparedPolicy]>,
    /// The place in words.
    place: SmolStr,
    /// Which each is, of the model's.
    decls: Vec<Option<DeclId>>,
    /// Whether what none of them allows is refused. Beside one that only denies AWS keeps
    /// `FullAWSAccess`, which stands in no file; where there is such a one, those that allow
    /// little may be for other accounts than it.
    pub(in crate::model::aws) caps: bool,
    /// Whether `FullAWSAccess` is taken to be beside them, as they only deny.
    pub(in crate::model::aws) only_deny: bool,
    /// Whether nothing tells what they are attached to.
    pub(in crate::model::aws) everywhere: bool,
}

impl Prepared {
    /// The policies without `FullAWSAccess`, which takes nothing away.
    pub(in crate::model::aws) fn declared(&self) -> impl Iterator<Item = &PreparedPolicy> {
        self.certain.iter().zip(&self.decls).filter(|(_, decl)| decl.is_some()).map(|(policy, _)| policy)
    }
}

/// A level of an organization's policies that binds, or may.
#[derive(Debug, Clone, Copy)]
pub struct Binding<'m> {
    pub(in crate::model::aws) level: &'m Prepared,
    /// Which level of its kind it is.
    pub(in crate::model::aws) index: usize,
    /// Whether it certainly binds.
    pub certain: bool,
}

impl<'m> Binding<'m> {
    /// The policies.
    #[must_use]
    pub fn policies(self) -> &'m Arc<[PreparedPolicy]> {
        if self.certain { &self.level.certain } else { &self.level.perhaps }
    }

    /// What they are attached to, in words: "`ou-ab12-11111111`".
    #[must_use]
    pub fn place(self) -> &'m str {
        &self.level.place
    }

    /// Those of some declarations. What AWS has beside them is left out where nothing tells what
    /// they are attached to: then they are given as all there is.
    pub fn policies_among(self, given: impl Fn(DeclId) -> bool) -> Vec<&'m PreparedPolicy> {
        let decls = &self.level.decls;
        if !decls.iter().flatten().any(|decl| given(*decl)) {
            return Vec::new();
        }
        let is_given = |decl: &Option<DeclId>| decl.map_or(!self.level.everywhere, &given);
        let all = decls.iter().zip(self.policies().iter());
        all.filter(|(decl, _)| is_given(decl)).map(|(_, policy)| policy).collect()
    }
}

impl Model {
    /// The levels of the organization's policies of a kind (service or resource control) that
    /// bind an account or may bind it, from the root down. Of an account that is not known it
    /// is open whether it is in a unit.
    ///
    /// That those of which nothing tells what they are attached to bind, and that the account
    /// is of the organization and does not manage it where nothing says so, is a choice.
    pub fn binding(&self, kind: PolicyKind, account: Option<&str>) -> impl Iterator<Item = Binding<'_>> {
        let levels = self.aws.organization.levels(kind).iter().zip(self.prepared_levels(kind)).enumerate();
        levels.filter_map(move |(index, (level, prepared))| match self.aws.organization.binds(&level.place, account) {
            Truth::False => None,
            truth => Some(Binding { level: prepared, index, certain: truth == Truth::True }),
        })
    }

    /// What a policy of the organization is attached to, as far as the model tells.
    pub fn targets_of(&self, policy: DeclId) -> impl Iterator<Item = SmolStr> {
        let organization = &self.aws.organization;
        let levels = organization.scps.iter().chain(&organization.rcps);
        let on = levels.filter(move |level| level.policies.iter().any(|attached| attached.policy == Some(policy)));
        on.filter_map(|level| organization.name(&level.place))
    }

    pub(in crate::model::aws) fn prepare_levels(&self, kind: PolicyKind) -> Vec<Prepared> {
        self.aws.organization.levels(kind).iter().map(|level| self.prepare_level(level, kind)).collect()
    }

    fn prepare_level(&self, level: &Level, kind: PolicyKind) -> Prepared {
        let organization = &self.aws.organization;
        let prefix = organization.name(&level.place).map_or_else(String::new, |name| format!("{name} > "));
        let (mut certain, mut decls) = (Vec::new(), Vec::new());
        for attached in &level.policies {
            let policy = match attached.policy {
                Some(decl) => compiled(self, decl, &prefix, kind, &attached.given_if, None),
                None => full_access().map(|policy| policy.given_if(&attached.given_if)),
            };
            if let Some(policy) = policy {
                certain.push(policy);
                decls.push(attached.policy);
            }
        }
        let documents = || level.policies.iter().filter_map(|attached| Some(&policy(self, attached.policy?)?.document));
        let full = level.policies.iter().any(|attached| attached.policy.is_none());
        let only_deny = kind == PolicyKind::Scp && !full && !documents().any(may_allow);
        if only_deny && !certain.is_empty() {
            certain.extend(full_access());
            decls.push(None);
        }
        let who = if kind == PolicyKind::Rcp { "the resource" } else { "the caller" };
        let place = match &level.place {
            Place::Elsewhere(decl) => {
                let address = self.declaration(*decl).map_or("", |declaration| declaration.address.as_str());
                format_smolstr!("what `{address}` is attached to")
            }
            Place::Account(Name::Id(id)) => format_smolstr!("account `{id}`"),
            Place::Open(text) => format_smolstr!("what `{text}` names"),
            place => format_smolstr!("`{}`", organization.name(place).unwrap_or_default()),
        };
        // `FullAWSAccess` allows what it binds, as nothing that binds does.
        let perhaps = certain.iter().zip(&decls).map(|(policy, decl)| match decl {
            Some(_) => policy.clone().binds_if(who, &place),
            None => policy.clone(),
        });
        let perhaps = perhaps.collect();
        let caps = documents().all(may_allow);
        let certain = certain.into();
        Prepared { certain, perhaps, place, decls, caps, only_deny, everywhere: level.place == Place::Everywhere }
    }
}
