//! What the slots of steps stand for: mounts and names of the model, and a subject's own.

use std::collections::BTreeMap;

use smol_str::SmolStr;

use super::{FRESH, OWN_ENTITY, below_auth};
use crate::model::Model;
use crate::model::cite::Target;
use crate::model::principal::{Effective, VaultPrincipal};
use crate::model::vault::{MountClass, Subject};
use crate::vault::roles::{Method, field};

/// Mounts and names that slots stand for.
#[derive(Debug, Default)]
pub(super) struct Slots {
    /// Every auth mount.
    pub(super) auth: Vec<SmolStr>,
    pub(super) userpass: Vec<SmolStr>,
    pub(super) approle: Vec<SmolStr>,
    pub(super) aws: Vec<SmolStr>,
    pub(super) login: Vec<SmolStr>,
    pub(super) token_roles: Vec<SmolStr>,
}

/// Those of a namespace of which nothing is known.
pub(super) static NO_SLOTS: Slots = Slots {
    auth: Vec::new(),
    userpass: Vec::new(),
    approle: Vec::new(),
    aws: Vec::new(),
    login: Vec::new(),
    token_roles: Vec::new(),
};

/// A subject's own names.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct OwnNames {
    /// The namespace it acts in.
    pub(super) namespace: SmolStr,
    /// The policies it has.
    pub(super) held: Vec<SmolStr>,
    /// Its entity's name.
    pub(super) entity: SmolStr,
    /// Its entity's id, and the template that stands for it.
    pub(super) id: SmolStr,
    /// Own mount below `auth/`, and role.
    pub(super) role: Option<(SmolStr, SmolStr)>,
    /// The method of the login, where a login names its role, where its configuration may
    /// give policies, and where an identity provider tells groups.
    pub(super) login: Login,
}

/// What kind of login a subject comes by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(super) struct Login {
    /// A login says which role of the mount it wants.
    pub(super) names_role: bool,
    /// The method's configuration may give policies to every login.
    pub(super) config_gives: bool,
    /// The identity provider says which groups the login is in.
    pub(super) groups: bool,
}

impl Model {
    /// The mounts and token roles that steps are tried with, by namespace.
    pub(super) fn slots(&self) -> BTreeMap<SmolStr, Slots> {
        let mut all: BTreeMap<SmolStr, Slots> = BTreeMap::new();
        let mut mounts: Vec<(SmolStr, SmolStr, Method)> = Vec::new();
        for mount in self.vault.mounts.iter().filter(|mount| mount.class == MountClass::Auth) {
            let (Some(path), Some(kind)) = (&mount.path, &mount.kind) else { continue };
            mounts.push((mount.namespace.clone(), below_auth(path), Method::from_type(kind)));
        }
        for role in &self.vault.roles {
            let Some(path) = &role.mount else { continue };
            mounts.push((role.namespace.clone(), below_auth(path), role.method.clone()));
        }
        mounts.sort();
        mounts.dedup();
        for (namespace, path, method) in mounts {
            let slots = all.entry(namespace).or_default();
            slots.auth.push(path.clone());
            match method {
                Method::Userpass => slots.userpass.push(path.clone()),
                Method::AppRole => slots.approle.push(path.clone()),
                Method::Aws => slots.aws.push(path.clone()),
                Method::Token => continue,
                _ => {}
            }
            // Methods whose configuration names who proves identities.
            if matches!(
                method,
                Method::Jwt
                    | Method::Ldap
                    | Method::Kubernetes
                    | Method::Okta
                    | Method::Radius
                    | Method::GitHub
                    | Method::Kerberos
                    | Method::Cf
                    | Method::Saml
            ) {
                slots.login.push(path);
            }
        }
        for role in &self.vault.token_roles {
            let facts = &role.facts;
            let blocklist = facts.allowed.is_empty() && facts.allowed_glob.is_empty();
            let blocklist = blocklist && !(facts.disallowed.is_empty() && facts.disallowed_glob.is_empty());
            let any = facts.allowed_glob.known().any(|(glob, _)| !glob.is_empty() && glob.bytes().all(|b| b == b'*'));
            if let Some(name) = role.name.as_ref().filter(|_| blocklist || any) {
                all.entry(role.namespace.clone()).or_default().token_roles.push(name.clone());
            }
        }
        for slots in all.values_mut() {
            slots.auth.dedup();
        }
        all
    }

    /// The names of a subject.
    pub(super) fn own_names(&self, principal: VaultPrincipal, effective: &Effective) -> OwnNames {
        let held = effective.held.iter().filter(|held| held.target != Target::Unknown);
        let mut held: Vec<SmolStr> = held.map(|held| held.name.clone()).filter(|name| !name.is_empty()).collect();
        held.sort();
        held.dedup();
        let entity = match principal {
            VaultPrincipal::Entity(id) => self.vault.entity(id).and_then(|entity| entity.name.clone()),
            _ => None,
        };
        let role = match principal {
            VaultPrincipal::Role(id) => self.vault.role(id).and_then(|role| {
                let mount = role.mount.as_deref().map(below_auth)?;
                (role.subject != Subject::Config).then_some((mount, role.name.clone()?))
            }),
            _ => None,
        };
        let id = match principal {
            VaultPrincipal::Entity(id) => self.vault.entity(id).and_then(|entity| entity.id.clone()),
            _ => None,
        };
        OwnNames {
            namespace: SmolStr::new(self.principal_namespace(principal)),
            held,
            entity: entity.unwrap_or_else(|| SmolStr::new_static(OWN_ENTITY)),
            id: id.unwrap_or_else(|| SmolStr::new_static(FRESH)),
            role,
            login: self.login_of(principal),
        }
    }

    fn login_of(&self, principal: VaultPrincipal) -> Login {
        let VaultPrincipal::Role(id) = principal else { return Login::default() };
        let Some(role) = self.vault.role(id) else { return Login::default() };
        let body = self.vault_body(role.decl);
        let says = |key: &str| body.is_some_and(|body| field::first(body, &[key]).is_some());
        let named = role.subject == Subject::Role;
        let groups = match role.method {
            Method::Jwt => says("groups_claim"),
            Method::Saml => says("groups_attribute"),
            Method::Ldap | Method::Okta | Method::GitHub | Method::Azure => true,
            _ => false,
        };
        Login {
            // `AppRole` logins name none: the role id says it, and is the role's own.
            names_role: named
                && matches!(role.method, Method::Jwt | Method::Kubernetes | Method::Aws | Method::Gcp | Method::Azure),
            config_gives: matches!(
                role.method,
                Method::Ldap | Method::Okta | Method::GitHub | Method::Kerberos | Method::Radius
            ),
            groups,
        }
    }
}
