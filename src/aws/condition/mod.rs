//! Conditions: operators, values of every type, and their evaluation
//! (spec: aws-evaluation, section 5).

pub(super) mod claim;
pub(super) mod contradiction;
pub(crate) mod domain;
mod operator;
pub(super) mod prepared;
pub mod value;
mod words;

pub use contradiction::contradictions;
pub use operator::{Base, Operator, OperatorFault, Order, Quantifier};
