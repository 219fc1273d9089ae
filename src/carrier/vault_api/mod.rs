//! What is written to Vault's API: told by the path, or by the body where the path is not
//! known (spec: vault-roles, sections 3.1 and 3.7).

pub mod guess;
pub mod route;
pub mod target;
