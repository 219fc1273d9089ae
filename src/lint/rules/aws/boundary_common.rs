//! Delegated administration: who makes users and roles under a permissions boundary.

use crate::lint::holding::Holding;
use crate::lint::{DocumentContext, Services, StatementFacts};
use crate::model::{Left, Wanted};

pub(super) const BOUNDARY: &str = "iam:permissionsboundary";

/// The service that has boundaries.
pub(super) const IAM: Services = Services::of("iam:");

/// Whether some statement asks for a boundary.
pub(super) fn demanded(context: &DocumentContext<'_>) -> bool {
    context.statements.iter().any(|facts| facts.conditions.iter().any(|c| c.key == BOUNDARY))
}

/// What is left of an action after what other statements deny, always or without the boundary, and
/// what limits the holder.
pub(super) fn left(context: &DocumentContext<'_>, action: &str) -> Left {
    let about = |facts: &StatementFacts<'_>| {
        facts.statement.conditions_unknown || !facts.conditional || facts.conditions.iter().any(|c| c.key == BOUNDARY)
    };
    let denied = context.document.statements_unknown
        || context.statements.iter().any(|facts| facts.deny && facts.applies_to(action).is_some() && about(facts));
    if denied {
        return Left::Nothing;
    }
    Holding::of(context).left(Wanted { action, resource: "*", all: false, surely: false, services: &[] })
}
