//! AWS IAM: policy documents of every kind and the decision AWS would take.

pub mod catalog;
pub mod condition;
pub mod document;
pub mod variable;
