//! Who is meant by a name on the command line, and decisions for principals of a model.
//!
//! | name | principal |
//! | --- | --- |
//! | `auth/<mount>/role/<name>`, `auth/<mount>/users/<name>` … | a login through that role, user or mapping |
//! | `entity:NAME`, `group:NAME` | identity policies alone |
//! | `token-role:NAME`, `token:NAME` | a token made through a token role, or by configuration |
//! | `policy:NAME` | a token that has this policy and no other |
//! | an AWS ARN, `user/NAME`, `role/NAME` | an IAM user or role |
//! | a name | the one principal of that name |

mod aws;
mod vault;

use std::fmt;

use serde::Serialize;

pub use self::aws::{AwsDecision, AwsQuestion, NearStatement, StatementPlace, decide_aws, statement_places};
pub use self::vault::{Session, VaultAnswer, VaultQuestion, identity_of};
use crate::model::{AwsIdentityId, Model, PolicyId, VaultPrincipal};
use crate::source::{SourceMap, Span};
use crate::suggest::closest;

/// A principal of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Principal {
    /// Of Vault.
    Vault(VaultPrincipal),
    /// Of AWS.
    Aws(AwsIdentityId),
}

/// Why a name means no one principal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoPrincipal {
    /// The name as given.
    pub name: String,
    /// The principals it could mean, by the names that mean one; empty if there is none.
    pub candidates: Vec<String>,
    /// The name of a principal that is spelt much like it, if there is none of that name.
    pub near: Option<String>,
}

/// Which of the two systems a question is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum System {
    /// Vault or OpenBao.
    Vault,
    /// AWS.
    Aws,
}

impl Principal {
    /// The system it is of.
    #[must_use]
    pub fn system(self) -> System {
        match self {
            Self::Vault(_) => System::Vault,
            Self::Aws(_) => System::Aws,
        }
    }
}

impl fmt::Display for NoPrincipal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.candidates.is_empty() {
            write!(f, "no principal `{}` in the model", self.name)?;
            self.near.as_ref().map_or(Ok(()), |near| write!(f, " (did you mean `{near}`?)"))
        } else {
            let list: Vec<String> = self.candidates.iter().map(|name| format!("`{name}`")).collect();
            write!(f, "`{}` could be {}", self.name, list.join(" or "))
        }
    }
}

impl std::error::Error for NoPrincipal {}

/// The name that means a principal and no other.
#[must_use]
pub fn name_of(model: &Model, principal: Principal) -> String {
    match principal {
        Principal::Vault(principal) => model.principal_name(principal),
        Principal::Aws(id) => model.aws.name_of(id),
    }
}

/// Every principal of the model, Vault's first.
pub fn all(model: &Model) -> impl Iterator<Item = Principal> + '_ {
    let vault = model.vault_principals().map(Principal::Vault);
    vault.chain(model.aws.identities().map(Principal::Aws))
}

/// The principal that a name means.
///
/// # Errors
/// Where the name means none, or several.
pub fn resolve(model: &Model, name: &str) -> Result<Principal, NoPrincipal> {
    find(model, name, None)
}

/// The principal that a name means in a question for one system: a short name that both
/// have means that system's.
///
/// # Errors
/// Where the name means none, or several.
pub fn resolve_for(model: &Model, name: &str, asked: System) -> Result<Principal, NoPrincipal> {
    find(model, name, Some(asked))
}

fn find(model: &Model, name: &str, asked: Option<System>) -> Result<Principal, NoPrincipal> {
    let policies = (0..model.vault.policies.len()).map(|index| VaultPrincipal::Policy(PolicyId::at(index)));
    let policies = policies.map(Principal::Vault);
    let wanted = name.trim().trim_end_matches('/');
    // Policies stand for principals only where they are asked for as such.
    let everyone: Vec<Principal> =
        if wanted.starts_with("policy:") { policies.collect() } else { all(model).collect() };
    let mut found: Vec<Principal> = everyone.iter().copied().filter(|p| name_of(model, *p) == wanted).collect();
    if found.is_empty() {
        found = everyone.iter().copied().filter(|p| is_short_for(model, *p, wanted)).collect();
    }
    if found.len() > 1 && found.iter().any(|p| Some(p.system()) == asked) {
        found.retain(|p| Some(p.system()) == asked);
    }
    // Several declarations of one policy: a later write replaces an earlier one.
    if wanted.starts_with("policy:")
        && let Some(last) = found.pop()
    {
        return Ok(last);
    }
    match found.as_slice() {
        [one] => Ok(*one),
        several => {
            let mut candidates: Vec<String> = several.iter().map(|p| described(model, *p, wanted)).collect();
            candidates.sort();
            candidates.dedup();
            let near = if several.is_empty() { nearest(model, &everyone, wanted) } else { None };
            Err(NoPrincipal { name: name.to_owned(), candidates, near })
        }
    }
}

/// The principal whose whole name or last part is closest to a name.
fn nearest(model: &Model, everyone: &[Principal], wanted: &str) -> Option<String> {
    let names: Vec<String> = everyone.iter().map(|p| name_of(model, *p)).collect();
    let last = |name: &'_ str| name.rsplit_once([':', '/']).map_or(0, |(before, _)| before.len() + 1);
    let whole = closest(wanted, names.iter().map(String::as_str));
    let short = || {
        let meant = closest(wanted, names.iter().filter_map(|name| name.get(last(name)..)))?;
        names.iter().map(String::as_str).find(|name| name.get(last(name)..) == Some(meant))
    };
    whole.or_else(short).map(str::to_owned)
}

/// The name, and where that is the one asked for, the namespace or file that tells apart.
fn described(model: &Model, principal: Principal, wanted: &str) -> String {
    let name = name_of(model, principal);
    match principal {
        Principal::Vault(vault) if name == wanted => {
            let namespace = model.principal_namespace(vault);
            if namespace.is_empty() { format!("{name} of the root namespace") } else { format!("{namespace}/{name}") }
        }
        _ => name,
    }
}

/// Whether a name is a principal's last part, or its name with the namespace before it.
fn is_short_for(model: &Model, principal: Principal, wanted: &str) -> bool {
    let name = name_of(model, principal);
    let short = name.rsplit_once([':', '/']).is_some_and(|(_, last)| last == wanted);
    let tail = name.strip_suffix(wanted).is_some_and(|before| before.ends_with(['/', ':']));
    let spaced = match principal {
        Principal::Vault(vault) => {
            let namespace = model.principal_namespace(vault);
            !namespace.is_empty() && wanted.strip_prefix(namespace).and_then(|w| w.strip_prefix('/')) == Some(&name)
        }
        Principal::Aws(_) => false,
    };
    !wanted.is_empty() && (short || tail || spaced)
}

/// A place for people and programs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The source's display name.
    pub file: String,
    /// 1-based.
    pub line: u32,
    /// 1-based, in characters.
    pub column: u32,
    /// The bytes meant.
    #[serde(skip)]
    pub span: Span,
}

/// Where a span stands; none for a text that is not of these sources, such as a built-in
/// policy's.
#[must_use]
pub fn place(sources: &SourceMap, span: Span) -> Option<Place> {
    let (start, _) = sources.positions(span)?;
    Some(Place { file: sources.name(span.source).to_owned(), line: start.line, column: start.column, span })
}

/// One step of a chain, with its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChainLink {
    /// For people: `auth/approle/role/ci`, `policy deploy`, ``stanza `sys/*` ``.
    pub name: String,
    /// Where it is declared or cited.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
}
