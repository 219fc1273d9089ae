//! Roles, users and mappings as typed facts over their bodies, whatever carrier they
//! came in. Every fact is three-valued: absent, known, or there but unknown.

mod bounds;
pub mod field;
mod lifetime;
mod method;
mod token_fields;

pub use bounds::weak_bound;
pub use field::{Fact, StringList};
pub use lifetime::{End, Lifetime, SYSTEM_LEASE, Tuning, spelled};
pub use method::Method;
pub use token_fields::{TokenFields, policy_name};
