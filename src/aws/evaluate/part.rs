//! What each statement of a policy is to a request, element by element: for who asks what a
//! policy leaves of a grant, rather than for a verdict.

use super::request::Request;
use super::statement::PreparedPolicy;
use crate::aws::document::Statement;
use crate::aws::logic::Plain;
use crate::decision::Truth;

/// A statement as it bears on a request.
#[derive(Debug, Clone)]
pub struct Part<'a> {
    /// As written.
    pub statement: &'a Statement,
    /// Whether it is about all of the action.
    pub action: Truth,
    /// Whether it is about all of the resource; unknown where it is about some of it.
    pub resource: Truth,
    /// Whether each condition holds, in the order of [`Statement::conditions`].
    pub conditions: Vec<Truth>,
    /// Whether it may have conditions, or other elements, that are not seen.
    pub unknown: bool,
}

impl PreparedPolicy {
    /// The statements that may be about the action and some of the resource of a request.
    pub fn parts<'a>(&'a self, request: &'a Request) -> impl Iterator<Item = Part<'a>> {
        self.statements.iter().filter_map(|prepared| {
            let statement = self.source(prepared)?;
            let mut plain = Plain;
            let action = prepared.action(&mut plain, request, Some(statement));
            if action == Truth::False {
                return None;
            }
            let resource = prepared.resource(&mut plain, request, Some(statement));
            (resource != Truth::False).then(|| Part {
                statement,
                action,
                resource,
                conditions: prepared.conditions(request, statement),
                unknown: prepared.is_unknown(),
            })
        })
    }

    /// Whether there may be statements that are not seen.
    #[must_use]
    pub fn has_unseen(&self) -> bool {
        self.unknown
    }
}
