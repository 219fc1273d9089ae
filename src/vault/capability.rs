//! Capabilities and sets of them.

use std::fmt;

use super::dialect::{Dialect, Product};

/// A capability as a policy names it (spec: vault-acl, section a.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u16)]
pub enum Capability {
    /// `create`
    Create = 1,
    /// `delete`
    Delete = 1 << 1,
    /// `deny`
    Deny = 1 << 2,
    /// `list`
    List = 1 << 3,
    /// `patch`
    Patch = 1 << 4,
    /// `read`
    Read = 1 << 5,
    /// `recover`, Vault Enterprise only
    Recover = 1 << 6,
    /// `scan`, OpenBao only
    Scan = 1 << 7,
    /// `subscribe`, Vault only
    Subscribe = 1 << 8,
    /// `sudo`
    Sudo = 1 << 9,
    /// `update`
    Update = 1 << 10,
}

impl Capability {
    /// All capabilities, sorted by name as `sys/capabilities` sorts them.
    pub const ALL: [Self; 11] = [
        Self::Create,
        Self::Delete,
        Self::Deny,
        Self::List,
        Self::Patch,
        Self::Read,
        Self::Recover,
        Self::Scan,
        Self::Subscribe,
        Self::Sudo,
        Self::Update,
    ];

    /// The name a policy uses.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Delete => "delete",
            Self::Deny => "deny",
            Self::List => "list",
            Self::Patch => "patch",
            Self::Read => "read",
            Self::Recover => "recover",
            Self::Scan => "scan",
            Self::Subscribe => "subscribe",
            Self::Sudo => "sudo",
            Self::Update => "update",
        }
    }

    /// The capability of that exact, lower-case name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|c| c.name() == name)
    }
}

impl Capability {
    /// Whether a policy for that server may name it (spec: vault-acl, sections a.5, g).
    #[must_use]
    pub fn is_known_to(self, dialect: Dialect) -> bool {
        match self {
            Self::Scan => dialect.openbao_since(2, 2, 0),
            Self::Subscribe => dialect.vault_since(1, 16, 0),
            Self::Recover => dialect.product == Product::Vault,
            _ => true,
        }
    }
}

impl fmt::Display for Capability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A set of capabilities.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Capabilities(u16);

impl Capabilities {
    /// No capability.
    pub const NONE: Self = Self(0);

    /// The set of these.
    #[must_use]
    pub const fn of(list: &[Capability]) -> Self {
        let mut bits = 0;
        let mut rest = list;
        while let [first, tail @ ..] = rest {
            bits |= *first as u16;
            rest = tail;
        }
        Self(bits)
    }

    /// Whether the set holds that capability.
    #[must_use]
    pub const fn has(self, capability: Capability) -> bool {
        self.0 & capability as u16 != 0
    }

    /// Whether the sets share a capability.
    #[must_use]
    pub const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether the set is empty.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Adds a capability.
    pub fn insert(&mut self, capability: Capability) {
        self.0 |= capability as u16;
    }

    /// Both sets together.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What both hold.
    #[must_use]
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// What this set holds and the other does not.
    #[must_use]
    pub const fn minus(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// The capabilities, sorted by name.
    pub fn iter(self) -> impl Iterator<Item = Capability> {
        Capability::ALL.into_iter().filter(move |c| self.has(*c))
    }
}

impl FromIterator<Capability> for Capabilities {
    fn from_iter<T: IntoIterator<Item = Capability>>(iter: T) -> Self {
        let mut set = Self::NONE;
        for capability in iter {
            set.insert(capability);
        }
        set
    }
}

impl fmt::Debug for Capabilities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}
