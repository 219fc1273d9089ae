//! Who can make himself able to do everything, and how: reachability over the steps of
//! `edges`, each checked against the subject's merged policies with everything that
//! outranks or denies (spec: vault-roles, section 4.5).
//!
//! Policies are never added up along a path: becoming somebody else means acting as that
//! other subject, whose policies may be narrower elsewhere.
//!
//! What is reported holds: every step names requests that the subject's policies allow.
//! Rules whose parameters or wrapping are limited are not counted, nor are steps that need
//! facts from outside (unseal keys, plugins on disk), so there may be more than is found.

mod bridges;
mod edges;
mod slots;
mod view;

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

pub use edges::{Edge, Gain, Need, Server};

use self::bridges::Bridge;
use self::slots::{OwnNames, Slots};
use self::view::Victims;
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

/// Which principals can get every policy there is.
#[derive(Debug, Default)]
pub struct Escalation {
    steps: FxHashMap<VaultPrincipal, Vec<Step>>,
    policies: FxHashMap<PolicyId, Step>,
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
        let roots = bridges::roots(&bridges);
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
            let ids: Vec<PolicyId> = effective.policies().collect();
            if !ids.iter().any(|id| telling.get(id.index()).copied().unwrap_or(false)) {
                continue;
            }
            let names = self.own_names(principal, &effective);
            let step = memo.entry((ids.clone(), names)).or_insert_with_key(|(ids, names)| {
                let view = self.view(ids, names.clone(), dialect);
                edges::DIRECT.iter().find_map(|edge| view.fires(edge, &slots, None))
            });
            match step {
                Some(step) => {
                    out.steps.insert(principal, vec![step.clone()]);
                }
                None => waiting.push((principal, ids)),
            }
        }
        for (index, _) in telling.iter().enumerate().filter(|(_, telling)| **telling) {
            let id = PolicyId::at(index);
            let principal = VaultPrincipal::Policy(id);
            let names = self.own_names(principal, &self.effective(principal));
            let view = self.view(&[id], names, dialect);
            if let Some(step) = edges::DIRECT.iter().find_map(|edge| view.fires(edge, &slots, None)) {
                out.policies.insert(id, step);
            }
        }
        self.takeovers(&mut out, waiting, &slots, &bridges, dialect);
        out
    }

    /// Steps by which a subject becomes one that can get every policy, until no more is found.
    fn takeovers(
        &self,
        out: &mut Escalation,
        mut waiting: Vec<(VaultPrincipal, Vec<PolicyId>)>,
        slots: &Slots,
        bridges: &FxHashMap<VaultPrincipal, Vec<Bridge>>,
        dialect: Dialect,
    ) {
        let alone = (0..self.vault.policies.len()).map(PolicyId::at).filter(|id| out.policy(*id).is_some());
        let alone: Vec<VaultPrincipal> = alone.map(VaultPrincipal::Policy).collect();
        loop {
            let mut admins: Vec<VaultPrincipal> = self.vault_principals().filter(|p| out.is_admin(*p)).collect();
            admins.extend(&alone);
            let victims = Victims { admins, bridges };
            let mut found = Vec::new();
            let mut rest = Vec::new();
            for (principal, ids) in waiting {
                let names = self.own_names(principal, &self.effective(principal));
                let view = self.view(&ids, names, dialect);
                match view.takeover(&victims, slots) {
                    Some((step, victim)) => {
                        let mut steps = vec![step];
                        steps.extend(victim.map(|victim| out.way_of(victim)).unwrap_or_default());
                        found.push((principal, steps));
                    }
                    None => rest.push((principal, ids)),
                }
            }
            if found.is_empty() {
                return;
            }
            out.steps.extend(found);
            waiting = rest;
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
