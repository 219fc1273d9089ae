//! Why a request is decided as it is, in words, with what came close.

use smol_str::SmolStr;

use super::decide::{Cause, Outcome, Request, full_path};
use super::index::RuleId;
use super::{Acl, Rule, StanzaRef};
use crate::decision::Decision;
use crate::vault::capability::{Capabilities, Capability};
use crate::vault::operation::Operation;
use crate::vault::parameters::Refusal;
use crate::vault::path::{PathPattern, PatternKind};
use crate::vault::sudo;

/// The full answer to a request.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Allowed, denied or undetermined.
    pub decision: Decision,
    /// Why: one sentence without final period.
    pub reason: String,
    /// The rule that decided, if one did.
    pub rule: Option<RuleId>,
    /// The pattern of that rule, as a label writes it.
    pub pattern: Option<String>,
    /// The stanzas that rule is made of.
    pub stanzas: Vec<StanzaRef>,
    /// Whether that rule carries `sudo`.
    pub sudo: bool,
    /// What `sys/capabilities` answers for the path.
    pub capabilities: Vec<&'static str>,
    /// Whether the path needs `sudo` besides the capability.
    pub root_protected: bool,
    /// Whether the server serves the path to anyone, so that no policy matters.
    pub needs_no_token: bool,
    /// What else an allowed request needs: approvals, a second factor.
    pub needs: Vec<String>,
    /// What the server changes in the request or its response.
    pub notes: Vec<String>,
    /// The HTTP request that the operation stands for.
    pub http: Option<&'static str>,
    /// Rules that come close, and why they do not decide.
    pub near: Vec<NearMiss>,
    /// What an undetermined decision depends on, sorted.
    pub depends_on: Vec<SmolStr>,
}

/// A rule that comes close to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NearMiss {
    /// Its pattern, as a label writes it.
    pub pattern: String,
    /// The stanzas it is made of.
    pub stanzas: Vec<StanzaRef>,
    /// Why it does not decide: one clause.
    pub reason: String,
}

/// How many near misses an answer lists.
const NEAR: usize = 5;

impl Acl {
    /// Decides a request and says why.
    #[must_use]
    pub fn answer(&self, request: &Request<'_>) -> Answer {
        let (decision, outcome, depends_on) = self.settle(request);
        let rule = outcome.rule.and_then(|id| self.rules.get(id as usize));
        let open = sudo::needs_no_token(request.path.trim_start_matches('/'), self.dialect);
        let mut reason = match decision {
            Decision::Undetermined => format!("it depends on {}", list(&depends_on)),
            _ => self.reason(&outcome, request, rule),
        };
        if open && decision == Decision::Denied {
            reason.push_str("; without a token the server serves this path to anyone");
        }
        Answer {
            decision,
            reason,
            rule: outcome.rule,
            pattern: rule.map(|rule| rule.pattern.label()),
            stanzas: rule.map(|rule| rule.stanzas.clone()).unwrap_or_default(),
            sudo: outcome.sudo,
            capabilities: self.capabilities(request.namespace, request.path),
            root_protected: request.root_protected
                || sudo::root_protected(request.path.trim_start_matches('/'), self.dialect),
            needs_no_token: open,
            needs: if outcome.allowed { self.needs(rule, request) } else { Vec::new() },
            notes: if outcome.allowed { notes(rule, request) } else { Vec::new() },
            http: request.operation.http(),
            near: self.near_misses(&outcome, request),
            depends_on,
        }
    }

    fn reason(&self, outcome: &Outcome<'_>, request: &Request<'_>, rule: Option<&Rule>) -> String {
        let label = rule.map_or_else(String::new, |rule| rule.pattern.label());
        let operation = request.operation;
        match outcome.cause {
            Cause::Root => "the root policy allows everything".to_owned(),
            Cause::RootElsewhere => "the root policy is of a namespace that does not hold this one".to_owned(),
            Cause::Help => "help is always allowed".to_owned(),
            Cause::Granted => {
                let needed = operation.capability(self.dialect).map_or("", Capability::name);
                format!("`{label}` grants `{needed}`")
            }
            Cause::NoRule => match self.dropped.iter().find(|dropped| !dropped.denies) {
                Some(dropped) => {
                    format!("no rule matches the path; `{}` is left out because {}", dropped.label, dropped.reason)
                }
                None => "no rule matches the path".to_owned(),
            },
            Cause::NoOperation => format!("no capability allows the operation `{operation}`"),
            Cause::ExplicitDeny => format!("`{label}` denies"),
            Cause::NotGranted(needed) => {
                let granted = rule.map_or(Capabilities::NONE, |rule| rule.granted);
                if granted.is_empty() {
                    format!("`{label}` decides and grants nothing")
                } else {
                    format!("`{label}` decides and grants {}, not `{needed}`", names(granted))
                }
            }
            Cause::NeedsSudo => format!("the path needs `sudo`, which `{label}` does not grant"),
            Cause::WrappingRequired => format!("`{label}` asks for response wrapping"),
            Cause::WrappingTooLong => format!("the wrapping TTL is above the `max_wrapping_ttl` of `{label}`"),
            Cause::WrappingTooShort => format!("the wrapping TTL is below the `min_wrapping_ttl` of `{label}`"),
            Cause::WrappingImpossible => {
                format!("the stanzas for `{label}` together ask for a wrapping TTL that cannot be")
            }
            Cause::Parameter(refusal) => match refusal {
                Refusal::Missing(name) => format!("`{label}` requires the parameter `{name}`"),
                Refusal::AllDenied => format!("`{label}` denies all parameters"),
                Refusal::Denied(name) => format!("`{label}` denies the parameter `{name}`, or its value"),
                Refusal::NotAllowed(name) => format!("`{label}` does not allow the parameter `{name}`"),
                Refusal::ValueNotAllowed(name) => {
                    format!("`{label}` does not allow that value of the parameter `{name}`")
                }
            },
            Cause::LimitRequired => format!("`{label}` requires the parameter `limit`"),
            Cause::LimitRefused => format!("`{label}` does not allow that page size"),
        }
    }

    fn needs(&self, rule: Option<&Rule>, request: &Request<'_>) -> Vec<String> {
        let mut out = Vec::new();
        let Some(limits) = rule.and_then(|rule| rule.limits.as_deref()) else { return out };
        // OpenBao reads the methods and then asks for none.
        if !limits.mfa_methods.is_empty() && !self.dialect.is_openbao() {
            out.push(format!("multi-factor authentication by {}", list(&limits.mfa_methods)));
        }
        for factor in limits.control_group.iter().flat_map(|group| &group.factors) {
            let controls = factor.controlled.is_empty()
                || factor.controlled.iter().any(|name| {
                    let needed = request.operation.capability(self.dialect).map_or("", Capability::name);
                    name == needed
                });
            if controls {
                let approvals = if factor.approvals == 1 { "approval" } else { "approvals" };
                out.push(format!("{} {approvals} by members of {}", factor.approvals, list(&factor.groups)));
            }
        }
        out
    }

    /// Rules that match and are outranked, then rules that nearly match.
    fn near_misses(&self, outcome: &Outcome<'_>, request: &Request<'_>) -> Vec<NearMiss> {
        let path = full_path(request.namespace, request.path);
        let mut out: Vec<NearMiss> = Vec::new();
        let mut push = |id: RuleId, rule: &Rule, reason: String| {
            let known = Some(id) == outcome.rule || out.iter().any(|near| near.pattern == rule.pattern.label());
            if !known && out.len() < NEAR {
                out.push(NearMiss { pattern: rule.pattern.label(), stanzas: rule.stanzas.clone(), reason });
            }
        };
        if self.root.is_some() {
            return out;
        }
        let needed = request.operation.capability(self.dialect);
        for id in self.index.all_matching(&path, &self.rules) {
            let Some(rule) = self.rules.get(id as usize) else { continue };
            let Some(winner) = outcome.rule.and_then(|id| self.rules.get(id as usize)) else { continue };
            let does = match needed {
                Some(needed) if rule.granted.has(needed) => format!("grants `{needed}`"),
                _ if rule.granted.has(Capability::Deny) => "denies".to_owned(),
                _ => "matches".to_owned(),
            };
            let why = outranked(&winner.pattern, &rule.pattern);
            push(id, rule, format!("{does}, but {why}"));
        }
        if outcome.allowed {
            return out;
        }
        for (id, rule) in (0..).zip(&self.rules) {
            if let Some(why) = nearly(&rule.pattern, &path, request.operation) {
                push(id, rule, why);
            }
        }
        out
    }
}

/// Why one matching pattern decides before another.
fn outranked(winner: &PathPattern, loser: &PathPattern) -> String {
    let label = winner.label();
    if winner.kind() == PatternKind::Exact {
        return format!("the exact path `{label}` decides");
    }
    if loser.kind() == PatternKind::Exact {
        return format!("`{label}` decides");
    }
    let (won, lost) = (winner.rank(), loser.rank());
    if won.position != lost.position {
        format!("the first wildcard of `{label}` comes later")
    } else if won.closed != lost.closed {
        format!("`{label}` does not end in `*`")
    } else if won.fewer_plus != lost.fewer_plus {
        format!("`{label}` has fewer `+`")
    } else if won.length != lost.length {
        format!("`{label}` is longer")
    } else {
        format!("`{label}` decides")
    }
}

/// Why a pattern that looks as if it should match does not.
fn nearly(pattern: &PathPattern, path: &str, operation: Operation) -> Option<String> {
    if pattern.matches(path) {
        return None;
    }
    let label = pattern.label();
    if pattern.is_open() && pattern.matches(&format!("{path}/")) {
        return Some(format!("`{label}` is for what lies below the path, not for the path itself"));
    }
    if !operation.lists()
        && let Some(trimmed) = path.strip_suffix('/')
        && pattern.matches(trimmed)
    {
        return Some("the path ends in `/`, which only LIST forgives".to_owned());
    }
    if pattern.kind() != PatternKind::Prefix && pattern.matches(&format!("{path}/")) {
        return Some(format!("`{label}` ends in `/`, the path does not"));
    }
    if let Some(rest) = path.strip_prefix("v1/")
        && pattern.matches(rest)
    {
        return Some("the path starts with `v1/`, which is no part of it".to_owned());
    }
    if label.starts_with("v1/") && label.get(3..).is_some_and(|rest| matches_label(rest, path)) {
        return Some("the label starts with `v1/`, which is no part of a path".to_owned());
    }
    let inner_star = label.strip_suffix('*').unwrap_or(&label).contains('*');
    if inner_star && matches_label(&label.replace("*/", "+/"), path) {
        return Some("`*` is a wildcard at the end only; elsewhere it is a character".to_owned());
    }
    if pattern.kind() == PatternKind::Exact && label.eq_ignore_ascii_case(path) {
        return Some("letter case differs".to_owned());
    }
    for part in ["data/", "metadata/"] {
        if let Some((mount, rest)) = path.split_once('/')
            && rest.strip_prefix(part).is_some_and(|rest| pattern.matches(&format!("{mount}/{rest}")))
        {
            return Some(format!("it lacks the `{part}` of a KV version 2 path"));
        }
    }
    None
}

fn matches_label(label: &str, path: &str) -> bool {
    PathPattern::new(label, "").is_ok_and(|pattern| pattern.matches(path))
}

/// What the server changes where the rule allows.
fn notes(rule: Option<&Rule>, request: &Request<'_>) -> Vec<String> {
    let mut out = Vec::new();
    let Some(limits) = rule.and_then(|rule| rule.limits.as_deref()) else { return out };
    if request.operation.lists() {
        if limits.pagination_limit > 0 {
            out.push(format!("the answer holds at most {} keys", limits.pagination_limit));
        }
        if limits.response_filter.is_some() {
            out.push(
                "the answer holds only keys that the token may read, by `list_scan_response_keys_filter_path`".into(),
            );
        }
    }
    out
}

fn names(granted: Capabilities) -> String {
    granted.iter().map(|capability| format!("`{capability}`")).collect::<Vec<_>>().join(", ")
}

fn list(names: &[SmolStr]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
