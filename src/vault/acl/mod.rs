//! A token's policies, prepared: what the server decides for any request, and why.
//! spec: vault-acl, sections b to d

mod decide;
mod explain;
mod index;
mod rule;
mod unknown;

use smol_str::SmolStr;

use super::builtin;
use super::capability::Capability;
use super::dialect::Dialect;
use super::identity::Identity;
use super::path::PathPattern;
use super::policy::Policy;
use super::template::{Context, Rendered, render};
pub use decide::{Cause, Outcome, Request};
pub use explain::{Answer, NearMiss};
use index::Index;
pub use index::RuleId;
pub use rule::{Limits, Rule, StanzaRef};
use unknown::Uncertain;

/// A policy of a token.
#[derive(Debug, Clone, Copy)]
pub struct Granted<'a> {
    /// Its name. `root` is the root policy, whatever its text.
    pub name: &'a str,
    /// Its text; none where the token has the policy but its text is not known.
    pub policy: Option<&'a Policy>,
    /// Its namespace, with a final slash; empty for the root namespace.
    pub namespace: &'a str,
    /// OpenBao's setting of the policy that lets template values hold `*` and `+`.
    pub allow_wildcards: bool,
    /// Whether template values may hold `/`: a setting of the policy on OpenBao (off), of
    /// the server on Vault (on). None is the default.
    pub allow_slashes: Option<bool>,
    /// What it depends on whether the token has it; empty where it certainly does.
    pub given_if: &'a [SmolStr],
}

impl<'a> Granted<'a> {
    /// A policy of the root namespace with default settings.
    #[must_use]
    pub fn new(name: &'a str, policy: &'a Policy) -> Self {
        Self { name, policy: Some(policy), ..Self::unknown(name) }
    }

    /// A policy whose text is not known.
    #[must_use]
    pub fn unknown(name: &'a str) -> Self {
        Self { name, policy: None, namespace: "", allow_wildcards: false, allow_slashes: None, given_if: &[] }
    }

    /// The same in a namespace.
    #[must_use]
    pub fn in_namespace(self, namespace: &'a str) -> Self {
        Self { namespace, ..self }
    }

    /// The same, of which it depends on `refs` whether the token has it.
    #[must_use]
    pub fn given_if(self, refs: &'a [SmolStr]) -> Self {
        Self { given_if: refs, ..self }
    }
}

/// What an ACL depends on besides policies.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// The server.
    pub dialect: Dialect,
    /// Whose token it is: templates need to know.
    pub identity: Identity,
    /// Seconds since 1970, if known: expirations need to know.
    pub now: Option<i64>,
}

/// A stanza that the server drops for this token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dropped {
    /// The stanza.
    pub stanza: StanzaRef,
    /// Its label as written.
    pub label: String,
    /// Why.
    pub reason: String,
    /// Whether it would deny.
    pub denies: bool,
}

/// The policies of a token, merged.
#[derive(Debug, Clone)]
pub struct Acl {
    dialect: Dialect,
    /// Namespace of the root policy, if the token has it.
    root: Option<SmolStr>,
    rules: Vec<Rule>,
    index: Index,
    names: Vec<SmolStr>,
    dropped: Vec<Dropped>,
    uncertain: Vec<Uncertain>,
    /// All stanzas in order, kept where something is uncertain: what-ifs are built of them.
    prepared: Vec<Prepared>,
}

/// A stanza whose pattern is known.
#[derive(Debug, Clone)]
struct Prepared {
    pattern: PathPattern,
    granted: super::capability::Capabilities,
    limits: Option<Box<Limits>>,
    from: StanzaRef,
}

impl Acl {
    /// Merges the policies of a token, in the order in which the server would.
    #[must_use]
    pub fn new(policies: &[Granted<'_>], settings: &Settings) -> Self {
        let mut acl = Self {
            dialect: settings.dialect,
            root: None,
            rules: Vec::new(),
            index: Index::default(),
            names: policies.iter().map(|granted| granted.name.into()).collect(),
            dropped: Vec::new(),
            uncertain: Vec::new(),
            prepared: Vec::new(),
        };
        // A list of policies that holds `root` is `root` alone.
        let is_root = |granted: &&Granted<'_>| {
            granted.name.trim().eq_ignore_ascii_case(builtin::ROOT) && granted.given_if.is_empty()
        };
        if let Some(root) = policies.iter().find(is_root) {
            acl.root = Some(root.namespace.into());
            return acl;
        }
        let mut prepared = Vec::new();
        for (index, granted) in policies.iter().enumerate() {
            acl.add(index, granted, settings, &mut prepared);
        }
        acl.rules = merge(&prepared, settings.dialect);
        acl.index = Index::new(&acl.rules);
        if !acl.uncertain.is_empty() {
            acl.prepared = prepared;
        }
        acl
    }

    fn add(&mut self, index: usize, granted: &Granted<'_>, settings: &Settings, prepared: &mut Vec<Prepared>) {
        let Some(policy) = granted.policy else {
            let mut uncertain = Uncertain::policy(format!("policy:{}", granted.name).into());
            uncertain.depends.extend(granted.given_if.iter().cloned());
            self.uncertain.push(uncertain);
            return;
        };
        for unknown in &policy.unknown {
            let mut uncertain = Uncertain::stanzas(&unknown.refs);
            uncertain.depends.extend(granted.given_if.iter().cloned());
            self.uncertain.push(uncertain);
        }
        let context = Context {
            identity: &settings.identity,
            dialect: settings.dialect,
            namespace: granted.namespace,
            allow_wildcards: granted.allow_wildcards,
            allow_slashes: granted.allow_slashes.unwrap_or(!settings.dialect.is_openbao()),
            now: settings.now,
        };
        for (number, stanza) in policy.stanzas.iter().enumerate() {
            let from = StanzaRef { policy: index, stanza: number, span: stanza.span, path_span: stanza.path_span };
            let mut drop = |reason: String| {
                let denies = stanza.granted.has(Capability::Deny);
                self.dropped.push(Dropped { stanza: from, label: stanza.path.display(), reason, denies });
            };
            let mut depends: Vec<SmolStr> = stanza.unknown.iter().flat_map(|unknown| unknown.refs.clone()).collect();
            depends.extend(granted.given_if.iter().cloned());
            let mut constraints_unknown = stanza.constraints_unknown;
            match (stanza.expiration, settings.now) {
                (Some(end), Some(now)) if now > end => {
                    drop("it has expired".to_owned());
                    continue;
                }
                (Some(_), None) => {
                    constraints_unknown = true;
                    depends.push("time".into());
                }
                _ => {}
            }
            let limits = Limits::of(stanza);
            let path = match render(&stanza.path, context) {
                Rendered::Dropped(reason) => {
                    drop(reason);
                    continue;
                }
                Rendered::Partly(pieces) => {
                    let mut uncertain = Uncertain::path(pieces, granted.namespace, stanza.granted, limits, from);
                    uncertain.capabilities_unknown = stanza.capabilities_unknown;
                    uncertain.constraints_unknown = constraints_unknown;
                    uncertain.depends.append(&mut depends);
                    self.uncertain.push(uncertain);
                    continue;
                }
                Rendered::Path(path) => path,
            };
            // The server refuses such a policy; nothing of it can apply.
            let Ok(pattern) = PathPattern::new(&path, granted.namespace) else { continue };
            let certain = granted.given_if.is_empty();
            if stanza.capabilities_unknown || constraints_unknown || !certain {
                self.uncertain.push(Uncertain {
                    pieces: Vec::new(),
                    pattern: Some(pattern.clone()),
                    granted: stanza.granted,
                    limits: limits.clone(),
                    from: Some(from),
                    capabilities_unknown: stanza.capabilities_unknown,
                    constraints_unknown,
                    depends,
                    place: if certain { prepared.len() } else { usize::MAX },
                });
            }
            if !certain {
                continue;
            }
            prepared.push(Prepared { pattern, granted: stanza.granted, limits, from });
        }
    }

    /// The server it is for.
    #[must_use]
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Whether the token has the root policy.
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.root.is_some()
    }

    /// The merged rules, in the order in which their patterns first occur.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// A rule.
    #[must_use]
    pub fn rule(&self, id: RuleId) -> Option<&Rule> {
        self.rules.get(id as usize)
    }

    /// The name of a policy given to [`Acl::new`].
    #[must_use]
    pub fn policy_name(&self, index: usize) -> &str {
        self.names.get(index).map_or("", SmolStr::as_str)
    }

    /// Stanzas that the server drops for this token.
    #[must_use]
    pub fn dropped(&self) -> &[Dropped] {
        &self.dropped
    }

    /// What parts of the ACL depend on, sorted; empty where all of it is known.
    #[must_use]
    pub fn depends_on(&self) -> Vec<SmolStr> {
        let mut out: Vec<SmolStr> = self.uncertain.iter().flat_map(|uncertain| uncertain.depends.clone()).collect();
        out.sort();
        out.dedup();
        out
    }
}

/// Merges stanzas into one rule for each pattern.
fn merge(prepared: &[Prepared], dialect: Dialect) -> Vec<Rule> {
    let mut rules: Vec<Rule> = Vec::with_capacity(prepared.len());
    let mut known: rustc_hash::FxHashMap<PathPattern, usize> = rustc_hash::FxHashMap::default();
    for stanza in prepared {
        if let Some(rule) = known.get(&stanza.pattern).and_then(|at| rules.get_mut(*at)) {
            rule.merge(stanza.granted, stanza.limits.as_deref(), stanza.from, dialect.is_openbao());
        } else {
            known.insert(stanza.pattern.clone(), rules.len());
            rules.push(Rule {
                pattern: stanza.pattern.clone(),
                granted: stanza.granted,
                limits: stanza.limits.clone(),
                stanzas: vec![stanza.from],
            });
        }
    }
    rules
}
