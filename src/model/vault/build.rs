//! Linking the Vault declarations: first everything gets its place and name, then
//! citations are resolved. Both passes are linear.

use smol_str::SmolStr;

use super::link::Linker;
use super::{
    Entity, Group, Mount, MountClass, Object, Policy, Role, Subject, Token, TokenRole, VaultModel, aliases, cites_of,
};
use crate::carrier::declaration::{Declaration, Item, Named, VaultKind, VaultObject};
use crate::model::ids::{DeclId, MountId, ObjectId, PolicyId, RoleId};
use crate::model::scope::Scope;
use crate::source::SourceMap;
use crate::syntax::Node;
use crate::vault::roles::field::{self, Fact};
use crate::vault::roles::{Method, TokenFields, Tuning, policy_name};

impl VaultModel {
    /// Links the Vault declarations.
    pub(crate) fn build(declarations: &[Declaration], sources: &SourceMap) -> Self {
        let mut model = Self::default();
        for (index, declaration) in declarations.iter().enumerate() {
            let decl = DeclId::at(index);
            match &declaration.item {
                Item::VaultPolicy(policy) => {
                    let name = known(policy.name.as_ref()).map(|name| policy_name(&name));
                    let id = PolicyId::at(model.policies.len());
                    if let Some(name) = &name {
                        model.policy_names.entry(name.clone()).or_default().push(id);
                    }
                    let namespace = namespace(policy.namespace.as_ref());
                    model.policies.push(Policy { decl, name, namespace, cited_by: Vec::new() });
                }
                Item::VaultObject(object) => model.add(decl, object),
                _ => {}
            }
        }
        Linker::new(&model, declarations, Scope::new(declarations, sources)).run(&mut model);
        model.tune(declarations);
        model
    }

    /// Lease times that are written apart from the mount: `sys/mounts/<path>/tune`.
    fn tune(&mut self, declarations: &[Declaration]) {
        for object in &self.objects {
            let VaultKind::Other(path) = &object.kind else { continue };
            let (Some(name), Some(auth)) = (&object.name, tunes(path)) else { continue };
            let Some(Item::VaultObject(written)) = declarations.get(object.decl.index()).map(|d| &d.item) else {
                continue;
            };
            let given = tuning(&written.body);
            let at = if auth { SmolStr::from(format!("auth/{name}")) } else { name.clone() };
            for id in self.mount_paths.get(&at).into_iter().flatten() {
                let mount = self.mounts.get_mut(id.index()).filter(|mount| mount.namespace == object.namespace);
                let Some(mount) = mount else { continue };
                if !given.default.is_absent() {
                    mount.tuning.default = given.default.clone();
                }
                if !given.max.is_absent() {
                    mount.tuning.max = given.max.clone();
                }
            }
        }
    }

    fn add(&mut self, decl: DeclId, object: &VaultObject) {
        let body = &object.body;
        let name = known(object.name.as_ref());
        let named = object.name.clone();
        let namespace = namespace(object.namespace.as_ref());
        match &object.kind {
            VaultKind::SecretsMount => self.add_mount(decl, MountClass::Secrets, object, namespace),
            VaultKind::AuthMount => self.add_mount(decl, MountClass::Auth, object, namespace),
            VaultKind::AuthRole(method) => self.add_role(decl, method, Subject::Role, object, namespace),
            VaultKind::AuthMapping { method, subject } => {
                let subject = if subject == "user" || subject == "cert" { Subject::User } else { Subject::Group };
                let subject = if method == "cert" { Subject::Role } else { subject };
                self.add_role(decl, method, subject, object, namespace);
            }
            VaultKind::TokenRole => {
                let facts = crate::vault::token_role::TokenRole::read(body);
                let cites = cites_of(&facts.allowed);
                self.token_roles.push(TokenRole { decl, name, named, namespace, facts, cites });
            }
            VaultKind::Token => {
                let token = TokenFields::read(body);
                let name = name.or_else(|| field::string(body, &["display_name"]).known().cloned());
                self.tokens.push(Token {
                    decl,
                    name,
                    namespace,
                    cites: cites_of(&token.policies),
                    cites_unknown: token.policies.unknown,
                    token,
                    role_name: field::string(body, &["role_name", "role"]),
                    entity: None,
                });
            }
            VaultKind::Entity => {
                let policies = field::string_list(body, &["policies"]);
                self.entities.push(Entity {
                    decl,
                    name,
                    id: text(body, "id"),
                    namespace,
                    cites: cites_of(&policies),
                    cites_unknown: policies.unknown,
                    disabled: field::boolean(body, &["disabled"]),
                    aliases: aliases::inside(decl, body),
                    groups: Vec::new(),
                });
            }
            VaultKind::Group => {
                let policies = field::string_list(body, &["policies"]);
                let members = field::string_list(body, &["member_entity_ids"]);
                let groups = field::string_list(body, &["member_group_ids"]);
                let external = match field::string(body, &["type"]) {
                    Fact::Known(kind, span) => Fact::Known(kind == "external", span),
                    Fact::Absent => Fact::Absent,
                    Fact::Unknown(span) => Fact::Unknown(span),
                };
                self.groups.push(Group {
                    decl,
                    name,
                    id: text(body, "id"),
                    namespace,
                    external,
                    cites: cites_of(&policies),
                    cites_unknown: policies.unknown,
                    entities: Vec::new(),
                    children: Vec::new(),
                    parents: Vec::new(),
                    aliases: aliases::inside(decl, body),
                    members_unknown: !members.is_known() || !groups.is_known(),
                });
            }
            kind => {
                let auth = matches!(kind, VaultKind::AuthConfig(_));
                // A configuration may give policies to every login of its mount.
                if let VaultKind::AuthConfig(method) = kind {
                    let gives = ["token_policies", "policies", "unregistered_user_policies"];
                    if field::first(body, &gives).is_some() {
                        self.configs.push(RoleId::at(self.roles.len()));
                        self.add_role(decl, method, Subject::Config, object, namespace.clone());
                    }
                }
                if *kind == VaultKind::Consumer
                    && let Some((kind, rest)) = text(body, "id").as_deref().and_then(|id| id.split_once('/'))
                    && let Some((_, name)) = rest.split_once('/')
                {
                    let id = ObjectId::at(self.objects.len());
                    self.logins.entry((SmolStr::new(kind), SmolStr::new(name))).or_default().push(id);
                }
                self.objects.push(Object {
                    decl,
                    kind: kind.clone(),
                    mount: mount_path(object.mount.as_ref(), auth),
                    mount_id: None,
                    name,
                    namespace,
                });
            }
        }
    }

    fn add_mount(&mut self, decl: DeclId, class: MountClass, object: &VaultObject, namespace: SmolStr) {
        let body = &object.body;
        let kind = text(body, "type");
        let path = mount_path(object.name.as_ref().or(object.mount.as_ref()), class == MountClass::Auth);
        let options = field::first(body, &["options"]);
        let version = options.and_then(|options| field::integer(options, &["version"]).known().copied());
        let kv_version = match kind.as_deref() {
            Some("kv-v2") => Some(2),
            // A `kv` mount made through the API without options is version 1.
            Some("kv" | "kv-v1" | "generic") => match version {
                None if options.is_some_and(|node| node.as_map().is_none()) => None,
                None | Some(1) => Some(1),
                Some(2) => Some(2),
                Some(_) => None,
            },
            _ => None,
        };
        let kind = kind.map(|kind| match kind.as_str() {
            "kv-v1" | "kv-v2" | "generic" => SmolStr::new_static("kv"),
            _ => kind,
        });
        let id = MountId::at(self.mounts.len());
        if let Some(path) = &path {
            self.mount_paths.entry(path.clone()).or_default().push(id);
        }
        self.mounts.push(Mount {
            decl,
            class,
            path,
            namespace,
            kind,
            kv_version,
            accessor: text(body, "accessor"),
            tuning: tuning(body),
        });
    }

    fn add_role(&mut self, decl: DeclId, method: &str, subject: Subject, object: &VaultObject, namespace: SmolStr) {
        let method = Method::from_type(method);
        let mut token = TokenFields::read(&object.body);
        if token.policies.span.is_none() && subject == Subject::Config {
            token.policies = field::string_list(&object.body, &["unregistered_user_policies"]);
        }
        // A github mapping is a single value.
        if token.policies.span.is_none() && method == Method::GitHub {
            token.policies = field::string_list(&object.body, &["value"]);
        }
        // A mount that is not given is the one people use: the method's own name.
        let mount = match &object.mount {
            Some(named) => mount_path(Some(named), true),
            None => Some(SmolStr::from(format!("auth/{}", method.name()))),
        };
        self.roles.push(Role {
            decl,
            method,
            subject,
            mount,
            mount_id: None,
            name: known(object.name.as_ref()),
            named: object.name.clone(),
            role_id: text(&object.body, "role_id"),
            namespace,
            cites: cites_of(&token.policies),
            cites_unknown: token.policies.unknown,
            token,
        });
    }
}

/// Whether an API path tunes a mount, and of which sort: true for an auth method.
fn tunes(path: &str) -> Option<bool> {
    match path {
        "sys/auth/tune" => Some(true),
        "sys/mounts/tune" => Some(false),
        _ => None,
    }
}

/// The lease times of a mount: in `config` of exports, in `tune` blocks, or beside the type.
fn tuning(body: &Node) -> Tuning {
    let inner = body.get("config").or_else(|| body.get("tune"));
    // A block of Terraform is a list of one.
    let inner = inner.map(|node| node.as_list().and_then(|blocks| blocks.first()).unwrap_or(node));
    let read = |names: &[&str]| {
        let of = |node: &Node| field::seconds(node, names);
        match inner.map_or(Fact::Absent, of) {
            Fact::Absent => of(body),
            fact => fact,
        }
    };
    Tuning {
        default: read(&["default_lease_ttl", "default_lease_ttl_seconds"]),
        max: read(&["max_lease_ttl", "max_lease_ttl_seconds"]),
    }
}

/// The known text of a name.
fn known(named: Option<&Named>) -> Option<SmolStr> {
    named.filter(|(text, _)| text.is_known()).map(|(text, _)| text.raw_smol().clone())
}

/// A namespace without slashes at its ends; empty for root and for one that is unknown.
fn namespace(named: Option<&Named>) -> SmolStr {
    known(named).map(|name| SmolStr::new(name.trim_matches('/'))).unwrap_or_default()
}

/// A mount path without slashes at its ends, with `auth/` where it is an auth mount.
fn mount_path(named: Option<&Named>, auth: bool) -> Option<SmolStr> {
    let path = known(named)?;
    let path = path.trim_matches('/');
    let bare = path.strip_prefix("auth/").filter(|_| auth).unwrap_or(path);
    Some(if auth { SmolStr::from(format!("auth/{bare}")) } else { SmolStr::new(bare) })
}

fn text(body: &Node, key: &str) -> Option<SmolStr> {
    field::string(body, &[key]).known().cloned()
}
