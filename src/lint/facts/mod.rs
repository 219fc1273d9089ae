//! What many rules ask of a stanza or statement, worked out once.

mod aws;
mod services;
mod vault;

pub(crate) use aws::ActionPattern;
pub use aws::{ActionFact, ConditionFact, DocumentFacts, Quantifier, ResourceFact, StatementFacts};
pub(crate) use services::Services;
pub use vault::{StanzaFacts, WRITES};
