//! Delegated administration: who makes users and roles under a permissions boundary.

use crate::lint::{DocumentContext, Services, StatementFacts};

pub(super) const BOUNDARY: &str = "iam:permissionsboundary";

/// The service that has boundaries.
pub(super) const IAM: Services = Services::of("iam:");

/// Whether some statement asks for a boundary.
pub(super) fn demanded(context: &DocumentContext<'_>) -> bool {
    context.statements.iter().any(|facts| facts.conditions.iter().any(|c| c.key == BOUNDARY))
}

/// Whether a statement other than this one denies an action, always or without the boundary.
pub(super) fn denied(context: &DocumentContext<'_>, action: &str) -> bool {
    let about = |facts: &StatementFacts<'_>| {
        facts.statement.conditions_unknown || !facts.conditional || facts.conditions.iter().any(|c| c.key == BOUNDARY)
    };
    context.document.statements_unknown
        || context.statements.iter().any(|facts| facts.deny && facts.applies_to(action).is_some() && about(facts))
}
