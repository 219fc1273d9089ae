//! What programs in Kubernetes ask of Vault (spec: vault-roles, section 3.4): pods with an
//! injected agent, External Secrets, the Vault Secrets Operator, CSI volumes, certificate
//! issuers and bank-vaults' webhook; and agents by their own configuration.
//!
//! Each becomes a `vault_consumer`: the role that it logs in with and the paths that it
//! reads or writes, or, where these stand in another resource, that resource's name.
//! Connections become what a provider is, with address and TLS.

use smol_str::{SmolStr, ToSmolStr, format_smolstr};

use super::declaration::Carrier;
use super::record::{Mode, Record};
use crate::source::Span;
use crate::syntax::{Entry, Node, Text, Value, yaml};

/// How deep annotations and variables are sought in a document.
const NESTING: u32 = 24;

/// The consumers and connections of a document.
#[must_use]
pub fn records(document: &Node) -> Vec<Record> {
    let mut out = Out { carrier: Carrier::Kubernetes, records: Vec::new() };
    let text = |key: &str| document.get(key).and_then(Node::as_str).unwrap_or_default();
    if text("apiVersion") == "v1" && text("kind") == "List" {
        return document.each_of("items").iter().filter(|item| item.get("items").is_none()).flat_map(records).collect();
    }
    let group = text("apiVersion").split('/').next().unwrap_or_default();
    let spec = document.get("spec");
    match (group, text("kind"), spec) {
        ("external-secrets.io", "SecretStore" | "ClusterSecretStore", Some(spec)) => out.store(document, spec),
        ("external-secrets.io", "ExternalSecret", Some(spec)) => out.external_secret(document, spec),
        ("secrets.hashicorp.com", kind, Some(spec)) => out.operator(kind, document, spec),
        ("secrets-store.csi.x-k8s.io", "SecretProviderClass", Some(spec)) => out.volume(spec),
        ("cert-manager.io", "Issuer" | "ClusterIssuer", Some(spec)) => out.issuer(spec),
        _ => out.pods(document, document, NESTING),
    }
    out.records
}

/// What an agent of this configuration asks for.
#[must_use]
pub fn of_agent(config: &Node, carrier: Carrier) -> Vec<Record> {
    let mut out = Out { carrier, records: Vec::new() };
    let [login] = config.each_of("auto_auth") else { return out.records };
    let [method] = login.each_of("method") else { return out.records };
    // `method "aws" { … }` or `method { type = "aws" … }`
    let (kind, method) = match (method.get("type").and_then(Node::as_str), method.as_map()) {
        (Some(kind), _) => (kind, method),
        (None, Some([only])) => (only.key.raw(), &only.value),
        _ => return out.records,
    };
    let settings = method.each_of("config").first();
    let mut consumer = Consumer::new(method.span);
    consumer.mount = mount(method.get("mount_path"), kind, method.span);
    consumer.role = settings.and_then(|settings| settings.get("role")).and_then(known);
    consumer.namespace = method.get("namespace").and_then(known);
    for template in config.each_of("template").iter().chain(config.each_of("env_template")) {
        // An `env_template` has the variable's name between.
        let inner = template.as_map().unwrap_or_default().iter().map(|entry| &entry.value);
        for contents in std::iter::once(template).chain(inner).filter_map(|body| body.get("contents")) {
            consumer.template(contents);
        }
    }
    out.consumer(&consumer);
    out.records
}

/// A text with its place.
type Known = (SmolStr, Span);

/// A string of which all is known, and that no chart fills in later.
fn known(node: &Node) -> Option<Known> {
    let text = node.as_str()?;
    let open = ["{{", "${", "$("].iter().any(|mark| text.contains(mark));
    (!open && !text.is_empty()).then(|| (text.to_smolstr(), node.span))
}

/// The path of an auth mount without `auth/`: as given, or where the method is mounted if
/// nobody says otherwise.
fn mount(given: Option<&Node>, default: &str, span: Span) -> Option<Known> {
    let Some(node) = given else { return Some((default.to_smolstr(), span)) };
    let (text, span) = known(node)?;
    let path = text.trim_matches('/');
    let path = path.strip_prefix("v1/").unwrap_or(path);
    Some((path.strip_prefix("auth/").unwrap_or(path).to_smolstr(), span))
}

/// What one program asks for.
struct Consumer {
    span: Span,
    /// How other resources refer to it: kind, namespace and name.
    id: Option<SmolStr>,
    /// The resource that says how it logs in, where that is another.
    login: Option<SmolStr>,
    mount: Option<Known>,
    role: Option<Known>,
    namespace: Option<Known>,
    reads: Vec<Known>,
    writes: Vec<Known>,
    /// Where the keys lie that others read through it: mount and version.
    engine: Option<(Known, bool)>,
    /// Names of secrets below the engine of the login.
    keys: Vec<Known>,
}

impl Consumer {
    fn new(span: Span) -> Self {
        Self {
            span,
            id: None,
            login: None,
            mount: None,
            role: None,
            namespace: None,
            reads: Vec::new(),
            writes: Vec::new(),
            engine: None,
            keys: Vec::new(),
        }
    }

    /// The paths that a template fetches: `{{ with secret "PATH" }}` reads, with arguments
    /// it writes.
    fn template(&mut self, node: &Node) {
        let Some(text) = node.as_text() else { return };
        let Some(raw) = text.known() else { return };
        let mut from = 0;
        while let Some(at) = raw.get(from..).and_then(|rest| rest.find("secret \"")).map(|at| at + from) {
            let start = at + "secret \"".len();
            let Some(len) = raw.get(start..).and_then(|rest| rest.find('"')) else { return };
            let end = start + len;
            from = end + 1;
            let whole = raw.get(..at).is_none_or(|before| !before.ends_with(|c: char| c.is_alphanumeric()));
            let Some(path) = raw.get(start..end).filter(|path| whole && !path.contains(['{', '$', '\\'])) else {
                continue;
            };
            let path = path.split('?').next().unwrap_or(path).trim_start_matches('/');
            let place = (path.to_smolstr(), text.span_of(node.span, start, end));
            let arguments = raw.get(end + 1..).unwrap_or("").trim_start().starts_with('"');
            if arguments { self.writes.push(place) } else { self.reads.push(place) }
        }
    }
}

/// Takes the records.
struct Out {
    carrier: Carrier,
    records: Vec<Record>,
}

fn entry(key: &'static str, value: Node) -> Entry {
    Entry { key: Text::atomic(key, value.span), key_span: value.span, value }
}

fn text(key: &'static str, known: &Known) -> Entry {
    entry(key, string(known))
}

fn string((text, span): &Known) -> Node {
    Node::new(*span, Value::String(Text::atomic(text.clone(), *span)))
}

/// Kind, namespace and name of a resource.
fn id(kind: &str, namespace: Option<&str>, name: &str) -> SmolStr {
    format_smolstr!("{kind}/{}/{name}", namespace.unwrap_or_default())
}

/// Namespace and name of a document's own resource.
fn own(document: &Node) -> (Option<&str>, Option<&str>) {
    let field = |key: &str| document.get("metadata").and_then(|meta| meta.get(key)).and_then(Node::as_str);
    (field("namespace"), field("name"))
}

impl Out {
    fn push(&mut self, kind: &'static str, span: Span, fields: Vec<Entry>) {
        self.records.push(Record {
            carrier: self.carrier,
            address: SmolStr::new_static(kind),
            kind: SmolStr::new_static(kind),
            kind_span: span,
            mode: Mode::Managed,
            label: None,
            span,
            body: Node::new(span, Value::Map(fields)),
            condition: None,
            notes: Vec::new(),
        });
    }

    fn consumer(&mut self, consumer: &Consumer) {
        let asks = [&consumer.reads, &consumer.writes, &consumer.keys].iter().any(|list| !list.is_empty());
        if consumer.role.is_none() && !(asks && consumer.login.is_some()) {
            return;
        }
        let mut fields = Vec::new();
        let span = consumer.span;
        for (key, value) in [("mount", &consumer.mount), ("role", &consumer.role), ("namespace", &consumer.namespace)] {
            fields.extend(value.as_ref().map(|known| text(key, known)));
        }
        for (key, value) in [("id", &consumer.id), ("login", &consumer.login)] {
            fields.extend(value.clone().map(|value| text(key, &(value, span))));
        }
        for (key, list) in [("reads", &consumer.reads), ("writes", &consumer.writes), ("keys", &consumer.keys)] {
            if !list.is_empty() {
                fields.push(entry(key, Node::new(span, Value::List(list.iter().map(string).collect()))));
            }
        }
        if let Some((engine, versions)) = &consumer.engine {
            fields.push(text("engine", engine));
            fields.push(entry("versions", Node::new(engine.1, Value::Bool(*versions))));
        }
        self.push("vault_consumer", span, fields);
    }

    /// A connection, under a provider's names.
    fn connection(&mut self, address: Option<&Node>, skip: Option<&Node>) {
        let mut fields = Vec::new();
        fields.extend(address.map(|node| entry("address", node.clone())));
        fields.extend(skip.map(|node| entry("skip_tls_verify", node.clone())));
        if let Some(first) = fields.first() {
            self.push("provider_vault", first.key_span, fields);
        }
    }

    /// External Secrets: how a store logs in, and where it reads.
    fn store(&mut self, document: &Node, spec: &Node) {
        let Some(vault) = spec.get("provider").and_then(|provider| provider.get("vault")) else { return };
        self.connection(vault.get("server"), None);
        let mut consumer = Consumer::new(document.span);
        let kind = document.get("kind").and_then(Node::as_str).unwrap_or_default();
        let (namespace, Some(name)) = own(document) else { return };
        consumer.id = Some(id(kind, namespace.filter(|_| kind == "SecretStore"), name));
        consumer.namespace = vault.get("namespace").and_then(known);
        let Some(auth) = vault.get("auth") else { return };
        if let Some(login) = auth.get("kubernetes") {
            consumer.mount = mount(login.get("mountPath"), "kubernetes", login.span);
            consumer.role = login.get("role").and_then(known);
        } else if let Some(login) = auth.get("jwt") {
            consumer.mount = mount(login.get("path"), "jwt", login.span);
            consumer.role = login.get("role").and_then(known);
        }
        let versions = vault.get("version").and_then(Node::as_str) != Some("v1");
        consumer.engine = vault.get("path").and_then(known).map(|path| (path, versions));
        self.consumer(&consumer);
    }

    /// External Secrets: what is read through a store.
    fn external_secret(&mut self, document: &Node, spec: &Node) {
        let Some(store) = spec.get("secretStoreRef") else { return };
        let Some((name, _)) = store.get("name").and_then(known) else { return };
        let kind = store.get("kind").and_then(Node::as_str).unwrap_or("SecretStore");
        let mut consumer = Consumer::new(document.span);
        consumer.login = Some(id(kind, own(document).0.filter(|_| kind == "SecretStore"), &name));
        for item in spec.each_of("data").iter().filter(|item| item.get("sourceRef").is_none()) {
            consumer.keys.extend(item.get("remoteRef").and_then(|remote| remote.get("key")).and_then(known));
        }
        for item in spec.each_of("dataFrom").iter().filter(|item| item.get("sourceRef").is_none()) {
            let key = item.get("extract").map_or_else(|| item.get("key"), |extract| extract.get("key"));
            consumer.keys.extend(key.and_then(known));
        }
        self.consumer(&consumer);
    }

    /// The Vault Secrets Operator.
    fn operator(&mut self, kind: &str, document: &Node, spec: &Node) {
        let (namespace, Some(name)) = own(document) else { return };
        let mut consumer = Consumer::new(document.span);
        consumer.namespace = spec.get("namespace").and_then(known);
        let at = |key: &str| spec.get(key).and_then(known);
        match kind {
            "VaultConnection" => self.connection(spec.get("address"), spec.get("skipTLSVerify")),
            "VaultAuth" => {
                let method = spec.get("method").and_then(Node::as_str).unwrap_or("kubernetes");
                consumer.id = Some(id(kind, namespace, name));
                consumer.mount = mount(spec.get("mount"), method, document.span);
                consumer.role = spec.get(method).and_then(|login| login.get("role")).and_then(known);
                self.consumer(&consumer);
            }
            "VaultStaticSecret" | "VaultDynamicSecret" | "VaultPKISecret" => {
                let Some((login, _)) = at("vaultAuthRef") else { return };
                consumer.login = Some(match login.split_once('/') {
                    Some((namespace, name)) => id("VaultAuth", Some(namespace), name),
                    None => id("VaultAuth", namespace, &login),
                });
                let Some((mount, _)) = at("mount") else { return };
                let below = |path: Known, door: &str| (format_smolstr!("{mount}/{door}{}", path.0), path.1);
                let method = spec.get("requestHTTPMethod").and_then(Node::as_str);
                match (kind, at("path"), at("role")) {
                    ("VaultStaticSecret", Some(path), _) => {
                        let versions = spec.get("type").and_then(Node::as_str) == Some("kv-v2");
                        consumer.reads.push(below(path, if versions { "data/" } else { "" }));
                    }
                    ("VaultDynamicSecret", Some(path), _) if matches!(method, Some("PUT" | "POST")) => {
                        consumer.writes.push(below(path, ""));
                    }
                    ("VaultDynamicSecret", Some(path), _) if method.is_none_or(|m| m == "GET") => {
                        consumer.reads.push(below(path, ""));
                    }
                    ("VaultPKISecret", _, Some(role)) => consumer.writes.push(below(role, "issue/")),
                    _ => {}
                }
                self.consumer(&consumer);
            }
            _ => {}
        }
    }

    /// A CSI volume.
    fn volume(&mut self, spec: &Node) {
        if spec.get("provider").and_then(Node::as_str) != Some("vault") {
            return;
        }
        let Some(parameters) = spec.get("parameters") else { return };
        self.connection(parameters.get("vaultAddress"), parameters.get("vaultSkipTLSVerify"));
        let mut consumer = Consumer::new(parameters.span);
        let given = parameters.get("vaultKubernetesMountPath").or_else(|| parameters.get("vaultAuthMountPath"));
        consumer.mount = mount(given, "kubernetes", parameters.span);
        consumer.role = parameters.get("roleName").and_then(known);
        consumer.namespace = parameters.get("vaultNamespace").and_then(known);
        // The list is a text in the resource.
        if let Some((objects, node)) = parameters.get("objects").and_then(|node| Some((node.as_text()?, node))) {
            let (lists, _) = yaml::parse(&objects.fragment(node.span));
            for object in lists.iter().flat_map(Node::each) {
                let Some((path, span)) = object.get("secretPath").and_then(known) else { continue };
                let path = (path.trim_start_matches('/').to_smolstr(), span);
                match object.get("method").and_then(Node::as_str) {
                    None | Some("GET") => consumer.reads.push(path),
                    _ => consumer.writes.push(path),
                }
            }
        }
        self.consumer(&consumer);
    }

    /// An issuer of certificates.
    fn issuer(&mut self, spec: &Node) {
        let Some(vault) = spec.get("vault") else { return };
        self.connection(vault.get("server"), None);
        let mut consumer = Consumer::new(vault.span);
        consumer.namespace = vault.get("namespace").and_then(known);
        let Some(login) = vault.get("auth").and_then(|auth| auth.get("kubernetes")) else { return };
        consumer.mount = mount(login.get("mountPath"), "kubernetes", login.span);
        consumer.role = login.get("role").and_then(known);
        consumer.writes.extend(vault.get("path").and_then(known));
        self.consumer(&consumer);
    }

    /// Annotations of pods, wherever in the document they stand.
    fn pods(&mut self, node: &Node, document: &Node, depth: u32) {
        if depth == 0 {
            return;
        }
        let entries = node.as_map().unwrap_or_default();
        if entries.iter().any(|entry| entry.key.raw().starts_with(INJECT)) {
            self.injected(node, entries);
        }
        if entries.iter().any(|entry| entry.key.raw().starts_with(WEBHOOK)) {
            self.mutated(node, document);
        }
        for inner in entries.iter().map(|entry| &entry.value).chain(node.as_list().unwrap_or_default()) {
            self.pods(inner, document, depth - 1);
        }
    }

    /// The agent injector's annotations.
    fn injected(&mut self, annotations: &Node, entries: &[Entry]) {
        let at = |name: &str| entries.iter().find(|entry| entry.key.raw().strip_prefix(INJECT) == Some(name));
        let value = |name: &str| at(name).map(|entry| &entry.value);
        self.connection(value("service"), value("tls-skip-verify"));
        if value("auth-type").and_then(Node::as_str).is_some_and(|kind| kind != "kubernetes") {
            return;
        }
        let mut consumer = Consumer::new(annotations.span);
        consumer.mount = mount(value("auth-path"), "kubernetes", annotations.span);
        consumer.role = value("role").and_then(known);
        consumer.namespace = value("namespace").and_then(known);
        for entry in entries {
            let Some(name) = entry.key.raw().strip_prefix(INJECT) else { continue };
            if name.starts_with("agent-inject-template-") && !name.starts_with("agent-inject-template-file-") {
                consumer.template(&entry.value);
            } else if let Some(secret) = name.strip_prefix("agent-inject-secret-") {
                let templates = ["agent-inject-template-", "agent-inject-template-file-"];
                let rendered = templates.iter().any(|prefix| at(&format!("{prefix}{secret}")).is_some());
                let path = known(&entry.value).filter(|_| !rendered);
                consumer.reads.extend(path.map(|(path, span)| (path.trim_start_matches('/').to_smolstr(), span)));
            }
        }
        self.consumer(&consumer);
    }

    /// bank-vaults' webhook, which fills variables that begin with `vault:`.
    fn mutated(&mut self, annotations: &Node, document: &Node) {
        let value = |name: &str| annotations.get(&format!("{WEBHOOK}{name}"));
        self.connection(value("vault-addr"), value("vault-skip-verify"));
        if value("vault-auth-method").and_then(Node::as_str).is_some_and(|method| method != "kubernetes") {
            return;
        }
        let mut consumer = Consumer::new(annotations.span);
        consumer.mount = mount(value("vault-path"), "kubernetes", annotations.span);
        consumer.role = value("vault-role").and_then(known);
        consumer.namespace = value("vault-namespace").and_then(known);
        if consumer.role.is_some() {
            variables(document, NESTING, &mut consumer.reads);
        }
        self.consumer(&consumer);
    }
}

/// What the annotations of the agent injector and of bank-vaults' webhook begin with.
const INJECT: &str = "vault.hashicorp.com/";
const WEBHOOK: &str = "vault.security.banzaicloud.io/";

/// `vault:secret/data/app#PASSWORD`
fn variables(node: &Node, depth: u32, into: &mut Vec<Known>) {
    if depth == 0 {
        return;
    }
    if let Some((text, span)) = known(node)
        && let Some((path, _)) = text.strip_prefix("vault:").and_then(|rest| rest.split_once('#'))
    {
        into.push((path.trim_start_matches('/').to_smolstr(), span));
    }
    for inner in node.as_map().unwrap_or_default() {
        variables(&inner.value, depth - 1, into);
    }
    for inner in node.as_list().unwrap_or_default() {
        variables(inner, depth - 1, into);
    }
}
