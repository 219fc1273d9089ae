//! Vault and OpenBao: policy documents and the decision the server would take.

pub mod acl;
pub mod builtin;
pub mod capability;
pub mod dialect;
pub mod endpoints;
pub mod identity;
pub mod operation;
pub mod parameters;
pub mod path;
pub mod policy;
pub mod roles;
pub mod sudo;
pub mod template;
pub mod token_role;
