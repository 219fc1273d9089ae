//! What many rules ask of a stanza or statement, worked out once.

mod action;
mod aws;
mod list;
mod services;
mod vault;

pub use action::{ActionFact, ActionText};
pub(crate) use action::{ActionPattern, Asked};
pub use aws::{ConditionFact, DocumentFacts, Quantifier, ResourceFact, StatementFacts};
pub(crate) use list::Traits;
pub(crate) use services::Services;
pub use vault::{StanzaFacts, WRITES};
