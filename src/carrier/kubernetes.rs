//! Kubernetes YAML (spec: vault-roles, section 3.4): the custom resources of
//! vault-config-operator, bank-vaults configuration, policies in a `ConfigMap`, and the
//! configuration of servers and agents, there and in a Helm chart's values. What programs
//! ask of Vault is in `consumer.rs`.

use smol_str::SmolStr;

use super::declaration::{Carrier, Declaration, Item, Named, VaultKind, VaultObject, VaultPolicy};
use super::recognise::Service;
use super::record::{Mode, Record};
use super::service;
use super::{Carried, ReadOptions, bare, consumer, declare, recognise};
use crate::source::Span;
use crate::syntax::{Entry, Node, Text, Value, yaml};

/// What the documents of a YAML text declare.
#[must_use]
pub fn read(documents: &[Node], options: &ReadOptions) -> Carried {
    let mut reader = Reader { options, out: Carried::default() };
    for document in documents {
        let text = |key: &str| document.get(key).and_then(Node::as_str).unwrap_or_default();
        if text("apiVersion").starts_with("redhatcop.redhat.io/") {
            reader.custom_resource(text("kind"), document);
            continue;
        }
        // The operator's resource holds the configuration; a file of its own is it.
        let spec = document.get("spec").and_then(|spec| spec.get("externalConfig"));
        if let Some(config) = spec.or_else(|| document.get("externalConfig")) {
            reader.configuration(config);
        } else if document.get("apiVersion").is_none() && is_configuration(document) {
            reader.configuration(document);
        }
        // The operator's resource has the server's configuration as an object.
        if text("apiVersion").starts_with("vault.banzaicloud.com/")
            && let Some(config) = document.get("spec").and_then(|spec| spec.get("config"))
        {
            reader.out.append(service::of_node(config, Service::Server, Carrier::Kubernetes, options));
        }
        reader.texts(document, text("kind") == "ConfigMap", NESTING);
        reader.out.append(super::of_records(consumer::records(document), options));
    }
    reader.out
}

/// Whether a document of no kind is a bank-vaults configuration, and not the values of some
/// chart that has lists of the same names.
fn is_configuration(document: &Node) -> bool {
    let any =
        |list: &str, keys: &[&str]| items(document, list).any(|item| keys.iter().all(|key| item.get(key).is_some()));
    any("policies", &["name", "rules"]) || any("secrets", &["type", "configuration"]) || any("auth", &["type", "roles"])
}

/// A secret that is written when the server is new.
fn startup_secret(secret: &Node) -> Option<Record> {
    let (kind, path, data) = (secret.get("type")?, secret.get("path")?, secret.get("data")?);
    let field = |key: &'static str, value: &Node| Entry {
        key: Text::atomic(key, value.span),
        key_span: value.span,
        value: value.clone(),
    };
    (kind.as_str() == Some("kv")).then(|| Record {
        carrier: Carrier::Kubernetes,
        address: SmolStr::new(path.as_str().unwrap_or("startupSecrets")),
        kind: SmolStr::new_static("vault_kv_secret"),
        kind_span: kind.span,
        mode: Mode::Managed,
        label: None,
        span: secret.span,
        body: Node::new(secret.span, Value::Map(vec![field("path", path), field("data_json", data)])),
        condition: None,
        notes: Vec::new(),
    })
}

/// What stands in a text that a chart or another tool fills in first.
const CHART: &[&str] = &["{{ .", "{{.", "{{-", "${"];
/// How deep texts are sought in a document.
const NESTING: u32 = 24;

struct Reader<'a> {
    options: &'a ReadOptions,
    out: Carried,
}

/// Entries of a list of maps.
fn items<'n>(node: &'n Node, key: &str) -> impl Iterator<Item = &'n Node> {
    let list = node.get(key).and_then(Node::as_list).unwrap_or_default();
    list.iter().filter(|item| item.as_map().is_some())
}

fn named(node: &Node, key: &str) -> Option<Named> {
    let value = node.get(key)?;
    Some((value.as_text()?.clone(), value.span))
}

fn atomic(name: impl Into<SmolStr>, span: Span) -> Named {
    (Text::atomic(name, span), span)
}

impl Reader<'_> {
    /// Configurations of servers and agents that stand as texts in a document, and the
    /// policies of a `ConfigMap`.
    fn texts(&mut self, node: &Node, policies: bool, depth: u32) {
        if depth == 0 {
            return;
        }
        for item in node.as_list().unwrap_or_default() {
            self.texts(item, policies, depth - 1);
            // `VAULT_LOCAL_CONFIG={…}` in a list of variables.
            let variable = item.as_text().and_then(|text| Some((text, text.raw().find("_LOCAL_CONFIG=")?)));
            if let Some((text, at)) = variable {
                let (start, end) = (at + "_LOCAL_CONFIG=".len(), text.raw().len());
                let (inner, place) = (text.sub(item.span, start, end), text.span_of(item.span, start, end));
                self.out
                    .append(service::embedded(&inner, place, Carrier::Kubernetes, self.options).unwrap_or_default());
            }
        }
        for entry in node.as_map().unwrap_or_default() {
            let Some(text) = entry.value.as_text() else {
                self.texts(&entry.value, policies, depth - 1);
                continue;
            };
            if !text.raw().contains('{') {
                continue;
            }
            let file = entry.key.raw();
            let extension = file.rsplit_once('.').map_or("", |(_, extension)| extension);
            if matches!(extension, "yaml" | "yml") {
                // A bank-vaults configuration that is mounted as a file.
                let (documents, _) = yaml::parse(&text.fragment(entry.value.span));
                documents.iter().filter(|inner| is_configuration(inner)).for_each(|inner| self.configuration(inner));
            } else if let Some(carried) = service::embedded(text, entry.value.span, Carrier::Kubernetes, self.options) {
                self.out.append(carried);
            } else if policies
                && recognise::hcl::is_vault_policy(text.raw())
                && !CHART.iter().any(|mark| text.raw().contains(mark))
            {
                let name = bare::stem(file);
                let parses =
                    crate::vault::policy::parse(&text.fragment(entry.value.span), self.options.dialect).is_ok();
                // What is no policy may look like one; a file of that name is meant to be one.
                if parses || extension == "hcl" {
                    let name = Some((Text::atomic(name, entry.key_span), entry.key_span));
                    self.policy(name, &entry.value, entry.value.span);
                }
            }
        }
    }

    fn push(&mut self, address: String, span: Span, item: Item) {
        let address = address.into();
        let declaration = Declaration { carrier: Carrier::Kubernetes, address, span, condition: None, item };
        declare::push(&mut self.out, declaration);
    }

    fn object(&mut self, kind: VaultKind, mount: Option<Named>, name: Option<Named>, node: &Node, body: Node) {
        let shown = |named: &Option<Named>| named.as_ref().map(|(text, _)| text.display()).unwrap_or_default();
        let address = match (&mount, &name) {
            (Some(_), Some(_)) => format!("{}/{}", shown(&mount), shown(&name)),
            _ => shown(&name) + &shown(&mount),
        };
        self.push(address, node.span, Item::VaultObject(VaultObject { kind, mount, name, namespace: None, body }));
    }

    fn policy(&mut self, name: Option<Named>, text: &Node, span: Span) {
        let Some((policy, diagnostics)) = declare::vault_policy(text, self.options) else { return };
        self.out.diagnostics.extend(diagnostics);
        let address = name.as_ref().map(|(text, _)| text.display()).unwrap_or_default();
        self.push(address, span, Item::VaultPolicy(VaultPolicy { name, namespace: None, policy }));
    }

    /// A bank-vaults configuration.
    fn configuration(&mut self, config: &Node) {
        let whole = VaultKind::Other(SmolStr::new_static("bank-vaults"));
        self.object(whole, None, None, config, config.clone());
        let secrets = items(config, "startupSecrets").filter_map(startup_secret).collect();
        self.out.append(super::of_records(secrets, self.options));
        for policy in items(config, "policies") {
            if let Some(rules) = policy.get("rules") {
                self.policy(named(policy, "name"), rules, policy.span);
            }
        }
        for auth in items(config, "auth") {
            self.auth(auth);
        }
        for group in items(config, "groups") {
            self.object(VaultKind::Group, None, named(group, "name"), group, group.clone());
        }
        for alias in items(config, "group-aliases") {
            self.object(VaultKind::GroupAlias, None, named(alias, "name"), alias, alias.clone());
        }
        for secrets in items(config, "secrets") {
            self.secrets(secrets);
        }
        for audit in items(config, "audit") {
            self.object(
                VaultKind::Audit,
                None,
                named(audit, "path").or_else(|| named(audit, "type")),
                audit,
                audit.clone(),
            );
        }
    }

    fn auth(&mut self, auth: &Node) {
        let Some(method) = named(auth, "type") else { return };
        let Some(kind) = method.0.known().map(SmolStr::new) else { return };
        let path = named(auth, "path").unwrap_or_else(|| method.clone());
        self.object(VaultKind::AuthMount, None, Some(path.clone()), auth, auth.clone());
        if let Some(config) = auth.get("config").filter(|config| config.as_map().is_some()) {
            self.object(VaultKind::AuthConfig(kind.clone()), Some(path.clone()), None, config, config.clone());
        }
        for role in items(auth, "roles") {
            let kind = match kind.as_str() {
                "token" => VaultKind::TokenRole,
                "cert" => VaultKind::AuthMapping { method: kind.clone(), subject: "cert".into() },
                _ => VaultKind::AuthRole(kind.clone()),
            };
            self.object(kind, Some(path.clone()), named(role, "name"), role, role.clone());
        }
        for (key, subject, name) in [("users", "user", "username"), ("groups", "group", "name")] {
            for (name, node) in members(auth.get(key), name) {
                let kind = VaultKind::AuthMapping { method: kind.clone(), subject: subject.into() };
                self.object(kind, Some(path.clone()), Some(name), node, node.clone());
            }
        }
        // GitHub: `map: {teams: {ops: policy}, users: {bob: policy}}`.
        for (key, subject) in [("teams", "team"), ("users", "user")] {
            let entries = auth.get("map").and_then(|map| map.get(key)).and_then(Node::as_map).unwrap_or_default();
            for entry in entries {
                let kind = VaultKind::AuthMapping { method: kind.clone(), subject: subject.into() };
                let name = (entry.key.clone(), entry.key_span);
                let body = map_of("policies", entry);
                self.object(kind, Some(path.clone()), Some(name), &entry.value, body);
            }
        }
    }

    fn secrets(&mut self, secrets: &Node) {
        let Some(engine) = named(secrets, "type") else { return };
        let Some(kind) = engine.0.known().map(SmolStr::new) else { return };
        let path = named(secrets, "path").unwrap_or(engine);
        self.object(VaultKind::SecretsMount, None, Some(path.clone()), secrets, secrets.clone());
        let Some(configuration) = secrets.get("configuration").and_then(Node::as_map) else { return };
        for Entry { key, value, .. } in configuration {
            let role =
                !matches!(key.raw(), "config" | "config/issuers" | "config/urls" | "config/ca" | "root/generate");
            for object in value.as_list().unwrap_or_default() {
                let kind = if role && matches!(key.raw(), "roles" | "role" | "static-roles" | "keys") {
                    VaultKind::SecretsRole(kind.clone())
                } else {
                    VaultKind::SecretsConfig(kind.clone())
                };
                self.object(kind, Some(path.clone()), named(object, "name"), object, object.clone());
            }
        }
    }

    /// A custom resource of vault-config-operator.
    fn custom_resource(&mut self, kind: &str, document: &Node) {
        let Some(spec) = document.get("spec") else { return };
        let name = named(spec, "name").or_else(|| document.get("metadata").and_then(|meta| named(meta, "name")));
        if kind == "Policy" {
            if let Some(policy) = spec.get("policy") {
                self.policy(name, policy, document.span);
            }
            return;
        }
        let path = named(spec, "path");
        let body = snake(spec);
        let object = match kind {
            "AuthEngineMount" | "SecretEngineMount" => {
                // The mount is the resource's name below the path, where one is given.
                let at = match (&path, &name) {
                    (Some((path, _)), Some((name, span))) => {
                        path.known().zip(name.known()).map(|(path, name)| atomic(format!("{path}/{name}"), *span))
                    }
                    _ => None,
                };
                let mount = if kind == "AuthEngineMount" { VaultKind::AuthMount } else { VaultKind::SecretsMount };
                (mount, None, at.or(name))
            }
            "Entity" => (VaultKind::Entity, None, name),
            "EntityAlias" => (VaultKind::EntityAlias, None, name),
            "Group" => (VaultKind::Group, None, name),
            "GroupAlias" => (VaultKind::GroupAlias, None, name),
            "Audit" => (VaultKind::Audit, None, name),
            _ => match of_engine(kind) {
                Some(vault) => (vault, path, name),
                None => return,
            },
        };
        self.object(object.0, object.1, object.2, document, body);
    }
}

/// `KubernetesAuthEngineRole` → a role of `kubernetes`.
fn of_engine(kind: &str) -> Option<VaultKind> {
    let engine = |name: &str| {
        SmolStr::from(match name {
            "JWTOIDC" => "jwt".to_owned(),
            "PKI" => "pki".to_owned(),
            "LDAP" => "ldap".to_owned(),
            "GCP" => "gcp".to_owned(),
            "RabbitMQ" => "rabbitmq".to_owned(),
            other => other.to_ascii_lowercase(),
        })
    };
    if let Some((method, what)) = kind.split_once("AuthEngine") {
        let method = engine(method);
        return Some(match what {
            "Role" if method == "cert" => VaultKind::AuthMapping { method, subject: "cert".into() },
            "Role" => VaultKind::AuthRole(method),
            "Group" => VaultKind::AuthMapping { method, subject: "group".into() },
            "Config" => VaultKind::AuthConfig(method),
            _ => return None,
        });
    }
    let (name, what) = kind.split_once("SecretEngine")?;
    Some(match what {
        "Role" | "StaticRole" => VaultKind::SecretsRole(engine(name)),
        "Config" => VaultKind::SecretsConfig(engine(name)),
        _ => return None,
    })
}

/// Members of a list of maps, or of a map by name, each with its name.
fn members<'n>(node: Option<&'n Node>, key: &str) -> Vec<(Named, &'n Node)> {
    match node.map(|node| (&node.value, node)) {
        Some((Value::List(list), _)) => {
            let name = |item: &Node| named(item, key).or_else(|| named(item, "name"));
            list.iter().filter_map(|item| Some((name(item)?, item))).collect()
        }
        Some((Value::Map(entries), _)) => {
            let maps = entries.iter().filter(|entry| entry.value.as_map().is_some());
            maps.map(|entry| ((entry.key.clone(), entry.key_span), &entry.value)).collect()
        }
        _ => Vec::new(),
    }
}

/// A body of one field.
fn map_of(key: &'static str, entry: &Entry) -> Node {
    let key = Text::atomic(key, entry.key_span);
    let field = Entry { key, key_span: entry.key_span, value: entry.value.clone() };
    Node::new(entry.value.span, Value::Map(vec![field]))
}

/// A custom resource's fields under the API's names.
fn snake(spec: &Node) -> Node {
    let mut fields = Vec::new();
    for entry in spec.as_map().unwrap_or_default() {
        match entry.key.raw() {
            "authentication" | "connection" => {}
            // Namespaces stand one level down.
            "targetNamespaces" => {
                for inner in entry.value.as_map().unwrap_or_default() {
                    let name = match inner.key.raw() {
                        "targetNamespaces" => "bound_service_account_namespaces",
                        _ => "bound_service_account_namespace_selector",
                    };
                    fields.push(renamed(inner, name.into()));
                }
            }
            "targetServiceAccounts" => fields.push(renamed(entry, "bound_service_account_names".into())),
            key => fields.push(renamed(entry, snake_case(key).into())),
        }
    }
    Node::new(spec.span, Value::Map(fields))
}

fn renamed(entry: &Entry, name: SmolStr) -> Entry {
    Entry { key: Text::atomic(name, entry.key_span), key_span: entry.key_span, value: entry.value.clone() }
}

/// Fields that the operator spells so that no rule gives back the API's name.
const SPELT: &[(&str, &str)] = &[
    ("CRLDisable", "disable"),
    ("CRLExpiry", "expiry"),
    ("GCEalias", "gce_alias"),
    ("GCEmetadata", "gce_metadata"),
    ("IAMalias", "iam_alias"),
    ("IAMmetadata", "iam_metadata"),
    ("JWKSCAPEM", "jwks_ca_pem"),
    ("JWKSURL", "jwks_url"),
    ("JWTValidationPubKeys", "jwt_validation_pubkeys"),
    ("OIDCDiscoveryCAPEM", "oidc_discovery_ca_pem"),
    ("UPNDomain", "upndomain"),
    ("applicationID", "app_id"),
    ("dBName", "db_name"),
    ("disableLocalCAJWT", "disable_local_ca_jwt"),
    ("discoverDN", "discoverdn"),
    ("gitHubAPIBaseURL", "base_url"),
    ("groupAttr", "groupattr"),
    ("groupDN", "groupdn"),
    ("groupFilter", "groupfilter"),
    ("organizationName", "org_name"),
    ("repositoriesIDs", "repository_ids"),
    ("startTLS", "starttls"),
    ("userAttr", "userattr"),
    ("userDN", "userdn"),
    ("userFilter", "userfilter"),
];

/// `tokenMaxTTL` → `token_max_ttl`, `tokenBoundCIDRs` → `token_bound_cidrs`.
fn snake_case(name: &str) -> String {
    if let Some((_, api)) = SPELT.iter().find(|(own, _)| *own == name) {
        return (*api).to_owned();
    }
    let chars: Vec<char> = name.chars().collect();
    let upper = |at: usize| chars.get(at).is_some_and(char::is_ascii_uppercase);
    let mut out = String::with_capacity(name.len() + 4);
    for (at, char) in chars.iter().enumerate() {
        let plural = chars.get(at + 1) == Some(&'s') && chars.len() == at + 2;
        let starts = at > 0 && upper(at) && (!upper(at - 1) || (at + 1 < chars.len() && !upper(at + 1) && !plural));
        if starts {
            out.push('_');
        }
        out.push(char.to_ascii_lowercase());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_those_of_the_api() {
        let table = [
            ("tokenMaxTTL", "token_max_ttl"),
            ("tokenBoundCIDRs", "token_bound_cidrs"),
            ("boundClaims", "bound_claims"),
            ("OIDCDiscoveryURL", "oidc_discovery_url"),
            ("policies", "policies"),
            ("aliasNameSource", "alias_name_source"),
            ("JWKSURL", "jwks_url"),
            ("userDN", "userdn"),
        ];
        for (name, expected) in table {
            assert_eq!(snake_case(name), expected);
        }
    }

    #[test]
    fn kinds_name_their_engine() {
        assert_eq!(of_engine("KubernetesAuthEngineRole"), Some(VaultKind::AuthRole("kubernetes".into())));
        assert_eq!(of_engine("JWTOIDCAuthEngineConfig"), Some(VaultKind::AuthConfig("jwt".into())));
        assert_eq!(of_engine("PKISecretEngineRole"), Some(VaultKind::SecretsRole("pki".into())));
        assert_eq!(of_engine("RandomSecret"), None);
    }
}
