//! Which server decides: Vault and OpenBao differ, and both change over time.

use std::fmt;
use std::str::FromStr;

/// A server product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Product {
    /// HashiCorp Vault.
    #[default]
    Vault,
    /// OpenBao.
    OpenBao,
}

/// A release as `major.minor.patch`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    /// Major.
    pub major: u16,
    /// Minor.
    pub minor: u16,
    /// Patch.
    pub patch: u16,
}

impl Version {
    /// Newer than every release: the development branch.
    pub const NEWEST: Self = Self::new(u16::MAX, u16::MAX, u16::MAX);

    /// A release.
    #[must_use]
    pub const fn new(major: u16, minor: u16, patch: u16) -> Self {
        Self { major, minor, patch }
    }
}

/// A server product with the release whose behaviour is modelled
/// (spec: vault-acl, section g).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Dialect {
    /// The product.
    pub product: Product,
    /// The release.
    pub version: Version,
}

impl Default for Dialect {
    fn default() -> Self {
        Self::VAULT
    }
}

/// How LIST and SCAN on a path that ends in `/` look for a rule
/// (spec: vault-acl, section c.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListLookup {
    /// Rules for the path with and without its slash compete; the best that grants list
    /// decides unless a better one denies.
    Pooled,
    /// The path without its slash first, the path as it is where nothing matches.
    TrimmedFirst,
    /// The path as it is first, without its slash where nothing matches.
    WholeFirst,
    /// The path as it is alone.
    WholeOnly,
}

impl Dialect {
    /// The newest HashiCorp Vault.
    pub const VAULT: Self = Self { product: Product::Vault, version: Version::NEWEST };
    /// HashiCorp Vault before the LIST fix and before duplicate attributes became errors.
    pub const VAULT_OLD: Self = Self { product: Product::Vault, version: Version::new(1, 20, 0) };
    /// The newest OpenBao.
    pub const OPENBAO: Self = Self { product: Product::OpenBao, version: Version::NEWEST };

    /// Whether this is OpenBao.
    #[must_use]
    pub const fn is_openbao(self) -> bool {
        matches!(self.product, Product::OpenBao)
    }

    /// Whether this is Vault of at least that release.
    #[must_use]
    pub fn vault_since(self, major: u16, minor: u16, patch: u16) -> bool {
        self.product == Product::Vault && self.version >= Version::new(major, minor, patch)
    }

    /// Whether this is OpenBao of at least that release.
    #[must_use]
    pub fn openbao_since(self, major: u16, minor: u16, patch: u16) -> bool {
        self.product == Product::OpenBao && self.version >= Version::new(major, minor, patch)
    }

    /// An argument written twice in one object is refused. 1.19 and 1.20 warn.
    #[must_use]
    pub fn refuses_duplicates(self) -> bool {
        self.vault_since(1, 21, 0)
    }

    /// How LIST looks for a rule. Vault 1.13 and older had the fix of October 2023 only in
    /// late patch releases; the model takes 1.14 as the line.
    #[must_use]
    pub fn list_lookup(self) -> ListLookup {
        match self.product {
            Product::Vault if self.version >= Version::new(2, 0, 4) => ListLookup::Pooled,
            Product::Vault if self.version >= Version::new(1, 14, 0) => ListLookup::TrimmedFirst,
            Product::Vault => ListLookup::WholeOnly,
            Product::OpenBao if self.version >= Version::new(2, 6, 0) => ListLookup::WholeFirst,
            Product::OpenBao => ListLookup::TrimmedFirst,
        }
    }

    /// How SCAN looks for a rule: as LIST where both have the fix, else the path alone.
    #[must_use]
    pub fn scan_lookup(self) -> ListLookup {
        if self.openbao_since(2, 6, 0) { ListLookup::WholeFirst } else { ListLookup::WholeOnly }
    }

    /// Values of a list, and of a comma-separated string, are matched one by one.
    #[must_use]
    pub fn matches_list_elements(self) -> bool {
        self.vault_since(1, 21, 0)
    }

    /// Request values of `policies` and `token_policies` are lower-cased before matching.
    #[must_use]
    pub fn lowers_policy_names(self) -> bool {
        self.vault_since(2, 0, 4)
    }

    /// A template value with `*` or `+` drops its stanza. For Vault the release that began
    /// with it is not known; the model takes every one.
    #[must_use]
    pub fn refuses_wildcards_in_templates(self) -> bool {
        self.product == Product::Vault || self.version >= Version::new(2, 6, 0)
    }

    /// A template value with `/` drops its stanza unless the policy allows it.
    #[must_use]
    pub fn refuses_slashes_in_templates(self) -> bool {
        self.openbao_since(2, 6, 0)
    }

    /// A pagination limit also binds requests with a limit of zero or less.
    #[must_use]
    pub fn bounds_zero_limits(self) -> bool {
        self.openbao_since(2, 6, 1)
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_openbao() { "openbao" } else { "vault" })?;
        if self.version != Version::NEWEST {
            let Version { major, minor, patch } = self.version;
            write!(f, "-{major}.{minor}.{patch}")?;
        }
        Ok(())
    }
}

/// A name that names no dialect.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown dialect `{0}`: use `vault`, `openbao` or `vault-old`, perhaps with a version as in `vault-1.18`")]
pub struct UnknownDialect(pub String);

impl FromStr for Dialect {
    type Err = UnknownDialect;

    /// `vault`, `openbao`, `vault-old`, `vault-1.18`, `openbao-2.4.1` (also with `@`).
    fn from_str(name: &str) -> Result<Self, UnknownDialect> {
        let unknown = || UnknownDialect(name.to_owned());
        let (product, version) = name.split_once(['-', '@']).unwrap_or((name, ""));
        let dialect = match product.to_ascii_lowercase().as_str() {
            "vault" if version == "old" => return Ok(Self::VAULT_OLD),
            "vault" => Self::VAULT,
            "openbao" | "bao" => Self::OPENBAO,
            _ => return Err(unknown()),
        };
        if version.is_empty() {
            return Ok(dialect);
        }
        Ok(Self { version: version.parse().map_err(|()| unknown())?, ..dialect })
    }
}

impl FromStr for Version {
    type Err = ();

    /// `1.18`, `v1.18.2`, `2`; an edition suffix such as `+ent` is taken off.
    fn from_str(text: &str) -> Result<Self, ()> {
        let text = text.strip_prefix('v').unwrap_or(text);
        let text = text.split_once(['+', '-']).map_or(text, |(version, _)| version);
        let mut parts = text.split('.').map(str::parse::<u16>);
        let mut part = || parts.next().unwrap_or(Ok(0)).map_err(|_| ());
        let version = Self::new(part()?, part()?, part()?);
        if parts.next().is_some() { Err(()) } else { Ok(version) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_names_with_and_without_a_version() {
        let table = [
            ("vault", Some(Dialect::VAULT)),
            ("OpenBao", Some(Dialect::OPENBAO)),
            ("vault-old", Some(Dialect::VAULT_OLD)),
            ("vault-1.18", Some(Dialect { product: Product::Vault, version: Version::new(1, 18, 0) })),
            ("vault@v1.18.2+ent", Some(Dialect { product: Product::Vault, version: Version::new(1, 18, 2) })),
            ("openbao-2.4.1", Some(Dialect { product: Product::OpenBao, version: Version::new(2, 4, 1) })),
            ("consul", None),
            ("vault-new", None),
            ("vault-1.2.3.4", None),
        ];
        for (name, expected) in table {
            assert_eq!(name.parse().ok(), expected, "{name}");
        }
    }

    #[test]
    fn behaviour_changes_at_the_release_that_changed_it() {
        let at = |name: &str| name.parse::<Dialect>().unwrap();
        assert_eq!(at("vault").list_lookup(), ListLookup::Pooled);
        assert_eq!(at("vault-2.0.3").list_lookup(), ListLookup::TrimmedFirst);
        assert_eq!(at("vault-1.12").list_lookup(), ListLookup::WholeOnly);
        assert_eq!(at("openbao-2.5.4").list_lookup(), ListLookup::TrimmedFirst);
        assert_eq!(at("openbao-2.6.0").list_lookup(), ListLookup::WholeFirst);
        assert!(at("vault-1.21").refuses_duplicates() && !at("vault-1.20.9").refuses_duplicates());
        assert!(!at("openbao").refuses_duplicates());
    }
}
