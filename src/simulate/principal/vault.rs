//! Decisions for Vault principals of a model.

use std::collections::BTreeMap;

use serde::Serialize;
use smol_str::SmolStr;

use super::{ChainLink, Place, place};
use crate::decision::Decision;
use crate::model::{EntityId, Held, Model, Target, VaultPrincipal};
use crate::source::{Fragment, SourceId, SourceMap};
use crate::syntax::Node;
use crate::vault::acl::{Acl, Answer, Granted, Request, Settings, StanzaRef};
use crate::vault::capability::Capability;
use crate::vault::dialect::Dialect;
use crate::vault::identity::{Alias, Entity, Group, Identity, Metadata};
use crate::vault::operation::Operation;
use crate::vault::policy::{self, Policy};
use crate::vault::{builtin, sudo};

/// Built-in policies stand in no source.
const NOWHERE: SourceId = SourceId(u32::MAX);

/// What is asked of a Vault principal.
#[derive(Debug, Clone)]
pub struct VaultQuestion<'a> {
    /// What is asked. `sudo` asks whether the deciding rule grants it.
    pub capability: Capability,
    /// The path, relative to the namespace.
    pub path: &'a str,
    /// The namespace of the request, relative to root; empty for the root namespace. Where
    /// none is given it is the principal's.
    pub namespace: Option<&'a str>,
    /// Parameters sent.
    pub parameters: Option<&'a serde_json::Map<String, serde_json::Value>>,
    /// Wrapping TTL asked for, in nanoseconds.
    pub wrap_ttl: Option<i64>,
}

impl<'a> VaultQuestion<'a> {
    /// A question without parameters.
    #[must_use]
    pub fn new(capability: Capability, path: &'a str) -> Self {
        Self { capability, path, namespace: None, parameters: None, wrap_ttl: None }
    }
}

/// The answer for a principal.
#[derive(Debug, Clone, Serialize)]
pub struct VaultAnswer {
    /// The principal's name.
    pub principal: String,
    /// What was asked.
    pub capability: &'static str,
    /// Of which path.
    pub path: String,
    /// `allowed`, `denied`, `undetermined`.
    pub decision: Decision,
    /// Why, one sentence.
    pub reason: String,
    /// The policies of the token, by name.
    pub policies: Vec<String>,
    /// From the principal over role or group and policy to the stanza that decided; one
    /// chain for each stanza merged into the rule.
    pub chains: Vec<Vec<ChainLink>>,
    /// Whether the deciding rule grants `sudo`.
    pub sudo: bool,
    /// Whether the path needs `sudo` besides the capability.
    pub root_protected: bool,
    /// What `sys/capabilities` answers for the path.
    pub capabilities: Vec<&'static str>,
    /// What else an allowed request needs.
    pub needs: Vec<String>,
    /// What the server changes, and what stands beside the answer.
    pub notes: Vec<String>,
    /// Rules that come close, with why they do not decide and where they stand.
    pub near: Vec<Near>,
    /// What an undetermined decision depends on.
    pub depends_on: Vec<String>,
    /// The HTTP request that is meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http: Option<&'static str>,
}

/// A rule that came close.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Near {
    /// Its pattern.
    pub pattern: String,
    /// Why it does not decide.
    pub reason: String,
    /// Where its first stanza stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
}

/// A token of a principal, ready to be asked.
#[derive(Debug)]
pub struct Session {
    principal: VaultPrincipal,
    name: String,
    namespace: String,
    /// The policies, in the order the ACL has them.
    held: Vec<Held>,
    /// Texts that are not known, in the words of [`Effective::unknowns`], by ACL index.
    open: Vec<String>,
    /// What it depends on whether there is such a principal.
    exists_if: Vec<SmolStr>,
    acl: Acl,
    dialect: Dialect,
}

impl Session {
    /// The token that a principal has, at no moment in particular: what expires may or may
    /// not have.
    #[must_use]
    pub fn new(model: &Model, principal: VaultPrincipal, dialect: Dialect) -> Self {
        Self::at(model, principal, dialect, None)
    }

    /// The token that a principal has at a moment, in seconds since 1970.
    #[must_use]
    pub fn at(model: &Model, principal: VaultPrincipal, dialect: Dialect, now: Option<i64>) -> Self {
        let effective = model.effective(principal);
        let built_in = built_in_default(dialect);
        let open: Vec<String> = effective.open.iter().map(|(text, _)| text.clone()).collect();
        let spaces: Vec<String> = effective.held.iter().map(|held| namespace_of(model, held)).collect();
        let given_if: Vec<Vec<SmolStr>> = effective.held.iter().map(|held| given_if(model, held)).collect();
        let mut granted = Vec::with_capacity(effective.held.len() + open.len());
        for ((held, namespace), given_if) in effective.held.iter().zip(&spaces).zip(&given_if) {
            let text = match held.target {
                Target::Policy(id) => model.policy_document(id),
                Target::Default => Some(&built_in),
                Target::Root | Target::Dangling | Target::Unknown => None,
            };
            let one = text.map_or_else(|| Granted::unknown(&held.name), |text| Granted::new(&held.name, text));
            granted.push(one.in_namespace(namespace).given_if(given_if));
        }
        granted.extend(open.iter().map(|text| Granted::unknown(text)));
        let settings = Settings { dialect, identity: identity_of(model, principal), now };
        let acl = Acl::new(&granted, &settings);
        drop(granted);
        Self {
            principal,
            name: model.principal_name(principal),
            namespace: slashed(model.principal_namespace(principal)),
            held: effective.held,
            open,
            exists_if: model.principal_decl(principal).map(|id| model.exists_if(id).to_vec()).unwrap_or_default(),
            acl,
            dialect,
        }
    }

    /// Whose token it is.
    #[must_use]
    pub fn principal(&self) -> VaultPrincipal {
        self.principal
    }

    /// The merged rules.
    #[must_use]
    pub fn acl(&self) -> &Acl {
        &self.acl
    }

    /// The policies, in the order that [`StanzaRef::policy`] counts.
    #[must_use]
    pub fn held(&self) -> &[Held] {
        &self.held
    }

    /// Why there may be more policies, one sentence each.
    #[must_use]
    pub fn open(&self) -> &[String] {
        &self.open
    }

    /// Answers a question, with the chain from the principal to the stanza that decided.
    #[must_use]
    pub fn ask(&self, model: &Model, sources: &SourceMap, question: &VaultQuestion<'_>) -> VaultAnswer {
        let (decision, answer, reason) = self.raw(model, question);
        let chains = answer.stanzas.iter().map(|at| self.chain(sources, *at, answer.pattern.as_deref())).collect();
        let mut notes = answer.notes;
        if answer.needs_no_token {
            notes.push("the server serves this path to anyone, so that policies do not matter".to_owned());
        }
        VaultAnswer {
            principal: self.name.clone(),
            capability: question.capability.name(),
            path: question.path.to_owned(),
            decision,
            reason,
            policies: self.held.iter().map(|held| held.name.to_string()).collect(),
            chains,
            sudo: answer.sudo,
            root_protected: answer.root_protected,
            capabilities: answer.capabilities,
            needs: answer.needs,
            notes,
            near: answer
                .near
                .into_iter()
                .map(|near| Near {
                    place: near.stanzas.first().and_then(|at| place(sources, at.path_span)),
                    pattern: near.pattern,
                    reason: near.reason,
                })
                .collect(),
            depends_on: self.depends_on(decision, &answer.depends_on),
            http: answer.http,
        }
    }

    /// What an answer depends on, in words.
    fn depends_on(&self, decision: Decision, keys: &[SmolStr]) -> Vec<String> {
        let mut out: Vec<String> = keys.iter().map(|key| self.words(key)).collect();
        if decision == Decision::Undetermined {
            let exists = self.exists_if.iter().map(|name| format!("`{name}`"));
            out.extend(exists.filter(|name| !keys.iter().any(|key| self.words(key) == *name)).collect::<Vec<_>>());
        }
        out
    }

    /// The decision alone.
    #[must_use]
    pub fn decide(&self, model: &Model, question: &VaultQuestion<'_>) -> Decision {
        self.raw(model, question).0
    }

    fn raw(&self, model: &Model, question: &VaultQuestion<'_>) -> (Decision, Answer, String) {
        // `sudo` is no operation: the rule that a read of the path finds tells.
        let operation = Operation::of_capability(question.capability).unwrap_or(Operation::Read);
        let namespace = question.namespace.map_or_else(|| self.namespace.clone(), slashed);
        let mut path = question.path.trim_start_matches('/').to_owned();
        if operation.lists() && !path.ends_with('/') {
            path.push('/');
        }
        let answer = self.acl.answer(&Request {
            operation,
            path: &path,
            namespace: &namespace,
            parameters: question.parameters,
            wrap_ttl: question.wrap_ttl,
            root_protected: self.protected_by_mount(model, namespace.trim_end_matches('/'), &path),
        });
        let (decision, mut reason) = match question.capability {
            Capability::Sudo if answer.decision != Decision::Undetermined => {
                let granted = answer.sudo || self.acl.is_root();
                let decision = if granted { Decision::Allowed } else { Decision::Denied };
                let label = answer.pattern.as_deref().map(|label| format!("`{label}`"));
                let reason = match (granted, label) {
                    (true, Some(label)) => format!("{label} grants `sudo`"),
                    (true, None) => answer.reason.clone(),
                    (false, Some(label)) => format!("{label} decides and does not grant `sudo`"),
                    (false, None) => "no rule matches the path".to_owned(),
                };
                (decision, reason)
            }
            _ => (answer.decision, answer.reason.clone()),
        };
        // Who may not be there can do nothing for certain.
        let decision = match decision {
            Decision::Allowed if !self.exists_if.is_empty() => Decision::Undetermined,
            other => other,
        };
        if decision == Decision::Undetermined {
            let list = self.depends_on(decision, &answer.depends_on);
            reason = format!("it depends on {}", list.join(" and "));
        }
        (decision, answer, reason)
    }

    /// What an unknown stands for, for people.
    fn words(&self, key: &str) -> String {
        let Some(name) = key.strip_prefix("policy:") else { return format!("`{key}`") };
        if self.open.iter().any(|text| text == name) {
            return format!("more policies: {name}");
        }
        match self.held.iter().find(|held| held.name == name).map(|held| held.target) {
            Some(Target::Dangling) => format!("policy `{name}`, which is cited but not in the model"),
            Some(Target::Unknown) => format!("the policy named by `{name}`, which is not known"),
            _ => format!("the text of policy `{name}`"),
        }
    }

    /// Whether the mount's type makes the path root-protected.
    fn protected_by_mount(&self, model: &Model, namespace: &str, path: &str) -> bool {
        let mount = model.vault.mount_of(namespace, path).and_then(|id| model.vault.mount(id));
        let Some((mount, kind)) = mount.and_then(|mount| Some((mount, mount.kind.as_deref()?))) else { return false };
        let below = mount.path.as_deref().and_then(|at| path.strip_prefix(at)).and_then(|rest| rest.strip_prefix('/'));
        below.is_some_and(|rest| sudo::root_protected_in(kind, rest, self.dialect))
    }

    /// From the principal to a stanza.
    fn chain(&self, sources: &SourceMap, at: StanzaRef, pattern: Option<&str>) -> Vec<ChainLink> {
        let mut chain = self.held_chain(sources, at.policy);
        let name = pattern.map_or_else(|| "stanza".to_owned(), |pattern| format!("stanza `{pattern}`"));
        chain.push(ChainLink { name, place: place(sources, at.path_span) });
        chain
    }

    /// From the principal to the policy of that index.
    #[must_use]
    pub fn held_chain(&self, sources: &SourceMap, policy: usize) -> Vec<ChainLink> {
        let links = self.held.get(policy).map_or(&[][..], |held| held.chain.as_slice());
        links
            .iter()
            .map(|link| ChainLink { name: link.name.clone(), place: link.span.and_then(|span| place(sources, span)) })
            .collect()
    }
}

fn slashed(namespace: &str) -> String {
    let namespace = namespace.trim_matches('/');
    if namespace.is_empty() { String::new() } else { format!("{namespace}/") }
}

/// What it depends on whether the token has a policy: its being given, and its being there.
fn given_if(model: &Model, held: &Held) -> Vec<SmolStr> {
    let mut out = held.given_if.clone();
    if let Target::Policy(id) = held.target
        && let Some(policy) = model.vault.policy(id)
    {
        let own = model.given_if(policy.decl).iter().filter(|name| !held.given_if.contains(name));
        out.extend(own.cloned());
    }
    out
}

fn namespace_of(model: &Model, held: &Held) -> String {
    match held.target {
        Target::Policy(id) => model.vault.policy(id).map_or_else(String::new, |policy| slashed(&policy.namespace)),
        _ => String::new(),
    }
}

/// The `default` policy that a fresh server has.
fn built_in_default(dialect: Dialect) -> Policy {
    let text = builtin::text("default", dialect).unwrap_or_default();
    policy::parse(&Fragment::plain(NOWHERE, 0, &text), dialect).unwrap_or_default()
}

/// What the model tells of who acts, for templates.
#[must_use]
pub fn identity_of(model: &Model, principal: VaultPrincipal) -> Identity {
    let entity = match principal {
        VaultPrincipal::Entity(id) => Some(id),
        VaultPrincipal::Token(id) => model.vault.tokens.get(id.index()).and_then(|token| token.entity),
        VaultPrincipal::Role(id) => model.vault.role(id).and_then(|role| model.vault.entity_of_login(role)),
        _ => None,
    };
    let known = entity.and_then(|id| Some((id, model.vault.entity(id)?)));
    let Some((id, declared)) = known else { return Identity::Unknown };
    let aliases = declared.aliases.iter().filter_map(|alias| {
        let mount = alias.mount.and_then(|id| model.vault.mount(id));
        let accessor = mount.and_then(|mount| mount.accessor.clone()).or_else(|| alias.accessor.clone())?;
        let body = model.vault_body(alias.decl);
        Some(Alias {
            id: None,
            name: alias.name.clone(),
            mount_accessor: accessor,
            metadata: Metadata::default(),
            custom_metadata: metadata(body.and_then(|body| body.get("custom_metadata"))),
        })
    });
    let entity = Entity {
        id: declared.id.clone(),
        name: declared.name.clone(),
        metadata: metadata(model.vault_body(declared.decl).and_then(|body| body.get("metadata"))),
        aliases: aliases.collect(),
        aliases_complete: false,
    };
    Identity::Known { entity, groups: groups(model, id), groups_complete: false }
}

fn groups(model: &Model, id: EntityId) -> Vec<Group> {
    let mut out: Vec<Group> = Vec::new();
    let mut seen = Vec::new();
    let mut next: Vec<_> = model.vault.entity(id).map(|entity| entity.groups.clone()).unwrap_or_default();
    while let Some(id) = next.pop() {
        if seen.contains(&id) {
            continue;
        }
        seen.push(id);
        let Some(group) = model.vault.group(id) else { continue };
        next.extend(&group.parents);
        let Some(name) = group.name.clone() else { continue };
        out.push(Group {
            id: group.id.clone(),
            name,
            namespace: group.namespace.clone(),
            metadata: metadata(model.vault_body(group.decl).and_then(|body| body.get("metadata"))),
        });
    }
    out
}

/// Metadata as a declaration has it: an absent map is known to be empty, an expression may
/// hold anything.
fn metadata(node: Option<&Node>) -> Metadata {
    let Some(node) = node else { return Metadata::complete(BTreeMap::new()) };
    let Some(entries) = node.as_map() else { return Metadata::default() };
    let mut complete = true;
    let mut values = BTreeMap::new();
    for entry in entries {
        match (entry.key.known(), entry.value.as_str()) {
            (Some(key), Some(value)) => {
                values.insert(SmolStr::new(key), SmolStr::new(value));
            }
            _ => complete = false,
        }
    }
    Metadata { values, complete }
}
