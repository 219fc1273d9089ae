//! The decision for one request. Nothing here allocates unless a namespace is joined to
//! the path.
//! spec: vault-acl, sections c and d

use std::borrow::Cow;

use serde_json::{Map, Value as Json};

use super::index::RuleId;
use super::{Acl, Limits};
use crate::decision::Decision;
use crate::vault::capability::{Capabilities, Capability};
use crate::vault::dialect::Dialect;
use crate::vault::operation::Operation;
use crate::vault::parameters::{self, Refusal};
use crate::vault::sudo;

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// What to do.
    pub operation: Operation,
    /// With what, relative to the namespace, without `v1/`.
    pub path: &'a str,
    /// The namespace of the request, with a final slash; empty for the root namespace.
    pub namespace: &'a str,
    /// The body's or query's top-level members.
    pub parameters: Option<&'a Map<String, Json>>,
    /// The wrapping TTL asked for, in nanoseconds.
    pub wrap_ttl: Option<i64>,
    /// Whether the path needs `sudo` for what is mounted there, beyond what the path alone
    /// tells ([`sudo::root_protected_in`]).
    pub root_protected: bool,
}

impl<'a> Request<'a> {
    /// A request in the root namespace without parameters.
    #[must_use]
    pub fn new(operation: Operation, path: &'a str) -> Self {
        Self { operation, path, namespace: "", parameters: None, wrap_ttl: None, root_protected: false }
    }
}

/// Why a request is allowed or denied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause<'a> {
    /// The root policy allows everything.
    Root,
    /// The root policy is of a namespace that does not hold this one.
    RootElsewhere,
    /// Help is always allowed.
    Help,
    /// The rule grants it.
    Granted,
    /// No rule matches.
    NoRule,
    /// No capability allows the operation.
    NoOperation,
    /// The rule denies.
    ExplicitDeny,
    /// The rule does not grant the capability.
    NotGranted(Capability),
    /// The path needs `sudo`, which the rule does not grant.
    NeedsSudo,
    /// The rule asks for response wrapping.
    WrappingRequired,
    /// The wrapping TTL is above the rule's bound.
    WrappingTooLong,
    /// The wrapping TTL is below the rule's bound.
    WrappingTooShort,
    /// The rule's bounds, merged from several stanzas, exclude each other.
    WrappingImpossible,
    /// A parameter is missing, denied or not allowed.
    Parameter(Refusal<'a>),
    /// The rule bounds the page size, and the request does not.
    LimitRequired,
    /// The page size asked for is no number, or outside the rule's bound.
    LimitRefused,
}

/// The decision on one request, where all that it depends on is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome<'a> {
    /// Allowed or denied.
    pub allowed: bool,
    /// Why.
    pub cause: Cause<'a>,
    /// The rule that decided.
    pub rule: Option<RuleId>,
    /// Whether that rule carries `sudo`.
    pub sudo: bool,
}

impl Outcome<'_> {
    /// As a decision.
    #[must_use]
    pub fn decision(&self) -> Decision {
        if self.allowed { Decision::Allowed } else { Decision::Denied }
    }
}

impl Acl {
    /// Decides a request over what is known of the policies.
    /// [`Acl::answer`] takes what is not known into account.
    #[must_use]
    pub fn decide<'a>(&'a self, request: &Request<'a>) -> Outcome<'a> {
        if let Some(root) = &self.root {
            // OpenBao's root policy reaches its namespace and those below it.
            let reaches = !self.dialect.is_openbao() || request.namespace.starts_with(root.as_str());
            let cause = if reaches { Cause::Root } else { Cause::RootElsewhere };
            return Outcome { allowed: reaches, cause, rule: None, sudo: reaches };
        }
        if request.operation == Operation::Help {
            return Outcome { allowed: true, cause: Cause::Help, rule: None, sudo: false };
        }
        let path = full_path(request.namespace, request.path);
        let Some(id) = self.find(request.operation, &path) else {
            return Outcome { allowed: false, cause: Cause::NoRule, rule: None, sudo: false };
        };
        let Some(rule) = self.rules.get(id as usize) else {
            return Outcome { allowed: false, cause: Cause::NoRule, rule: None, sudo: false };
        };
        let verdict = check(rule.granted, rule.limits.as_deref(), request, self.dialect);
        Outcome {
            allowed: verdict.is_ok(),
            cause: verdict.err().unwrap_or(Cause::Granted),
            rule: Some(id),
            sudo: rule.granted.has(Capability::Sudo),
        }
    }

    /// The rule that decides an operation on a path with its namespace.
    pub(super) fn find(&self, operation: Operation, path: &str) -> Option<RuleId> {
        let lookup = match operation {
            Operation::List => Some((self.dialect.list_lookup(), Capability::List)),
            Operation::Scan => Some((self.dialect.scan_lookup(), Capability::Scan)),
            _ => None,
        };
        self.index.find(path, lookup, &self.rules)
    }

    /// The rule that answers `sys/capabilities` for a path, which looks as LIST does.
    #[must_use]
    pub fn capability_rule(&self, namespace: &str, path: &str) -> Option<RuleId> {
        self.find(Operation::List, &full_path(namespace, path))
    }

    /// What `sys/capabilities` answers for a path.
    #[must_use]
    pub fn capabilities(&self, namespace: &str, path: &str) -> Vec<&'static str> {
        if let Some(root) = &self.root {
            let reaches = !self.dialect.is_openbao() || namespace.starts_with(root.as_str());
            return vec![if reaches { "root" } else { "deny" }];
        }
        let rule = self.capability_rule(namespace, path).and_then(|id| self.rules.get(id as usize));
        let granted = rule.map_or(Capabilities::NONE, |rule| rule.granted);
        if granted.is_empty() || granted.has(Capability::Deny) {
            return vec!["deny"];
        }
        granted.iter().map(Capability::name).collect()
    }
}

/// The path with its namespace and without leading slashes.
pub(super) fn full_path<'p>(namespace: &str, path: &'p str) -> Cow<'p, str> {
    if namespace.is_empty() {
        return Cow::Borrowed(path.trim_start_matches('/'));
    }
    let joined = format!("{namespace}{path}");
    Cow::Owned(joined.trim_start_matches('/').to_owned())
}

/// What a rule says about a request that it decides.
pub(super) fn check<'a>(
    granted: Capabilities,
    limits: Option<&'a Limits>,
    request: &Request<'a>,
    dialect: Dialect,
) -> Result<(), Cause<'a>> {
    let Some(needed) = request.operation.capability(dialect) else { return Err(Cause::NoOperation) };
    if !granted.has(needed) {
        let denied = granted.has(Capability::Deny);
        return Err(if denied { Cause::ExplicitDeny } else { Cause::NotGranted(needed) });
    }
    if !granted.has(Capability::Sudo) && (request.root_protected || sudo::root_protected(request.path, dialect)) {
        return Err(Cause::NeedsSudo);
    }
    let Some(limits) = limits else { return Ok(()) };
    wrapping(limits, request.wrap_ttl)?;
    if request.operation.checks_parameters(dialect) {
        let Limits { required, allowed, denied, .. } = limits;
        return parameters::check(required, allowed, denied, request.parameters, dialect).map_err(Cause::Parameter);
    }
    if request.operation.lists() {
        return pagination(limits, request.parameters, dialect);
    }
    Ok(())
}

fn wrapping(limits: &Limits, asked: Option<i64>) -> Result<(), Cause<'static>> {
    let (min, max) = (limits.min_wrapping_ttl, limits.max_wrapping_ttl);
    if max > 0 {
        match asked {
            None => return Err(Cause::WrappingRequired),
            Some(ttl) if ttl > max => return Err(Cause::WrappingTooLong),
            Some(_) => {}
        }
    }
    if min > 0 {
        match asked {
            None => return Err(Cause::WrappingRequired),
            Some(ttl) if ttl < min => return Err(Cause::WrappingTooShort),
            Some(_) => {}
        }
    }
    if min != 0 && max != 0 && max < min { Err(Cause::WrappingImpossible) } else { Ok(()) }
}

/// OpenBao's bound on the page size of LIST and SCAN.
fn pagination(limits: &Limits, sent: Option<&Map<String, Json>>, dialect: Dialect) -> Result<(), Cause<'static>> {
    if limits.pagination_limit <= 0 {
        return Ok(());
    }
    let Some(limit) = sent.and_then(|sent| sent.get("limit")) else {
        let required = limits.required.iter().any(|name| name == "limit");
        return if required { Err(Cause::LimitRequired) } else { Ok(()) };
    };
    let number = match limit {
        Json::String(text) if text == "max" => return Ok(()),
        Json::String(text) if text.is_empty() => Some(0),
        Json::String(text) => text.parse().ok(),
        Json::Number(number) => number.as_i64(),
        Json::Null | Json::Bool(_) | Json::Array(_) | Json::Object(_) => None,
    };
    match number {
        Some(number) if number > limits.pagination_limit => Err(Cause::LimitRefused),
        Some(number) if number < 0 && dialect.bounds_zero_limits() => Err(Cause::LimitRefused),
        Some(_) => Ok(()),
        None => Err(Cause::LimitRefused),
    }
}
