//! The Principal element as one more dimension: a finite list of names.

use crate::aws::document::{PrincipalElement, PrincipalKind};
use crate::decision::Truth;

/// Who a statement is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Who {
    /// There is no Principal element: whoever the policy is attached to.
    Attached,
    /// The element.
    Listed {
        negated: bool,
        everybody: bool,
        /// Sorted.
        names: Vec<(PrincipalKind, String)>,
        partial: bool,
    },
}

/// One principal that a question looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Candidate<'w> {
    /// Nobody that any statement names.
    Stranger,
    /// Someone named.
    Named(&'w (PrincipalKind, String)),
}

impl Who {
    pub(super) fn new(element: Option<&PrincipalElement>) -> Self {
        let Some(element) = element else { return Self::Attached };
        let mut everybody = element.star;
        let mut partial = element.unknown;
        let mut names = Vec::new();
        for entry in &element.entries {
            match entry.item.text.known() {
                Some("*") if entry.kind == PrincipalKind::Aws => everybody = true,
                Some(name) => names.push((entry.kind, name.to_owned())),
                None => partial = true,
            }
        }
        names.sort();
        names.dedup();
        Self::Listed { negated: element.negated, everybody, names, partial }
    }

    pub(super) fn is_partial(&self) -> bool {
        matches!(self, Self::Listed { partial: true, .. })
    }

    /// The principals listed, if the statement is about no others.
    pub(super) fn listed(&self) -> Option<&[(PrincipalKind, String)]> {
        match self {
            Self::Listed { negated: false, everybody: false, names, partial: false } => Some(names),
            _ => None,
        }
    }

    /// Those whom a `NotPrincipal` leaves out.
    pub(super) fn spared(&self) -> &[(PrincipalKind, String)] {
        match self {
            Self::Listed { negated: true, names, .. } => names,
            _ => &[],
        }
    }

    /// Whether the statement is about the candidate. Unknown where a name and an account
    /// that may hold it meet, since that depends on who asks (spec: aws-evaluation,
    /// section 7.1).
    pub(super) fn matches(&self, candidate: Candidate<'_>) -> Truth {
        let Self::Listed { negated, everybody, names, partial } = self else { return Truth::True };
        let listed = if *everybody {
            Truth::True
        } else {
            let named = Truth::any(names.iter().map(|name| meets(name, candidate)));
            if *partial { named.or(Truth::Unknown) } else { named }
        };
        if *negated { !listed } else { listed }
    }
}

fn meets(name: &(PrincipalKind, String), candidate: Candidate<'_>) -> Truth {
    let Candidate::Named(other) = candidate else { return Truth::False };
    if name == other {
        return Truth::True;
    }
    if name.0 != PrincipalKind::Aws || other.0 != PrincipalKind::Aws {
        return Truth::False;
    }
    match (account(&name.1), account(&other.1)) {
        (Some(a), Some(b)) if a != b => Truth::False,
        // an account and one of its own, or a role and a session of it
        (Some(_), Some(_)) if is_group(&name.1) || is_group(&other.1) => Truth::Unknown,
        (Some(_), Some(_)) => Truth::False,
        // a unique id may be that of the other
        _ => Truth::Unknown,
    }
}

/// Whether the name stands for more than one identity: an account, or what has sessions.
fn is_group(name: &str) -> bool {
    let kind = name.splitn(6, ':').nth(5).and_then(|rest| rest.split('/').next());
    kind.is_none_or(|kind| matches!(kind, "root" | "assumed-role" | "federated-user"))
}

/// The account of an ARN, or the account id itself.
fn account(name: &str) -> Option<&str> {
    if name.len() == 12 && name.bytes().all(|b| b.is_ascii_digit()) {
        return Some(name);
    }
    name.strip_prefix("arn:")?.split(':').nth(3)
}
