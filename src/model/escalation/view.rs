//! One subject's merged rules, and the steps that they allow.

use smol_str::SmolStr;

use super::bridges::Bridges;
use super::edges::{self, Edge, Gain, Server};
use super::slots::{OwnNames, Slots};
use super::{FRESH, MAX_NAMES, Request, Step, below_auth};
use crate::model::Model;
use crate::model::ids::{PolicyId, RoleId};
use crate::model::principal::VaultPrincipal;
use crate::pattern::path::PathLang;
use crate::region::vault::{Rules, StanzaRef};
use crate::source::Span;
use crate::syntax::Text;
use crate::vault::capability::{Capabilities, Capability};
use crate::vault::dialect::Dialect;
use crate::vault::policy::{Parameter, Policy};
use crate::vault::sudo;

/// What the steps are checked with: the merged rules of a subject, and its names.
pub(super) struct SubjectView<'m> {
    model: &'m Model,
    dialect: Dialect,
    rules: Rules,
    documents: Vec<(PolicyId, &'m Policy)>,
    names: OwnNames,
}

/// Whom it pays to become, and the ways that the model shows.
pub(super) struct Victims<'a> {
    /// Those of the subject's namespace who can get what it pays to get.
    pub(super) worth: Vec<VaultPrincipal>,
    /// Ways to become somebody, by whom.
    pub(super) bridges: &'a Bridges,
}

/// Where a step is tried, beyond the subject's own names.
#[derive(Clone, Copy)]
pub(super) struct Aim<'a> {
    /// `{at}`, and the one mount that slots of methods stand for.
    pub(super) mount: Option<&'a str>,
    /// `{name}`
    pub(super) name: Option<&'a str>,
    /// Before every path: a namespace below the subject's, with a slash.
    pub(super) within: &'a str,
    /// Which values of `{new}` will do.
    pub(super) accepts: &'a dyn Fn(&str) -> bool,
}

impl Aim<'_> {
    /// Anywhere.
    pub(super) const ANY: Aim<'static> = Aim { mount: None, name: None, within: "", accepts: &|_| true };
}

impl Model {
    pub(super) fn view(&self, ids: &[PolicyId], names: OwnNames, dialect: Dialect) -> SubjectView<'_> {
        let documents: Vec<(PolicyId, &Policy)> =
            ids.iter().filter_map(|id| Some((*id, self.policy_document(*id)?))).collect();
        let rules = Rules::new(documents.iter().map(|(_, policy)| *policy), dialect);
        SubjectView { model: self, dialect, rules, documents, names }
    }
}

impl SubjectView<'_> {
    /// A request that is certainly allowed: the rule that decides is known and unlimited,
    /// and has `sudo` where the server asks for it.
    pub(super) fn asks(&self, within: &str, path: &str, any_of: Capabilities) -> Option<Request> {
        let region = match within {
            "" => PathLang::exact(path),
            within => PathLang::exact(&format!("{within}{path}")),
        };
        let witness = self.rules.reach(&region, any_of)?;
        let rule = self.rules.rules().get(witness.rule)?;
        let unprotected = || rule.grants.has(Capability::Sudo) || !sudo::root_protected(path, self.dialect);
        if rule.limited || !unprotected() {
            return None;
        }
        let (policy, span) = rule.stanzas.iter().find_map(|at| self.place(*at, witness.capability)).unzip();
        Some(Request { capability: witness.capability, path: witness.path, policy, span })
    }

    /// Whether the server takes the requests of a step from anybody, token or not.
    pub(super) fn open_to_all(&self, edge: &Edge) -> bool {
        edge.needs.iter().any(|need| sudo::needs_no_token(need.path, self.dialect))
    }

    /// Whether any request of a region may be allowed: cheap to ask before asking for each.
    pub(super) fn may(&self, region: &PathLang, any_of: Capabilities) -> bool {
        self.rules.reach(region, any_of).is_some()
    }

    /// The namespace that it acts in.
    pub(super) fn namespace(&self) -> &SmolStr {
        &self.names.namespace
    }

    /// A request of a region that certainly may be read, below none of some first segments.
    pub(super) fn reads(&self, region: &PathLang, but: &[&str]) -> Option<Request> {
        (0..self.rules.rules().len()).find_map(|rule| {
            let witness = self.rules.reach_by(rule, region, edges::READ)?;
            let first = witness.path.split('/').next().unwrap_or_default();
            if but.contains(&first) { None } else { self.asks("", &witness.path, edges::READ) }
        })
    }

    /// Templated paths of its own whose values it can change for itself (E45).
    pub(super) fn tenants(&self) -> Vec<(String, Step)> {
        let templated = self.documents.iter().flat_map(|(_, policy)| &policy.stanzas);
        let templated = templated.filter(|stanza| stanza.is_templated() && !stanza.granted.has(Capability::Deny));
        let mut out: Vec<(String, Step)> = Vec::new();
        for stanza in templated {
            let path = stanza.path.display();
            let input = edges::INPUTS.iter().find(|input| path.contains(input.selector));
            let Some(input) = input.filter(|_| !path.trim_start_matches('/').starts_with("identity/")) else {
                continue;
            };
            let says = format!("every `{path}`");
            if out.iter().any(|(known, _)| *known == says) {
                continue;
            }
            let mut ways = input.needs.iter().filter_map(|path| {
                let own = [("{entity}", &self.names.entity), ("{id}", &self.names.id)];
                let named = own.iter().fold((*path).to_owned(), |path, (slot, value)| path.replace(slot, value));
                let templated = path.replace("{entity}", "{{identity.entity.name}}");
                let templated = templated.replace("{id}", "{{identity.entity.id}}");
                [named, templated].iter().find_map(|path| self.asks_with(path, edges::WRITE_ANY, input.parameter))
            });
            if let Some(request) = ways.next() {
                let step = Step { id: "E45", what: input.what, requests: vec![request], becomes: None };
                out.push((says, step));
            }
        }
        out
    }

    /// A request with one parameter that is certainly allowed, whatever else its rule
    /// limits; of a rule that several stanzas make, only where nothing limits it.
    fn asks_with(&self, path: &str, any_of: Capabilities, parameter: &str) -> Option<Request> {
        if let Some(request) = self.asks("", path, any_of) {
            return Some(request);
        }
        let witness = self.rules.reach(&PathLang::exact(path), any_of)?;
        let rule = self.rules.rules().get(witness.rule)?;
        let [at] = rule.stanzas.as_slice() else { return None };
        let (policy, document) = self.documents.get(at.policy)?;
        let stanza = document.stanzas.get(at.stanza)?;
        let is_it = |text: &Text| text.known().is_some_and(|name| name.eq_ignore_ascii_case(parameter));
        let allows = |one: &Parameter| one.values.is_empty() && (is_it(&one.name) || one.name.raw() == "*");
        let allowed = stanza.allowed_parameters.is_empty() || stanza.allowed_parameters.iter().any(allows);
        let denied = !stanza.denied_parameters.is_empty();
        let required = stanza.required_parameters.iter().any(|(name, _)| !is_it(name));
        let others = stanza.min_wrapping_ttl > 0
            || stanza.max_wrapping_ttl > 0
            || stanza.constraints_unknown
            || stanza.control_group.is_some()
            || stanza.expiration.is_some()
            || !stanza.mfa_methods.is_empty();
        if !allowed || denied || required || others || sudo::root_protected(path, self.dialect) {
            return None;
        }
        Some(Request {
            capability: witness.capability,
            path: witness.path,
            policy: Some(*policy),
            span: Some(stanza.path_span),
        })
    }

    fn place(&self, at: StanzaRef, capability: Capability) -> Option<(PolicyId, Span)> {
        let (id, policy) = self.documents.get(at.policy)?;
        let stanza = policy.stanzas.get(at.stanza).filter(|stanza| stanza.granted.has(capability))?;
        Some((*id, stanza.path_span))
    }

    /// Tries a step with every value of its slots.
    pub(super) fn fires(&self, edge: &Edge, slots: &Slots, aim: Aim<'_>) -> Option<Step> {
        let elsewhere = if self.dialect.is_openbao() { Server::Vault } else { Server::OpenBao };
        if edge.server == elsewhere {
            return None;
        }
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
        choose("{held}", self.names.held.clone());
        let names = &self.names;
        choose("{entity}", vec![names.entity.clone(), SmolStr::new_static("{{identity.entity.name}}")]);
        choose("{id}", vec![names.id.clone(), SmolStr::new_static("{{identity.entity.id}}")]);
        choose("{any}", vec![SmolStr::new_static(FRESH)]);
        let own = names.role.iter();
        let mount = |wanted: bool| own.clone().filter(|_| wanted).map(|(mount, _)| mount.clone()).collect::<Vec<_>>();
        choose("{mount}", mount(true));
        choose("{named}", mount(names.login.names_role));
        choose("{everyone}", mount(names.login.config_gives));
        choose("{role}", own.clone().map(|(_, role)| role.clone()).collect());
        let of_target = |all: &[SmolStr]| match aim.mount {
            Some(mount) => all.iter().filter(|name| name.as_str() == mount).cloned().collect(),
            None => all.to_vec(),
        };
        choose("{userpass}", of_target(&slots.userpass));
        choose("{approle}", of_target(&slots.approle));
        choose("{awsauth}", of_target(&slots.aws));
        choose("{login}", of_target(&slots.login));
        choose("{tokenrole}", slots.token_roles.clone());
        choose("{at}", aim.mount.iter().map(SmolStr::new).collect());
        choose("{name}", aim.name.iter().map(SmolStr::new).collect());
        choices.iter().find_map(|choice| {
            let fill =
                |path: &str| choice.iter().fold(path.to_owned(), |path, (slot, value)| path.replace(slot, value));
            let names = if used("{new}") { self.names(edge, aim, &fill) } else { vec![String::new()] };
            names.iter().find_map(|name| {
                let requests: Option<Vec<Request>> = edge
                    .needs
                    .iter()
                    .map(|need| self.asks(aim.within, &fill(need.path).replace("{new}", name), need.any_of))
                    .collect();
                Some(Step { id: edge.id, what: edge.what, requests: requests?, becomes: None })
            })
        })
    }

    /// Names to try for `{new}`: one that nobody uses, and for each request of the step
    /// one that the rules allow it for.
    fn names(&self, edge: &Edge, aim: Aim<'_>, fill: &impl Fn(&str) -> String) -> Vec<String> {
        let mut names = vec![FRESH.to_owned()];
        for need in edge.needs {
            let path = format!("{}{}", aim.within, fill(need.path));
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
        names.retain(|name| (aim.accepts)(name));
        names.truncate(MAX_NAMES);
        names
    }

    /// A step that makes the subject somebody whom it pays to become.
    pub(super) fn takeover(&self, victims: &Victims<'_>, slots: &Slots) -> Option<(Step, VaultPrincipal)> {
        for edge in edges::TAKEOVERS {
            let found = match edge.gain {
                Gain::Any | Gain::Part(_) => None,
                Gain::Entities => self.any_of(edge, victims, slots, |p| matches!(p, VaultPrincipal::Entity(_))),
                Gain::Groups if !self.names.login.groups => None,
                Gain::Groups => self.any_of(edge, victims, slots, |p| self.is_external(p)),
                Gain::Logins | Gain::Login => {
                    let near = self.logins_near(edge, slots);
                    let tried = victims.worth.iter().filter(|_| !near.is_empty());
                    tried.copied().find_map(|victim| Some((self.login_as(edge, victim, slots, &near)?, victim)))
                }
            };
            if let Some((step, victim)) = found {
                return Some((Step { becomes: Some(victim), ..step }, victim));
            }
        }
        victims.worth.iter().find_map(|victim| Some((self.crosses(*victim, victims.bridges)?, *victim)))
    }

    fn any_of(
        &self,
        edge: &Edge,
        victims: &Victims<'_>,
        slots: &Slots,
        kind: impl Fn(VaultPrincipal) -> bool,
    ) -> Option<(Step, VaultPrincipal)> {
        let victim = victims.worth.iter().copied().find(|victim| kind(*victim))?;
        Some((self.fires(edge, slots, Aim::ANY)?, victim))
    }

    fn is_external(&self, principal: VaultPrincipal) -> bool {
        let VaultPrincipal::Group(id) = principal else { return false };
        self.model.vault.group(id).is_some_and(|group| group.external.known() == Some(&true))
    }

    /// The paths that its rules speak of among those by which a step makes the subject
    /// somebody: asked once, before each victim is tried.
    fn logins_near(&self, edge: &Edge, slots: &Slots) -> Vec<&PathLang> {
        let mounts: [(&str, &[SmolStr]); 4] = [
            ("{userpass}", &slots.userpass),
            ("{approle}", &slots.approle),
            ("{awsauth}", &slots.aws),
            ("{login}", &slots.login),
        ];
        let Some(need) = edge.needs.last() else { return Vec::new() };
        let path = &need.path.replace("{name}", "+");
        let used = mounts.into_iter().filter(|(slot, _)| path.contains(slot));
        let regions = used.flat_map(|(slot, mounts)| mounts.iter().map(move |mount| path.replace(slot, mount)));
        let regions: Vec<PathLang> = regions.map(|path| PathLang::parse(&path)).collect();
        let rules = self.rules.rules().iter().filter(|rule| rule.grants.meets(need.any_of));
        let near = |lang: &&PathLang| regions.iter().any(|region| region.intersection(lang).is_some());
        rules.map(|rule| &rule.lang).filter(near).collect()
    }

    /// A step by which the subject logs in as a role or user.
    fn login_as(&self, edge: &Edge, victim: VaultPrincipal, slots: &Slots, near: &[&PathLang]) -> Option<Step> {
        let VaultPrincipal::Role(id) = victim else { return None };
        let role = self.model.vault.role(id)?;
        let (mount, name) = (below_auth(role.mount.as_deref()?), role.name.as_deref()?);
        let path = edge.needs.last()?.path.replace("{name}", name);
        let (before, after) = (path.find('{')?, path.find('}')? + 1);
        let path = format!("{}{mount}{}", path.get(..before)?, path.get(after..)?);
        if !near.iter().any(|lang| lang.matches(&path)) {
            return None;
        }
        self.fires(edge, slots, Aim { mount: Some(&mount), name: Some(name), ..Aim::ANY })
    }

    /// A way from here to a principal that the model shows.
    fn crosses(&self, victim: VaultPrincipal, bridges: &Bridges) -> Option<Step> {
        bridges.get(&victim)?.iter().find_map(|bridge| {
            let requests: Option<Vec<Request>> =
                bridge.needs.iter().map(|(path, any_of)| self.asks("", path, *any_of)).collect();
            Some(Step { id: bridge.id, what: bridge.what, requests: requests?, becomes: Some(victim) })
        })
    }

    /// Writes a policy that somebody has whom the subject can become (E2).
    pub(super) fn arms(&self, bridges: &Bridges, slots: &Slots) -> Option<Step> {
        let any = ["sys/policies/acl/+", "sys/policy/+"].map(PathLang::parse);
        if !any.iter().any(|region| self.rules.reach(region, edges::WRITE).is_some()) {
            return None;
        }
        let write = |name: &str| {
            let paths = [format!("sys/policies/acl/{name}"), format!("sys/policy/{name}")];
            paths.iter().find_map(|path| self.asks("", path, edges::WRITE))
        };
        let step = |write: Request, then: Vec<Request>| {
            let requests = std::iter::once(write).chain(then).collect();
            Step { id: "E2", what: "writes a policy that somebody has whom it can become", requests, becomes: None }
        };
        let vault = &self.model.vault;
        let here = |namespace: &SmolStr| *namespace == self.names.namespace;
        let logins = edges::TAKEOVERS.iter().filter(|edge| matches!(edge.gain, Gain::Logins | Gain::Login));
        let logins: Vec<_> = logins.map(|edge| (edge, self.logins_near(edge, slots))).collect();
        for (index, role) in vault.roles.iter().enumerate().filter(|(_, role)| here(&role.namespace)) {
            let Some(written) = role.cites.iter().find_map(|cite| write(&cite.name)) else { continue };
            let victim = VaultPrincipal::Role(RoleId::at(index));
            let taken = logins.iter().find_map(|(edge, near)| self.login_as(edge, victim, slots, near));
            if let Some(taken) = taken.or_else(|| self.crosses(victim, bridges)) {
                return Some(step(written, taken.requests));
            }
        }
        for role in vault.token_roles.iter().filter(|role| here(&role.namespace)) {
            let Some(name) = &role.name else { continue };
            let Some(create) = self.asks("", &format!("auth/token/create/{name}"), edges::UPDATE) else { continue };
            let exact = role.cites.iter().map(|cite| cite.name.to_string());
            let globs = role.facts.allowed_glob.known().map(|(glob, _)| glob.replace('*', FRESH));
            if let Some(written) = exact.chain(globs).find_map(|name| write(&name)) {
                return Some(step(written, vec![create]));
            }
        }
        None
    }
}
