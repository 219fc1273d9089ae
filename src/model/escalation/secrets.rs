//! Stored secrets that hold what somebody logs in with, by reference
//! (spec: vault-roles, section 4.5, E38).

use smol_str::SmolStr;

use super::Model;
use super::bridges::Bridge;
use crate::carrier::declaration::VaultKind;
use crate::model::ids::{DeclId, RoleId, TokenId};
use crate::model::principal::VaultPrincipal;
use crate::model::vault::{Object, Role};
use crate::syntax::{Node, Value};
use crate::vault::capability::{Capabilities, Capability};
use crate::vault::roles::Method;

const READ: Capabilities = Capabilities::of(&[Capability::Read]);
/// How deep a secret's body is looked into.
const MAX_DEPTH: usize = 16;

/// A stored secret with which one logs in as somebody.
#[derive(Debug, Clone)]
pub struct StoredLogin {
    /// Where the secret is declared.
    pub decl: DeclId,
    /// The paths that have to be read, that of the secret first.
    pub reads: Vec<String>,
    /// Whose login it is.
    pub principal: VaultPrincipal,
}

impl Model {
    /// Secrets that hold, by reference, a token or the credentials of an `AppRole` role.
    #[must_use]
    pub fn stored_logins(&self) -> Vec<StoredLogin> {
        let mut out = Vec::new();
        for object in self.vault.objects.iter().filter(|object| object.kind == VaultKind::Secret) {
            let (Some(path), Some(body)) = (self.secret_path(object), self.vault_body(object.decl)) else { continue };
            let mut refs = Vec::new();
            collect(body, MAX_DEPTH, &mut refs);
            if refs.is_empty() {
                continue;
            }
            let mut add = |more: Option<String>, principal| {
                let reads = std::iter::once(path.clone()).chain(more).collect();
                out.push(StoredLogin { decl: object.decl, reads, principal });
            };
            for (index, token) in self.vault.tokens.iter().enumerate() {
                if token.namespace == object.namespace && self.holds(&refs, token.decl, "client_token") {
                    add(None, VaultPrincipal::Token(TokenId::at(index)));
                }
            }
            for secret_id in self.vault.objects.iter().filter(|object| is_secret_id(object)) {
                if secret_id.namespace != object.namespace || !self.holds(&refs, secret_id.decl, "secret_id") {
                    continue;
                }
                let mount = secret_id.mount.as_deref().unwrap_or("approle");
                let mount = mount.strip_prefix("auth/").unwrap_or(mount);
                let is_it = |role: &Role| {
                    role.method == Method::AppRole
                        && role.name.is_some()
                        && role.name == secret_id.name
                        && role.namespace == object.namespace
                        && role.mount.as_deref().is_none_or(|at| at.strip_prefix("auth/").unwrap_or(at) == mount)
                };
                let Some(index) = self.vault.roles.iter().position(is_it) else { continue };
                let Some(role) = self.vault.roles.get(index) else { continue };
                // The role id is known where the text or the secret says it.
                let known = role.role_id.is_some() || self.holds(&refs, role.decl, "role_id");
                let name = role.name.as_deref().unwrap_or_default();
                let more = (!known).then(|| format!("auth/{mount}/role/{name}/role-id"));
                add(more, VaultPrincipal::Role(RoleId::at(index)));
            }
        }
        out
    }

    /// The same as ways to become whose they are.
    pub(super) fn secret_bridges(&self, out: &mut Vec<Bridge>) {
        out.extend(self.stored_logins().into_iter().map(|stored| Bridge {
            id: "E38",
            what: "reads a secret that somebody logs in with",
            needs: stored.reads.into_iter().map(|path| (path, READ)).collect(),
            becomes: stored.principal,
        }));
    }

    /// The path under which a stored secret is read.
    fn secret_path(&self, object: &Object) -> Option<String> {
        let name = object.name.as_deref()?;
        if let Some(mount) = object.mount.as_deref() {
            return Some(format!("{mount}/data/{name}"));
        }
        let mount = self.vault.mount(self.vault.mount_of(&object.namespace, name)?)?;
        let (at, version) = (mount.path.as_deref()?, mount.kv_version?);
        let rest = name.strip_prefix(at)?.strip_prefix('/')?;
        match version {
            2 if !rest.starts_with("data/") => Some(format!("{at}/data/{rest}")),
            _ => Some(name.to_owned()),
        }
    }

    /// Whether references name an attribute of what is declared.
    fn holds(&self, refs: &[&SmolStr], decl: DeclId, attribute: &str) -> bool {
        let address = self.declaration(decl).map(|declaration| declaration.address.as_str());
        address.is_some_and(|address| {
            refs.iter().any(|reference| {
                let rest = reference.strip_prefix(address).and_then(|rest| rest.strip_prefix('.'));
                rest == Some(attribute)
            })
        })
    }
}

fn is_secret_id(object: &Object) -> bool {
    matches!(&object.kind, VaultKind::Other(path) if path == "auth/approle/secret-id")
}

/// What a body's values refer to.
fn collect<'n>(node: &'n Node, depth: usize, out: &mut Vec<&'n SmolStr>) {
    let Some(depth) = depth.checked_sub(1) else { return };
    match &node.value {
        Value::Unknown(unknown) => out.extend(&unknown.refs),
        Value::String(text) => out.extend(text.holes().iter().flat_map(|hole| &hole.unknown.refs)),
        Value::List(items) => items.iter().for_each(|item| collect(item, depth, out)),
        Value::Map(entries) => entries.iter().for_each(|entry| collect(&entry.value, depth, out)),
        _ => {}
    }
}
