//! Who can make himself able to do everything, and how: reachability over the steps of
//! `edges`, each checked against the subject's merged policies with everything that
//! outranks or denies (spec: vault-roles, section 4.5).
//!
//! Policies are never added up along a path: becoming somebody else means acting as that
//! other subject, whose policies may be narrower elsewhere.
//!
//! What is reported holds: every step names requests that the subject's policies allow.
//! Rules whose parameters or wrapping are limited are not counted, so there may be more
//! than is found. What gives less than every policy, or needs facts from outside (unseal
//! keys, plugins on disk), is a [`Power`] and says so.

mod aws;
mod bridges;
mod edges;
mod powers;
mod secrets;
mod sites;
mod slots;
mod view;

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

pub use edges::{Edge, Gain, Need, PowerKind, Server};
pub use powers::Power;
pub use secrets::StoredLogin;

use self::bridges::Bridges;
use self::sites::Sites;
use self::slots::{NO_SLOTS, OwnNames, Slots};
use self::view::{Aim, Victims};
use super::Model;
use super::ids::PolicyId;
use super::principal::VaultPrincipal;
use crate::source::Span;
use crate::vault::capability::Capability;
use crate::vault::dialect::Dialect;
use crate::vault::policy::Policy;

/// Stands for a name that nobody uses yet.
const FRESH: &str = "overgrant-new";
/// What an entity that a login makes is called, as far as that matters.
const OWN_ENTITY: &str = "entity_0a1b2c3d";
/// How many names a step is tried with.
const MAX_NAMES: usize = 64;

/// A request that a subject makes, and what allows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// What is asked.
    pub capability: Capability,
    /// Of which path.
    pub path: String,
    /// The policy whose stanza allows it.
    pub policy: Option<PolicyId>,
    /// The stanza's place.
    pub span: Option<Span>,
}

/// One step: who does what by which requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The step's number in the catalogue.
    pub id: &'static str,
    /// What the subject does.
    pub what: &'static str,
    /// The requests, all allowed.
    pub requests: Vec<Request>,
    /// Who the subject becomes by it; none where it gains everything.
    pub becomes: Option<VaultPrincipal>,
}

/// Which principals can get every policy there is, and what else they can get.
#[derive(Debug, Default)]
pub struct Escalation {
    steps: FxHashMap<VaultPrincipal, Vec<Step>>,
    policies: FxHashMap<PolicyId, Step>,
    powers: FxHashMap<VaultPrincipal, Vec<Power>>,
}

impl Escalation {
    /// The steps by which a principal gets every policy, shortest first found; none if the
    /// model shows no way. A principal that holds `root` has no steps and is
    /// [`Escalation::is_admin`].
    #[must_use]
    pub fn steps(&self, principal: VaultPrincipal) -> Option<&[Step]> {
        self.steps.get(&principal).map(Vec::as_slice)
    }

    /// Whether the principal can get every policy, or holds `root`.
    #[must_use]
    pub fn is_admin(&self, principal: VaultPrincipal) -> bool {
        self.steps.contains_key(&principal)
    }

    /// The steps of a principal, of a policy alone too.
    fn way_of(&self, principal: VaultPrincipal) -> Vec<Step> {
        match principal {
            VaultPrincipal::Policy(id) => self.policies.get(&id).cloned().into_iter().collect(),
            _ => self.steps(principal).unwrap_or_default().to_vec(),
        }
    }

    /// What a principal gains beyond its policies, where that is less than every policy.
    /// None for those who can get every policy: it is part of that.
    #[must_use]
    pub fn powers(&self, principal: VaultPrincipal) -> &[Power] {
        self.powers.get(&principal).map_or(&[], Vec::as_slice)
    }

    /// The step by which a policy alone, with no other, gives every policy.
    #[must_use]
    pub fn policy(&self, id: PolicyId) -> Option<&Step> {
        self.policies.get(&id)
    }
}

impl Model {
    /// Finds every principal that can get every policy. Linear in the number of
    /// principals but for those whose policies reach `sys/`, `auth/` or `identity/`.
    #[must_use]
    pub fn escalation(&self, dialect: Dialect) -> Escalation {
        let (slots, bridges) = (self.slots(), self.bridges());
        let sites = self.sites(&slots);
        let mut roots = bridges::roots(&bridges);
        roots.extend(sites.roots());
        let search = Search { model: self, dialect, slots: &slots, bridges: &bridges, sites: &sites };
        let mut out = Escalation::default();
        let telling: Vec<bool> = (0..self.vault.policies.len())
            .map(|index| self.policy_document(PolicyId::at(index)).is_some_and(|policy| reaches(policy, &roots)))
            .collect();
        let mut memo: FxHashMap<(Vec<PolicyId>, OwnNames), Option<Step>> = FxHashMap::default();
        let mut waiting = Vec::new();
        for principal in self.vault_principals() {
            let effective = self.effective(principal);
            if effective.is_root() {
                out.steps.insert(principal, Vec::new());
                continue;
            }
            let policies: Vec<PolicyId> = effective.policies().collect();
            if !policies.iter().any(|id| telling.get(id.index()).copied().unwrap_or(false)) {
                continue;
            }
            let names = self.own_names(principal, &effective);
            let step = memo
                .entry((policies.clone(), names.clone()))
                .or_insert_with_key(|(policies, names)| search.direct(policies, names));
            match step {
                Some(step) => {
                    out.steps.insert(principal, vec![step.clone()]);
                }
                None => waiting.push(Waiting { principal, policies, names }),
            }
        }
        for (index, _) in telling.iter().enumerate().filter(|(_, telling)| **telling) {
            let id = PolicyId::at(index);
            let principal = VaultPrincipal::Policy(id);
            if let Some(step) = search.direct(&[id], &self.own_names(principal, &self.effective(principal))) {
                out.policies.insert(id, step);
            }
        }
        let waiting = search.takeovers(&mut out, waiting);
        search.powers(&mut out, &waiting);
        out
    }
}

/// A principal of which nothing is found yet.
struct Waiting {
    principal: VaultPrincipal,
    policies: Vec<PolicyId>,
    names: OwnNames,
}

/// What a search goes by.
#[derive(Clone, Copy)]
struct Search<'m> {
    model: &'m Model,
    dialect: Dialect,
    slots: &'m BTreeMap<SmolStr, Slots>,
    bridges: &'m Bridges,
    sites: &'m Sites<'m>,
}

impl<'m> Search<'m> {
    fn slots(&self, namespace: &str) -> &'m Slots {
        self.slots.get(namespace).unwrap_or(&NO_SLOTS)
    }

    /// A step that gives every policy by itself.
    fn direct(&self, policies: &[PolicyId], names: &OwnNames) -> Option<Step> {
        let view = self.model.view(policies, names.clone(), self.dialect);
        let slots = self.slots(&names.namespace);
        edges::DIRECT.iter().find_map(|edge| view.fires(edge, slots, Aim::ANY))
    }

    /// Those among principals who act in a namespace.
    fn victims(&self, all: &[VaultPrincipal], namespace: &str) -> Victims<'m> {
        let here = all.iter().copied().filter(|principal| self.model.principal_namespace(*principal) == namespace);
        Victims { worth: here.collect(), bridges: self.bridges }
    }

    /// Steps by which a subject becomes one that can get every policy, until no more is
    /// found. Gives back those who cannot.
    fn takeovers(&self, out: &mut Escalation, mut waiting: Vec<Waiting>) -> Vec<Waiting> {
        let alone = (0..self.model.vault.policies.len()).map(PolicyId::at).filter(|id| out.policy(*id).is_some());
        let admins = self.model.vault_principals().filter(|principal| out.is_admin(*principal));
        let mut admins: Vec<VaultPrincipal> = admins.chain(alone.map(VaultPrincipal::Policy)).collect();
        let mut first = true;
        loop {
            let mut victims: FxHashMap<SmolStr, Victims<'m>> = FxHashMap::default();
            let mut found = Vec::new();
            let mut rest = Vec::new();
            for subject in waiting {
                let namespace = subject.names.namespace.clone();
                let slots = self.slots(&namespace);
                let victims = victims.entry(namespace).or_insert_with_key(|at| self.victims(&admins, at));
                let view = self.model.view(&subject.policies, subject.names.clone(), self.dialect);
                if let Some((step, victim)) = view.takeover(victims, slots) {
                    let mut steps = vec![step];
                    steps.extend(out.way_of(victim));
                    found.push((subject.principal, steps));
                } else if let Some(step) = first.then(|| view.arms(self.bridges, slots)).flatten() {
                    found.push((subject.principal, vec![step]));
                } else {
                    rest.push(subject);
                }
            }
            if found.is_empty() {
                return rest;
            }
            // Whom a subject could become has been tried; only new ones are worth it.
            admins = found.iter().map(|(principal, _)| *principal).collect();
            first = false;
            out.steps.extend(found);
            waiting = rest;
        }
    }

    /// What those who cannot get every policy gain all the same, and those who can become
    /// one that may own the server.
    fn powers(&self, out: &mut Escalation, waiting: &[Waiting]) {
        let mut memo: FxHashMap<(Vec<PolicyId>, OwnNames), Vec<Power>> = FxHashMap::default();
        for subject in waiting {
            let key = (subject.policies.clone(), subject.names.clone());
            let powers = memo.entry(key).or_insert_with_key(|(policies, names)| {
                self.sites.powers(&self.model.view(policies, names.clone(), self.dialect))
            });
            if !powers.is_empty() {
                out.powers.insert(subject.principal, powers.clone());
            }
        }
        for kind in [PowerKind::Server, PowerKind::Engine] {
            self.become_holders(out, waiting, kind);
        }
    }

    /// Those who can become one that has a power of that kind have it too.
    fn become_holders(&self, out: &mut Escalation, waiting: &[Waiting], kind: PowerKind) {
        let has = |out: &Escalation, p: VaultPrincipal| out.powers(p).iter().any(|power| power.kind == kind);
        let mut holders: Vec<VaultPrincipal> = self.model.vault_principals().filter(|p| has(out, *p)).collect();
        while !holders.is_empty() {
            let mut victims: FxHashMap<&str, Victims<'m>> = FxHashMap::default();
            let mut found = Vec::new();
            for subject in waiting.iter().filter(|subject| !has(out, subject.principal)) {
                let namespace = subject.names.namespace.as_str();
                let victims = victims.entry(namespace).or_insert_with_key(|at| self.victims(&holders, at));
                let view = self.model.view(&subject.policies, subject.names.clone(), self.dialect);
                let Some((step, victim)) = view.takeover(victims, self.slots(namespace)) else { continue };
                let theirs = out.powers(victim).iter().find(|power| power.kind == kind);
                let Some(mut power) = theirs.cloned() else { continue };
                power.steps.insert(0, step);
                found.push((subject.principal, power));
            }
            // Whom somebody new could become has been tried; only the new ones are worth it.
            holders = found.iter().map(|(principal, _)| *principal).collect();
            for (principal, power) in found {
                out.powers.entry(principal).or_default().push(power);
            }
        }
    }
}

/// Whether a policy says anything of the paths that steps go through.
fn reaches(policy: &Policy, roots: &[SmolStr]) -> bool {
    let words = ["sys", "auth", "identity"].into_iter().chain(roots.iter().map(SmolStr::as_str));
    let words: Vec<&str> = words.collect();
    policy.stanzas.iter().any(|stanza| {
        let path = stanza.path.raw();
        let path = path.strip_prefix('/').unwrap_or(path);
        let first = path.split('/').next().unwrap_or(path);
        match first.strip_suffix('*').filter(|_| first.len() == path.len()) {
            Some(stem) => words.iter().any(|word| word.starts_with(stem)),
            None => first == "+" || words.contains(&first),
        }
    })
}

fn below_auth(path: impl AsRef<str>) -> SmolStr {
    let path = path.as_ref();
    SmolStr::new(path.strip_prefix("auth/").unwrap_or(path))
}
