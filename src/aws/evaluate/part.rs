//! What each statement of a policy is to a request, element by element: for who asks what a
//! policy leaves of a grant, rather than for a verdict.

use super::request::Request;
use super::statement::{PreparedPolicy, PreparedStatement};
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
    /// The places of the statements that may be about the action of a request.
    #[must_use]
    pub fn about(&self, request: &Request) -> Vec<usize> {
        let may =
            |prepared: &PreparedStatement| prepared.action(&mut Plain, request, self.source(prepared)) != Truth::False;
        self.statements.iter().enumerate().filter(|(_, prepared)| may(prepared)).map(|(place, _)| place).collect()
    }

    /// Those statements at some places that may be about the action and some of the resource of a
    /// request.
    pub fn parts<'a>(&'a self, places: &'a [usize], request: &'a Request) -> impl Iterator<Item = Part<'a>> {
        places.iter().filter_map(|place| self.statements.get(*place)).filter_map(|prepared| {
            let statement = self.source(prepared)?;
            let action = prepared.action(&mut Plain, request, Some(statement));
            let resource = prepared.resource(&mut Plain, request, Some(statement));
            (action != Truth::False && resource != Truth::False).then(|| Part {
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
