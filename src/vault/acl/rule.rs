//! What all stanzas of one path grant together.
//! spec: vault-acl, section b

use smol_str::SmolStr;

use crate::source::Span;
use crate::vault::capability::{Capabilities, Capability};
use crate::vault::parameters::{Constraints, lower};
use crate::vault::path::PathPattern;
use crate::vault::policy::{ControlGroup, Stanza};

/// Where a stanza stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StanzaRef {
    /// Index among the policies given to the ACL.
    pub policy: usize,
    /// Index among the policy's stanzas.
    pub stanza: usize,
    /// The whole stanza.
    pub span: Span,
    /// Its path label.
    pub path_span: Span,
}

/// A rule of an ACL: the stanzas of one pattern, merged.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Which paths it is for.
    pub pattern: PathPattern,
    /// What it grants; `deny` alone where a stanza denies.
    pub granted: Capabilities,
    /// What it asks of requests; none asks nothing.
    pub limits: Option<Box<Limits>>,
    /// The stanzas it is made of, in order.
    pub stanzas: Vec<StanzaRef>,
}

/// Conditions of a rule, beyond capabilities.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Limits {
    /// Parameters that may be sent; none listed: any.
    pub allowed: Constraints,
    /// Parameters that may not be sent.
    pub denied: Constraints,
    /// Lower-cased names that must be sent.
    pub required: Vec<SmolStr>,
    /// Nanoseconds; zero or less is no bound.
    pub min_wrapping_ttl: i64,
    /// Nanoseconds; zero or less is no bound.
    pub max_wrapping_ttl: i64,
    /// Zero or less is no bound.
    pub pagination_limit: i64,
    /// Template that a listed key is checked with.
    pub response_filter: Option<SmolStr>,
    /// Methods of multi-factor authentication that a request must pass.
    pub mfa_methods: Vec<SmolStr>,
    /// Approvals that a request needs.
    pub control_group: Option<ControlGroup>,
}

impl Limits {
    /// The conditions of one stanza, if it has any. A stanza that denies has none.
    #[must_use]
    pub fn of(stanza: &Stanza) -> Option<Box<Self>> {
        if stanza.granted.has(Capability::Deny) {
            return None;
        }
        let limits = Self {
            allowed: Constraints::new(&stanza.allowed_parameters),
            denied: Constraints::new(&stanza.denied_parameters),
            required: stanza.required_parameters.iter().map(|(name, _)| lower(name.raw())).collect(),
            min_wrapping_ttl: stanza.min_wrapping_ttl,
            max_wrapping_ttl: stanza.max_wrapping_ttl,
            pagination_limit: stanza.pagination_limit,
            response_filter: stanza.response_filter.as_ref().map(|(text, _)| text.raw_smol().clone()),
            mfa_methods: stanza.mfa_methods.iter().map(|(name, _)| name.raw_smol().clone()).collect(),
            control_group: stanza.control_group.clone(),
        };
        (limits != Self::default()).then(|| Box::new(limits))
    }

    fn merge(&mut self, other: &Self, first_control_group_only: bool) {
        let lower = |own: &mut i64, other: i64| {
            if other > 0 && (*own == 0 || other < *own) {
                *own = other;
            }
        };
        self.allowed.merge(&other.allowed);
        self.denied.merge(&other.denied);
        for name in &other.required {
            if !self.required.contains(name) {
                self.required.push(name.clone());
            }
        }
        lower(&mut self.min_wrapping_ttl, other.min_wrapping_ttl);
        lower(&mut self.max_wrapping_ttl, other.max_wrapping_ttl);
        if other.pagination_limit > 0 && (self.pagination_limit <= 0 || other.pagination_limit < self.pagination_limit)
        {
            self.pagination_limit = other.pagination_limit;
        }
        if self.response_filter.is_none() {
            self.response_filter.clone_from(&other.response_filter);
        }
        for method in &other.mfa_methods {
            if !self.mfa_methods.contains(method) {
                self.mfa_methods.push(method.clone());
            }
        }
        match (&mut self.control_group, &other.control_group) {
            (None, Some(group)) if !first_control_group_only => self.control_group = Some(group.clone()),
            (Some(own), Some(group)) if !first_control_group_only => own.factors.extend(group.factors.iter().cloned()),
            _ => {}
        }
    }
}

impl Rule {
    /// Adds a stanza for the same pattern, as the server merges it into the rule.
    /// `openbao`: of control groups, the first stanza's is the only one that counts.
    pub(super) fn merge(&mut self, granted: Capabilities, limits: Option<&Limits>, from: StanzaRef, openbao: bool) {
        if self.granted.has(Capability::Deny) {
            return;
        }
        if granted.has(Capability::Deny) {
            self.granted = Capabilities::of(&[Capability::Deny]);
            self.limits = None;
            self.stanzas = vec![from];
            return;
        }
        self.granted = self.granted.union(granted);
        self.stanzas.push(from);
        let Some(limits) = limits else { return };
        self.limits.get_or_insert_default().merge(limits, openbao);
    }
}
