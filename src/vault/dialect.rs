//! Which server decides: Vault and OpenBao differ, and both change over time.

/// A server product with the version line whose behaviour is modelled
/// (spec: vault-acl, section g).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Dialect {
    /// Newest HashiCorp Vault (1.21 and 2.x).
    #[default]
    Vault,
    /// HashiCorp Vault before the LIST fix (1.14 to 1.20).
    VaultOld,
    /// OpenBao 2.6.1 and later.
    OpenBao,
}
