//! Vault and OpenBao: policy documents and the decision the server would take.

pub mod capability;
pub mod dialect;
pub mod endpoints;
pub mod identity;
pub mod path;
pub mod policy;
pub mod roles;
pub mod template;
pub mod token_role;
