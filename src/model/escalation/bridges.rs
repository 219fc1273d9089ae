//! Requests that make whoever may send them one certain other principal, found by joining
//! what the model declares (spec: vault-roles, section 4.5, E5 and E31 to E37).

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::{FRESH, Model, VaultPrincipal};
use crate::carrier::declaration::VaultKind;
use crate::model::ids::{PolicyId, RoleId, TokenRoleId};
use crate::model::vault::{Object, Subject};
use crate::syntax::{Node, Value};
use crate::vault::capability::{Capabilities, Capability};
use crate::vault::roles::{Method, field};
use crate::vault::token_role::glob_matches;

use Capability::{Create, Read, Update};

/// A way to become a principal.
#[derive(Debug)]
pub(super) struct Bridge {
    /// The step's number in the catalogue.
    pub(super) id: &'static str,
    /// What the subject does, for people.
    pub(super) what: &'static str,
    /// All of these are needed: one of the capabilities, on the path.
    pub(super) needs: Vec<(String, Capabilities)>,
    /// Who the subject becomes.
    pub(super) becomes: VaultPrincipal,
}

/// Ways to become somebody, by whom.
pub(super) type Bridges = FxHashMap<VaultPrincipal, Vec<Bridge>>;

const UPDATE: Capabilities = Capabilities::of(&[Update]);
const WRITE: Capabilities = Capabilities::of(&[Create, Update]);

impl Model {
    /// Every way that the model shows, by the principal that it leads to.
    pub(super) fn bridges(&self) -> Bridges {
        let mut all = Vec::new();
        self.token_role_bridges(&mut all);
        self.aws_bridges(&mut all);
        self.cert_bridges(&mut all);
        self.kubernetes_bridges(&mut all);
        self.gcp_bridges(&mut all);
        self.ldap_bridges(&mut all);
        self.secret_bridges(&mut all);
        let mut by_target = Bridges::default();
        for bridge in all {
            by_target.entry(bridge.becomes).or_default().push(bridge);
        }
        by_target
    }

    /// A token role gives its policies to whoever may create a token through it.
    fn token_role_bridges(&self, out: &mut Vec<Bridge>) {
        for (index, role) in self.vault.token_roles.iter().enumerate() {
            let Some(name) = &role.name else { continue };
            let mut add = |becomes| {
                out.push(Bridge {
                    id: "E5",
                    what: "creates a token through a token role that gives more",
                    needs: vec![(format!("auth/token/create/{name}"), UPDATE)],
                    becomes,
                });
            };
            add(VaultPrincipal::TokenRole(TokenRoleId::at(index)));
            let refused = &role.facts.disallowed_glob;
            for (glob, _) in role.facts.allowed_glob.known().filter(|(glob, _)| !glob.is_empty()) {
                let here = |policy: &crate::model::Policy| policy.namespace == role.namespace;
                for (index, policy) in self.vault.policies.iter().enumerate().filter(|(_, policy)| here(policy)) {
                    let Some(policy) = policy.name.as_deref().filter(|policy| glob_matches(glob, policy)) else {
                        continue;
                    };
                    let refused = refused.known().any(|(glob, _)| glob_matches(glob, policy));
                    if !refused && role.facts.disallowed.find(policy).is_none() {
                        add(VaultPrincipal::Policy(PolicyId::at(index)));
                    }
                }
            }
        }
    }

    /// Certificates of a CA that a `cert` role trusts (E32).
    fn cert_bridges(&self, out: &mut Vec<Bridge>) {
        for (index, role) in self.vault.roles.iter().enumerate().filter(|(_, role)| role.method == Method::Cert) {
            let certificate = self.vault_body(role.decl).and_then(|body| body.get("certificate"));
            let Some(ca) = certificate.and_then(|certificate| self.ca_of(certificate)) else { continue };
            let Some(mount) = ca.mount.as_deref().filter(|_| ca.namespace == role.namespace) else { continue };
            let ways = [
                vec![(format!("{mount}/sign-verbatim"), UPDATE)],
                vec![(format!("{mount}/sign-verbatim/{FRESH}"), UPDATE)],
                vec![(format!("{mount}/root/sign-intermediate"), UPDATE)],
                vec![(format!("{mount}/roles/{FRESH}"), WRITE), (format!("{mount}/issue/{FRESH}"), UPDATE)],
            ];
            for needs in ways {
                out.push(Bridge {
                    id: "E32",
                    what: "signs itself a certificate of the CA that another role trusts",
                    needs,
                    becomes: VaultPrincipal::Role(RoleId::at(index)),
                });
            }
        }
    }

    /// The CA that a certificate is taken from, by reference.
    fn ca_of(&self, certificate: &Node) -> Option<&Object> {
        let refs = match &certificate.value {
            Value::Unknown(unknown) => unknown.refs.clone(),
            Value::String(text) => text.holes().iter().flat_map(|hole| hole.unknown.refs.clone()).collect(),
            _ => return None,
        };
        let pki = |object: &&Object| matches!(&object.kind, VaultKind::SecretsConfig(engine) if engine == "pki");
        refs.iter().find_map(|reference| {
            self.vault.objects.iter().filter(pki).find(|object| {
                let address = self.declaration(object.decl).map(|declaration| declaration.address.as_str());
                address.is_some_and(|address| reference.strip_prefix(address).is_some_and(|rest| rest.starts_with('.')))
            })
        })
    }

    /// Service accounts that the `kubernetes` engine makes tokens of, where the auth method
    /// trusts the same cluster (E35).
    fn kubernetes_bridges(&self, out: &mut Vec<Bridge>) {
        let host = |body: &Node| field::string(body, &["kubernetes_host"]).known().cloned();
        for object in self.engine_roles("kubernetes") {
            let (Some(mount), Some(name), Some(body)) =
                (object.mount.as_deref(), object.name.as_deref(), self.vault_body(object.decl))
            else {
                continue;
            };
            let Some(account) = field::string(body, &["service_account_name"]).known().cloned() else { continue };
            let spaces = field::string_list(body, &["allowed_kubernetes_namespaces"]);
            let cluster = self.engine_config("kubernetes", mount).and_then(host);
            for (index, role) in self.vault.roles.iter().enumerate() {
                let here = role.method == Method::Kubernetes && role.namespace == object.namespace;
                let at = role.mount.as_deref().filter(|_| here);
                let (Some(at), Some(bound)) = (at, self.vault_body(role.decl)) else { continue };
                let theirs = self.vault.configs_at(at).find_map(|config| host(self.vault_body(config.decl)?));
                if cluster.is_none() || cluster != theirs {
                    continue;
                }
                let names = field::string_list(bound, &["bound_service_account_names"]);
                let within = field::string_list(bound, &["bound_service_account_namespaces"]);
                let named = names.known().any(|(glob, _)| glob_matches(glob, &account));
                let placed = within
                    .known()
                    .any(|(glob, _)| spaces.known().any(|(space, _)| space == "*" || glob_matches(glob, space)));
                if named && placed {
                    out.push(Bridge {
                        id: "E35",
                        what: "gets a token of a service account that another role lets in",
                        needs: vec![(format!("{mount}/creds/{name}"), UPDATE)],
                        becomes: VaultPrincipal::Role(RoleId::at(index)),
                    });
                }
            }
        }
    }

    /// Keys of Google service accounts that a `gcp` role lets in: who has the key signs the
    /// token that the login asks for (E36).
    fn gcp_bridges(&self, out: &mut Vec<Bridge>) {
        for object in self.engine_roles("gcp") {
            let (Some(mount), Some(name), Some(body)) =
                (object.mount.as_deref(), object.name.as_deref(), self.vault_body(object.decl))
            else {
                continue;
            };
            let email = field::string(body, &["service_account_email"]);
            let keys = field::string(body, &["secret_type"]).known().is_some_and(|kind| kind == "service_account_key");
            let Some(email) = email.known().filter(|_| keys) else { continue };
            for (index, role) in self.vault.roles.iter().enumerate().filter(|(_, role)| role.method == Method::Gcp) {
                let Some(bound) = self.vault_body(role.decl) else { continue };
                let iam = field::string(bound, &["type"]).known().is_some_and(|kind| kind == "iam");
                if iam
                    && role.namespace == object.namespace
                    && field::string_list(bound, &["bound_service_accounts"]).known().any(|(known, _)| known == email)
                {
                    out.push(Bridge {
                        id: "E36",
                        what: "gets the key of a service account that another role lets in",
                        needs: vec![(format!("{mount}/static-account/{name}/key"), Capabilities::of(&[Read, Update]))],
                        becomes: VaultPrincipal::Role(RoleId::at(index)),
                    });
                }
            }
        }
    }

    /// Passwords of directory users that the `ldap` engine keeps, where the auth method
    /// asks the same directory (E37).
    fn ldap_bridges(&self, out: &mut Vec<Bridge>) {
        let url = |body: &Node| field::string(body, &["url"]).known().cloned();
        for object in self.engine_roles("ldap") {
            let (Some(mount), Some(name), Some(body)) =
                (object.mount.as_deref(), object.name.as_deref(), self.vault_body(object.decl))
            else {
                continue;
            };
            let Some(user) = field::string(body, &["username"]).known().cloned() else { continue };
            let directory = self.engine_config("ldap", mount).and_then(url);
            for (index, role) in self.vault.roles.iter().enumerate() {
                let user_of = role.method == Method::Ldap && role.subject == Subject::User;
                let user_of = user_of && role.namespace == object.namespace;
                let (Some(at), Some(known)) = (role.mount.as_deref().filter(|_| user_of), role.name.as_deref()) else {
                    continue;
                };
                let theirs = self.vault.configs_at(at).find_map(|config| url(self.vault_body(config.decl)?));
                if directory.is_some() && directory == theirs && known.eq_ignore_ascii_case(&user) {
                    out.push(Bridge {
                        id: "E37",
                        what: "reads the password of another user of the directory",
                        needs: vec![(format!("{mount}/static-cred/{name}"), Capabilities::of(&[Read]))],
                        becomes: VaultPrincipal::Role(RoleId::at(index)),
                    });
                }
            }
        }
    }

    fn engine_roles<'m>(&'m self, engine: &'m str) -> impl Iterator<Item = &'m Object> {
        let of_it = move |object: &&Object| matches!(&object.kind, VaultKind::SecretsRole(known) if known == engine);
        self.vault.objects.iter().filter(of_it)
    }

    fn engine_config(&self, engine: &str, mount: &str) -> Option<&Node> {
        let of_it = |object: &&Object| {
            matches!(&object.kind, VaultKind::SecretsConfig(known) if known == engine)
                && object.mount.as_deref() == Some(mount)
        };
        self.vault_body(self.vault.objects.iter().find(of_it)?.decl)
    }
}

/// The first segments of the mounts that bridges start at, so that policies which reach
/// none of them need not be looked at.
pub(super) fn roots(bridges: &Bridges) -> Vec<SmolStr> {
    let paths = bridges.values().flatten().flat_map(|bridge| &bridge.needs);
    let mut roots: Vec<SmolStr> = paths.filter_map(|(path, _)| Some(SmolStr::new(path.split('/').next()?))).collect();
    roots.sort();
    roots.dedup();
    roots
}
