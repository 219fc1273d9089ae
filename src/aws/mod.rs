//! AWS IAM: policy documents of every kind and the decision AWS would take.

pub mod catalog;
pub mod condition;
pub mod context;
pub mod document;
pub mod evaluate;
mod logic;
pub mod managed_policy;
pub mod partition;
pub mod pass_role;
pub mod placeholder;
pub mod principal;
mod template;
pub mod variable;
