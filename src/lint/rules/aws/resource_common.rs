//! Policies of resources: which service they belong to, and their principals.

use crate::aws::document::{PolicyKind, PrincipalKind};
use crate::lint::{ActionFact, DocumentContext, StatementFacts};

/// The service that a resource policy belongs to: as declared, or that of its actions if
/// all are of one.
pub(super) fn service_of<'c>(context: &'c DocumentContext<'_>) -> Option<&'c str> {
    if context.kind != PolicyKind::Resource {
        return None;
    }
    if let Some(service) = &context.policy.service {
        return Some(service);
    }
    let mut actions = context.statements.iter().flat_map(|facts| &facts.actions).map(ActionFact::service);
    let first = actions.next().filter(|service| !service.is_empty())?;
    actions.all(|service| service == first).then_some(first)
}

/// Whether a statement is for everybody (`"*"`, `{"AWS": "*"}`).
pub(super) fn everybody(facts: &StatementFacts<'_>) -> bool {
    facts.anyone().is_some()
}

/// Whether an AWS principal stands for a whole account.
pub(super) fn is_account(kind: PrincipalKind, text: &str) -> bool {
    kind == PrincipalKind::Aws && (text.ends_with(":root") || text.bytes().all(|b| b.is_ascii_digit()))
}

/// Whether everything in the document is seen.
pub(super) fn whole(context: &DocumentContext<'_>) -> bool {
    let unseen = |facts: &StatementFacts<'_>| {
        let statement = facts.statement;
        let list = |list: &Option<crate::aws::document::ListElement>| list.as_ref().is_some_and(|list| list.unknown);
        let principal = statement.principal.as_ref().is_some_and(|p| p.unknown);
        statement.unknown
            || statement.effect_unknown
            || list(&statement.action)
            || list(&statement.resource)
            || principal
    };
    !context.document.statements_unknown && !context.document.unknown && !context.statements.iter().any(unseen)
}
