//! Operations of a request, the capability each needs, and the HTTP request it stands for.
//! spec: vault-acl, section d.1

use std::fmt;

use super::capability::Capability;
use super::dialect::Dialect;

/// What a request asks the server to do with a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operation {
    /// POST or PUT where the backend says that nothing is there yet.
    Create,
    /// GET
    Read,
    /// POST or PUT
    Update,
    /// PATCH
    Patch,
    /// DELETE
    Delete,
    /// LIST, or GET with `list=true`
    List,
    /// SCAN, or GET with `scan=true`: OpenBao
    Scan,
    /// Recovery from a snapshot: Vault Enterprise
    Recover,
    /// GET with `help=1`
    Help,
    /// Renewal of a lease, inside the server
    Renew,
    /// Revocation of a lease, inside the server
    Revoke,
    /// Rollback, inside the server
    Rollback,
    /// HEAD
    Header,
    /// Which alias a login would use, inside the server
    AliasLookahead,
    /// Which role a login would use, inside the server
    ResolveRole,
}

impl Operation {
    /// All operations.
    pub const ALL: [Self; 15] = [
        Self::Create,
        Self::Read,
        Self::Update,
        Self::Patch,
        Self::Delete,
        Self::List,
        Self::Scan,
        Self::Recover,
        Self::Help,
        Self::Renew,
        Self::Revoke,
        Self::Rollback,
        Self::Header,
        Self::AliasLookahead,
        Self::ResolveRole,
    ];

    /// The name used by the server and in requests.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Read => "read",
            Self::Update => "update",
            Self::Patch => "patch",
            Self::Delete => "delete",
            Self::List => "list",
            Self::Scan => "scan",
            Self::Recover => "recover",
            Self::Help => "help",
            Self::Renew => "renew",
            Self::Revoke => "revoke",
            Self::Rollback => "rollback",
            Self::Header => "header",
            Self::AliasLookahead => "alias-lookahead",
            Self::ResolveRole => "resolve-role",
        }
    }

    /// The operation of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|operation| operation.name() == name)
    }

    /// The operation that a capability is for. `sudo`, `deny` and `subscribe` are for none.
    #[must_use]
    pub fn of_capability(capability: Capability) -> Option<Self> {
        match capability {
            Capability::Create => Some(Self::Create),
            Capability::Delete => Some(Self::Delete),
            Capability::List => Some(Self::List),
            Capability::Patch => Some(Self::Patch),
            Capability::Read => Some(Self::Read),
            Capability::Recover => Some(Self::Recover),
            Capability::Scan => Some(Self::Scan),
            Capability::Update => Some(Self::Update),
            Capability::Deny | Capability::Subscribe | Capability::Sudo => None,
        }
    }

    /// The capability it needs; none where no capability allows it.
    #[must_use]
    pub fn capability(self, dialect: Dialect) -> Option<Capability> {
        let capability = match self {
            Self::Create => Capability::Create,
            Self::Read => Capability::Read,
            Self::Update | Self::Renew | Self::Revoke | Self::Rollback => Capability::Update,
            Self::Patch => Capability::Patch,
            Self::Delete => Capability::Delete,
            Self::List => Capability::List,
            Self::Scan => Capability::Scan,
            Self::Recover => Capability::Recover,
            Self::Help | Self::Header | Self::AliasLookahead | Self::ResolveRole => return None,
        };
        capability.is_known_to(dialect).then_some(capability)
    }

    /// Whether rules for the path without its final slash count too.
    #[must_use]
    pub fn lists(self) -> bool {
        matches!(self, Self::List | Self::Scan)
    }

    /// Whether the server looks at parameters for it.
    #[must_use]
    pub fn checks_parameters(self, dialect: Dialect) -> bool {
        match self {
            Self::Read | Self::Create | Self::Update | Self::Patch => true,
            Self::Recover => !dialect.is_openbao(),
            _ => false,
        }
    }

    /// The HTTP request that means it; none for what only the server does itself.
    #[must_use]
    pub fn http(self) -> Option<&'static str> {
        match self {
            Self::Create | Self::Update => Some("POST"),
            Self::Read => Some("GET"),
            Self::Patch => Some("PATCH"),
            Self::Delete => Some("DELETE"),
            Self::List => Some("LIST"),
            Self::Scan => Some("SCAN"),
            Self::Recover => Some("RECOVER"),
            Self::Help => Some("GET ?help=1"),
            Self::Header => Some("HEAD"),
            Self::Renew | Self::Revoke | Self::Rollback | Self::AliasLookahead | Self::ResolveRole => None,
        }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
