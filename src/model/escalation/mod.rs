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

mod edges;

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

pub use edges::{Edge, Gain, Need};

use super::Model;
use super::cite::Target;
use super::ids::PolicyId;
use super::principal::{Effective, VaultPrincipal};
use super::vault::{MountClass, Subject};
use crate::pattern::path::PathLang;
use crate::region::vault::{Rules, StanzaRef};
use crate::source::Span;
use crate::vault::capability::{Capabilities, Capability};
use crate::vault::dialect::Dialect;
use crate::vault::policy::Policy;
use crate::vault::roles::Method;

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

    /// The step by which a policy alone, with no other, gives every policy.
    #[must_use]
    pub fn policy(&self, id: PolicyId) -> Option<&Step> {
        self.policies.get(&id)
    }
}

/// What the steps are checked with: the merged rules of a subject, and its names.
struct SubjectView<'m> {
    model: &'m Model,
    rules: Rules,
    documents: Vec<(PolicyId, &'m Policy)>,
    held: Vec<SmolStr>,
    entity: SmolStr,
    /// Own mount below `auth/`, and role.
    role: Option<(SmolStr, SmolStr)>,
}

/// Mounts and names that slots stand for.
#[derive(Debug, Default)]
struct Slots {
    userpass: Vec<SmolStr>,
    approle: Vec<SmolStr>,
    login: Vec<SmolStr>,
    token_roles: Vec<SmolStr>,
}

impl Model {
    /// Finds every principal that can get every policy. Linear in the number of
    /// principals but for those whose policies reach `sys/`, `auth/` or `identity/`.
    #[must_use]
    pub fn escalation(&self, dialect: Dialect) -> Escalation {
        let slots = self.slots();
        let mut out = Escalation::default();
        let telling: Vec<bool> = (0..self.vault.policies.len())
            .map(|index| self.policy_document(PolicyId::at(index)).is_some_and(reaches_system))
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
        self.takeovers(&mut out, waiting, &slots, dialect);
        for (index, _) in telling.iter().enumerate().filter(|(_, telling)| **telling) {
            let id = PolicyId::at(index);
            let principal = VaultPrincipal::Policy(id);
            let names = self.own_names(principal, &self.effective(principal));
            let view = self.view(&[id], names, dialect);
            if let Some(step) = edges::DIRECT.iter().find_map(|edge| view.fires(edge, &slots, None)) {
                out.policies.insert(id, step);
            }
        }
        out
    }

    /// Steps by which a subject becomes one that can get every policy, until no more is found.
    fn takeovers(
        &self,
        out: &mut Escalation,
        mut waiting: Vec<(VaultPrincipal, Vec<PolicyId>)>,
        slots: &Slots,
        dialect: Dialect,
    ) {
        loop {
            let admins: Vec<VaultPrincipal> = self.vault_principals().filter(|p| out.is_admin(*p)).collect();
            let mut found = Vec::new();
            let mut rest = Vec::new();
            for (principal, ids) in waiting {
                let names = self.own_names(principal, &self.effective(principal));
                let view = self.view(&ids, names, dialect);
                match view.takeover(&admins, slots) {
                    Some((step, victim)) => {
                        let mut steps = vec![step];
                        steps.extend(out.steps(victim).unwrap_or_default().iter().cloned());
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

    fn slots(&self) -> Slots {
        let mut slots = Slots::default();
        let mut mounts: Vec<(SmolStr, Method)> = Vec::new();
        for mount in self.vault.mounts.iter().filter(|mount| mount.class == MountClass::Auth) {
            let (Some(path), Some(kind)) = (&mount.path, &mount.kind) else { continue };
            mounts.push((below_auth(path), Method::from_type(kind)));
        }
        for role in &self.vault.roles {
            let Some(path) = &role.mount else { continue };
            mounts.push((below_auth(path), role.method.clone()));
        }
        mounts.sort();
        mounts.dedup();
        for (path, method) in mounts {
            match method {
                Method::Userpass => slots.userpass.push(path.clone()),
                Method::AppRole => slots.approle.push(path.clone()),
                Method::Token => continue,
                _ => {}
            }
            // Methods whose configuration names who proves identities.
            if matches!(
                method,
                Method::Jwt
                    | Method::Ldap
                    | Method::Kubernetes
                    | Method::Okta
                    | Method::Radius
                    | Method::GitHub
                    | Method::Kerberos
                    | Method::Cf
                    | Method::Saml
            ) {
                slots.login.push(path);
            }
        }
        for role in &self.vault.token_roles {
            let facts = &role.facts;
            let blocklist = facts.allowed.is_empty() && facts.allowed_glob.is_empty();
            let blocklist = blocklist && !(facts.disallowed.is_empty() && facts.disallowed_glob.is_empty());
            let any = facts.allowed_glob.known().any(|(glob, _)| !glob.is_empty() && glob.bytes().all(|b| b == b'*'));
            if let Some(name) = role.name.as_ref().filter(|_| blocklist || any) {
                slots.token_roles.push(name.clone());
            }
        }
        slots
    }

    fn own_names(&self, principal: VaultPrincipal, effective: &Effective) -> OwnNames {
        let held = effective.held.iter().filter(|held| held.target != Target::Unknown);
        let mut held: Vec<SmolStr> = held.map(|held| held.name.clone()).filter(|name| !name.is_empty()).collect();
        held.sort();
        held.dedup();
        let entity = match principal {
            VaultPrincipal::Entity(id) => self.vault.entity(id).and_then(|entity| entity.name.clone()),
            _ => None,
        };
        let role = match principal {
            VaultPrincipal::Role(id) => self.vault.role(id).and_then(|role| {
                let mount = role.mount.as_deref().map(below_auth)?;
                (role.subject != Subject::Config).then_some((mount, role.name.clone()?))
            }),
            _ => None,
        };
        OwnNames { held, entity: entity.unwrap_or_else(|| SmolStr::new_static(OWN_ENTITY)), role }
    }

    fn view(&self, ids: &[PolicyId], names: OwnNames, dialect: Dialect) -> SubjectView<'_> {
        let documents: Vec<(PolicyId, &Policy)> =
            ids.iter().filter_map(|id| Some((*id, self.policy_document(*id)?))).collect();
        let rules = Rules::new(documents.iter().map(|(_, policy)| *policy), dialect);
        SubjectView { model: self, rules, documents, held: names.held, entity: names.entity, role: names.role }
    }
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct OwnNames {
    held: Vec<SmolStr>,
    entity: SmolStr,
    role: Option<(SmolStr, SmolStr)>,
}

/// Whether a policy says anything of the paths that steps go through.
fn reaches_system(policy: &Policy) -> bool {
    policy.stanzas.iter().any(|stanza| {
        let path = stanza.path.raw();
        let path = path.strip_prefix('/').unwrap_or(path);
        let first = path.split('/').next().unwrap_or(path);
        match first.strip_suffix('*').filter(|_| first.len() == path.len()) {
            Some(stem) => ["sys", "auth", "identity"].iter().any(|word| word.starts_with(stem)),
            None => matches!(first, "+" | "sys" | "auth" | "identity"),
        }
    })
}

fn below_auth(path: impl AsRef<str>) -> SmolStr {
    let path = path.as_ref();
    SmolStr::new(path.strip_prefix("auth/").unwrap_or(path))
}

impl SubjectView<'_> {
    /// A request that is certainly allowed: the rule that decides is known and unlimited.
    fn asks(&self, path: &str, any_of: Capabilities) -> Option<Request> {
        let region = PathLang::exact(path);
        let witness = self.rules.reach(&region, any_of)?;
        let rule = self.rules.rules().get(witness.rule)?;
        if rule.limited {
            return None;
        }
        let (policy, span) = rule.stanzas.iter().find_map(|at| self.place(*at, witness.capability)).unzip();
        Some(Request { capability: witness.capability, path: witness.path, policy, span })
    }

    fn place(&self, at: StanzaRef, capability: Capability) -> Option<(PolicyId, Span)> {
        let (id, policy) = self.documents.get(at.policy)?;
        let stanza = policy.stanzas.get(at.stanza).filter(|stanza| stanza.granted.has(capability))?;
        Some((*id, stanza.path_span))
    }

    /// Tries a step with every value of its slots.
    fn fires(&self, edge: &Edge, slots: &Slots, target: Option<(&str, &str)>) -> Option<Step> {
        let used = |slot: &str| edge.needs.iter().any(|need| need.path.contains(slot));
        let mut choices: Vec<Vec<(&str, SmolStr)>> = vec![Vec::new()];
        let mut choose = |slot: &'static str, values: Vec<SmolStr>| {
            if !used(slot) {
                return;
            }
            let mut next = Vec::new();
            for choice in &choices {
                for value in &values {
                    let mut choice = choice.clone();
                    choice.push((slot, value.clone()));
                    next.push(choice);
                }
            }
            choices = next;
        };
        choose("{held}", self.held.clone());
        choose("{entity}", vec![self.entity.clone(), SmolStr::new_static("{{identity.entity.name}}")]);
        let own = self.role.iter();
        choose("{mount}", own.clone().map(|(mount, _)| mount.clone()).collect());
        choose("{role}", own.map(|(_, role)| role.clone()).collect());
        let of_target = |all: &[SmolStr]| match target {
            Some((mount, _)) => all.iter().filter(|name| name.as_str() == mount).cloned().collect(),
            None => all.to_vec(),
        };
        choose("{userpass}", of_target(&slots.userpass));
        choose("{approle}", of_target(&slots.approle));
        choose("{login}", of_target(&slots.login));
        choose("{tokenrole}", slots.token_roles.clone());
        choose("{target}", target.iter().map(|(_, name)| SmolStr::new(name)).collect());
        choices.iter().find_map(|choice| {
            let fill =
                |path: &str| choice.iter().fold(path.to_owned(), |path, (slot, value)| path.replace(slot, value));
            let names = if used("{new}") { self.names(edge, &fill) } else { vec![String::new()] };
            names.iter().find_map(|name| {
                let requests: Option<Vec<Request>> = edge
                    .needs
                    .iter()
                    .map(|need| self.asks(&fill(need.path).replace("{new}", name), need.any_of))
                    .collect();
                Some(Step { id: edge.id, what: edge.what, requests: requests?, becomes: None })
            })
        })
    }

    /// Names to try for `{new}`: one that nobody uses, and for each request of the step
    /// one that the rules allow it for.
    fn names(&self, edge: &Edge, fill: &impl Fn(&str) -> String) -> Vec<String> {
        let mut names = vec![FRESH.to_owned()];
        for need in edge.needs {
            let path = fill(need.path);
            let Some((before, after)) = path.split_once("{new}") else { continue };
            let region = PathLang::parse(&path.replace("{new}", "+"));
            for rule in 0..self.rules.rules().len().min(MAX_NAMES) {
                let Some(witness) = self.rules.reach_by(rule, &region, need.any_of) else { continue };
                let after = after.split("{new}").next().unwrap_or_default();
                let name = witness.path.strip_prefix(before).map(|rest| match after {
                    "" => rest,
                    after => rest.split_once(after).map_or(rest, |(name, _)| name),
                });
                if let Some(name) = name.filter(|name| !name.is_empty() && !name.contains('/')) {
                    names.push(name.to_owned());
                }
            }
        }
        names.dedup();
        names.truncate(MAX_NAMES);
        names
    }

    /// A step that makes the subject one of the admins.
    fn takeover(&self, admins: &[VaultPrincipal], slots: &Slots) -> Option<(Step, VaultPrincipal)> {
        for edge in edges::TAKEOVERS {
            match edge.gain {
                Gain::Any => {}
                Gain::Entities => {
                    let Some(victim) = admins.iter().find(|p| matches!(p, VaultPrincipal::Entity(_))) else { continue };
                    if let Some(step) = self.fires(edge, slots, None) {
                        return Some((Step { becomes: Some(*victim), ..step }, *victim));
                    }
                }
                Gain::Logins | Gain::Login => {
                    for victim in admins {
                        let VaultPrincipal::Role(id) = victim else { continue };
                        let Some(role) = self.model.vault.role(*id) else { continue };
                        let (Some(mount), Some(name)) = (role.mount.as_deref(), role.name.as_deref()) else { continue };
                        let mount = below_auth(mount);
                        if let Some(step) = self.fires(edge, slots, Some((&mount, name))) {
                            return Some((Step { becomes: Some(*victim), ..step }, *victim));
                        }
                    }
                }
            }
        }
        None
    }
}
