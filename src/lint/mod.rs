//! Rule pages, checks and findings.
//!
//! A rule is a page `rules/<system>/<slug>.md`. Its front matter names the dangerous
//! requests (a region rule), or a function in `rules/<system>/<slug>.rs` here finds the
//! places (a native rule); `rules/README.md` tells how to write either.
//!
//! [`run`] calls every selected rule once on each document and gives a [`Report`]:
//! deterministic, folded to one finding for each grant, with what comments and
//! configuration ignore set apart.

mod check;
mod exam;
mod facts;
mod finding;
mod holding;
mod ignore;
mod installed;
mod mentions;
mod needless;
mod page;
mod private;
mod region;
mod registry;
mod repeated;
mod report;
mod rule;
mod rules;
mod run;
mod setting;
mod silence;

pub use check::{
    Check, DocumentContext, Inputs, MountContext, ObjectContext, PrincipalContext, RecordContext, RoleContext, Sink,
    StanzaContext, StatementContext, TextContext, TokenRoleContext, VaultPolicyContext,
};
pub use exam::examine;
pub use facts::{
    ActionFact, ActionText, ConditionFact, DocumentFacts, Quantifier, ResourceFact, StanzaFacts, StatementFacts, WRITES,
};
pub(crate) use facts::{Asked, Services, Traits};
pub use finding::{Confidence, Edit, Finding, Fix, Safety, Severity};
pub use page::{Example, Field, Page, PageError};
pub use registry::{Rules, builtin, builtin_pages, native_ids, page_error};
pub use report::{Ignore, Report, Selection, Suppressed, sort_findings, unknown_names};
pub use rule::{Breadth, Category, Rule};
pub use run::run;

/// The built-in rule of an id or slug, to explain it.
#[must_use]
pub fn explain(name: &str) -> Option<&'static Rule> {
    builtin().get(name)
}
