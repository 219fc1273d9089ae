//! Which session actions a trust policy as a whole allows.

use crate::aws::document::PolicyKind;
use crate::lint::{DocumentContext, StatementFacts};

/// Whether it is a trust policy all of whose statements are seen.
pub(super) fn whole_trust(context: &DocumentContext<'_>) -> bool {
    let unseen = |facts: &StatementFacts<'_>| {
        let statement = facts.statement;
        statement.unknown || statement.action.as_ref().is_some_and(|list| list.unknown)
    };
    context.kind == PolicyKind::Trust
        && !context.document.statements_unknown
        && !context.document.unknown
        && !context.statements.iter().any(unseen)
}

/// Whether some `Allow` of the document applies to an action.
pub(super) fn allowed(context: &DocumentContext<'_>, action: &str) -> bool {
    context.statements.iter().any(|facts| facts.allow && facts.applies_to(action).is_some())
}
