//! Roles, users and mappings as typed facts over their bodies, whatever carrier they
//! came in. Every fact is three-valued: absent, known, or there but unknown.

mod bounds;
pub mod field;
mod method;
mod token_fields;

pub use bounds::weak_bound;
pub use field::{Fact, StringList};
pub use method::Method;
pub use token_fields::{TokenFields, policy_name};
