//! The decision AWS would take: statements, layers, verdict (spec: aws-evaluation,
//! sections 2 to 7).
//!
//! Policies are compiled once ([`PreparedPolicy`]), laid out by what they are attached to
//! ([`Policies`]) and asked for decisions ([`decide`]) or decisions with reasons
//! ([`explain()`]). Everything is three-valued: what is not known makes an answer
//! undetermined exactly where it matters.

mod explain;
mod part;
mod request;
mod special;
mod statement;
mod verdict;
mod wildcard;

pub use self::explain::{Explanation, NearMiss, StatementRef};
pub use self::part::Part;
pub use self::request::{Owner, Request, Wildcard};
pub use self::statement::{Element, PreparedPolicy};
pub use self::verdict::{Layer, Policies, Reason, Verdict, decide};
pub use crate::aws::template::Missing;

/// Decides a request and says why.
#[must_use]
pub fn explain(request: &Request, policies: &Policies<'_>) -> Explanation {
    let mut explanation = explain::explain_each(request, policies);
    if explanation.verdict.reason == Reason::Undetermined && request.wildcard != Wildcard::Each {
        wildcard::settle(request, policies, &mut explanation);
    }
    explanation
}
