//! What an API path or a body is about.

use crate::carrier::declaration::VaultKind;

/// What an API path leads to, or a body is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RouteTarget {
    /// An ACL policy.
    Policy,
    /// An object of this kind.
    Object(VaultKind),
    /// The table of all secrets engine mounts.
    SecretsMounts,
    /// The table of all auth mounts.
    AuthMounts,
}
