//! Configuration of Vault's own programs: servers (OpenBao's too), agents and proxies, as
//! HCL, as JSON, or as an object in other YAML (spec: vault-roles, section 3.6).
//!
//! Each section becomes a record of its own: listeners, storage and seals may stand several
//! times, and what is wrong with one is said about that one. What a server sets up when it
//! starts for the first time (`initialize`) is a write to its API like any other.

use smol_str::{SmolStr, format_smolstr};

use super::declaration::{Carrier, Named};
use super::recognise::{Service, program};
use super::record::{Mode, Record};
use super::{Carried, ReadOptions, consumer};
use crate::diagnostic::Diagnostic;
use crate::source::{Fragment, Span, Unknown};
use crate::syntax::{Entry, Node, Text, Value, hcl1, json};

/// Where the kinds of listener, storage and seal come from that only Vault has.
const LISTENERS: &[&str] = &["tcp", "unix"];
const STORAGE: &[&str] = &[
    "aerospike",
    "alicloudoss",
    "azure",
    "cassandra",
    "cockroachdb",
    "consul",
    "couchdb",
    "dynamodb",
    "etcd",
    "file",
    "foundationdb",
    "gcs",
    "inmem",
    "inmem_ha",
    "manta",
    "mssql",
    "mysql",
    "oci",
    "postgresql",
    "raft",
    "s3",
    "spanner",
    "swift",
    "zookeeper",
];

/// What a text declares that [`recognise`](super::recognise()) takes for a configuration.
#[must_use]
pub fn read(text: &Fragment<'_>, carrier: Carrier, options: &ReadOptions) -> Carried {
    let Some(service) = program::service(&text.text) else { return Carried::default() };
    let parsed = if text.text.trim_start().starts_with('{') {
        let (node, diagnostics) = json::parse(text);
        node.ok_or_else(|| diagnostics.first().and_then(|d| d.span).unwrap_or_else(|| text.span(0, 0)))
    } else {
        hcl1::parse(text, hcl1::Options::default()).map(|document| document.root.to_node()).map_err(|error| error.span)
    };
    match parsed {
        Ok(node) => of_node(&node, service, carrier, options),
        // A template that a deployment tool fills in is no configuration yet.
        Err(_) if ["{{", "{%", "<%", "${", "%{"].iter().any(|mark| text.text.contains(mark)) => Carried::default(),
        Err(_) if !text.holes_in(0, text.text.len()).is_empty() => Carried::default(),
        Err(span) => {
            let message = "the configuration does not parse, and the server would not start with it";
            let diagnostic = Diagnostic::error("syntax/vault-config", message, span).as_warning();
            Carried { diagnostics: vec![diagnostic], ..Carried::default() }
        }
    }
}

/// What a configuration declares that is read already.
#[must_use]
pub fn of_node(config: &Node, service: Service, carrier: Carrier, options: &ReadOptions) -> Carried {
    let mut out = Records { carrier, records: Vec::new() };
    match service {
        Service::Server if is_server(config) => out.server(config),
        Service::Server => {}
        Service::Agent => out.agent(config),
    }
    super::of_records(out.records, options)
}

/// Whether listeners or storage are of kinds that Vault has.
fn is_server(config: &Node) -> bool {
    let of = |names: &[&str], kinds: &[&str]| {
        sections(config, names).iter().any(|section| section.kind().is_some_and(|kind| kinds.contains(&kind)))
    };
    of(&["listener"], LISTENERS)
        || of(&["storage", "backend", "ha_storage", "ha_backend"], STORAGE)
        || !sections(config, &["initialize"]).is_empty()
}

/// One block, with what stands behind its name.
struct Section<'n> {
    label: Option<Named>,
    body: &'n Node,
}

impl Section<'_> {
    fn kind(&self) -> Option<&str> {
        self.label.as_ref().and_then(|(label, _)| label.known())
    }
}

/// The blocks of these names. `listener "tcp" { … }` is a map with one member `tcp`, and so
/// is what JSON and YAML write; `listener { type = "tcp" … }` says it inside.
fn sections<'n>(config: &'n Node, names: &[&str]) -> Vec<Section<'n>> {
    let mut found = Vec::new();
    let blocks = config.as_map().unwrap_or_default().iter().filter(|entry| names.contains(&entry.key.raw()));
    for block in blocks.flat_map(|entry| entry.value.each()) {
        let Some(entries) = block.as_map() else { continue };
        let nested = |entry: &Entry| entry.value.each().iter().all(|item| item.as_map().is_some());
        if block.get("type").is_none() && !entries.is_empty() && entries.iter().all(nested) {
            for entry in entries {
                let label = Some((entry.key.clone(), entry.key_span));
                found.extend(entry.value.each().iter().map(|body| Section { label: label.clone(), body }));
            }
        } else {
            let label = block.get("type").and_then(|node| Some((node.as_text()?.clone(), node.span)));
            found.push(Section { label, body: block });
        }
    }
    found
}

/// Takes the records of one configuration.
struct Records {
    carrier: Carrier,
    records: Vec<Record>,
}

impl Records {
    fn push(&mut self, kind: &'static str, label: Option<Named>, body: Node) {
        let span = body.span;
        let kind_span = label.as_ref().map_or(span, |(_, span)| *span);
        let shown = label.as_ref().map(|(text, _)| text.display());
        let address = match shown {
            Some(shown) => format_smolstr!("{kind}.{shown}"),
            None => SmolStr::new_static(kind),
        };
        self.records.push(Record {
            carrier: self.carrier,
            address,
            kind: SmolStr::new_static(kind),
            kind_span,
            mode: Mode::Managed,
            label,
            span,
            body,
            condition: None,
            notes: Vec::new(),
        });
    }

    /// A section under its kind, which its body says as `type`.
    fn section(&mut self, kind: &'static str, section: Section<'_>) {
        let mut body = section.body.clone();
        if let Some(label) = &section.label {
            add(&mut body, "type", label);
        }
        self.push(kind, section.label, body);
    }

    fn server(&mut self, config: &Node) {
        self.push("vault_server_config", None, config.clone());
        let kinds: &[(&[&str], &'static str)] = &[
            (&["listener"], "vault_server_listener"),
            (&["storage", "backend", "ha_storage", "ha_backend"], "vault_server_storage"),
            (&["seal", "hsm"], "vault_server_seal"),
        ];
        for (names, kind) in kinds {
            for section in sections(config, names) {
                self.section(kind, section);
            }
        }
        for device in sections(config, &["audit"]) {
            self.device(&device);
        }
        for stage in sections(config, &["initialize"]) {
            for request in sections(stage.body, &["request"]) {
                self.request(&request);
            }
        }
    }

    /// `audit "file" "to-stdout" { … }`, which OpenBao has in its configuration.
    fn device(&mut self, device: &Section<'_>) {
        let Some(kind) = &device.label else { return };
        for entry in device.body.as_map().unwrap_or_default() {
            for body in entry.value.each().iter().filter(|body| body.as_map().is_some()) {
                let mut body = body.clone();
                let path = (entry.key.clone(), entry.key_span);
                add(&mut body, "type", kind);
                add(&mut body, "path", &path);
                self.push("vault_audit", Some(path), body);
            }
        }
    }

    /// A request that a server makes to itself when it is new.
    fn request(&mut self, request: &Section<'_>) {
        let writes = ["create", "update", "patch"];
        let operation = request.body.get("operation").and_then(Node::as_str);
        let (Some(path), Some(data)) = (request.body.get("path"), request.body.get("data")) else { return };
        if !operation.is_some_and(|operation| writes.contains(&operation)) {
            return;
        }
        let field = |key: &'static str, value: &Node| Entry {
            key: Text::atomic(key, value.span),
            key_span: value.span,
            value: value.clone(),
        };
        let fields = vec![field("path", path), field("data_json", &evaluated(data, NESTING))];
        let body = Node::new(request.body.span, Value::Map(fields));
        self.push("vault_generic_endpoint", request.label.clone(), body);
    }

    fn agent(&mut self, config: &Node) {
        self.push("vault_agent_config", None, config.clone());
        for section in sections(config, &["listener"]) {
            self.section("vault_agent_listener", section);
        }
        for login in config.each_of("auto_auth") {
            for section in sections(login, &["method", "methods"]) {
                self.section("vault_agent_method", section);
            }
            for section in sections(login, &["sink", "sinks"]) {
                self.section("vault_agent_sink", section);
            }
        }
        for vault in config.each_of("vault") {
            let mut body = vault.clone();
            if let Value::Map(entries) = &mut body.value {
                // What a provider calls otherwise.
                for entry in entries.iter_mut().filter(|entry| entry.key.raw() == "tls_skip_verify") {
                    entry.key = Text::atomic("skip_tls_verify", entry.key_span);
                }
                self.push("provider_vault", None, body);
            }
        }
        self.records.extend(consumer::of_agent(config, self.carrier));
    }
}

/// How deep values are sought in a request.
const NESTING: u32 = 16;

/// A request's data, in which `{ eval_type = … }` stands for what the server takes from its
/// environment, a file or another answer.
fn evaluated(node: &Node, depth: u32) -> Node {
    let value = match &node.value {
        Value::Map(_) if node.get("eval_type").is_some() || depth == 0 => {
            let what = node.get("eval_source").or_else(|| node.get("eval_type")).and_then(Node::as_str);
            Value::Unknown(Unknown::new(what.into_iter().map(SmolStr::new).collect(), node.span))
        }
        Value::Map(entries) => {
            let inner =
                entries.iter().map(|entry| Entry { value: evaluated(&entry.value, depth - 1), ..entry.clone() });
            Value::Map(inner.collect())
        }
        Value::List(items) if depth > 0 => Value::List(items.iter().map(|item| evaluated(item, depth - 1)).collect()),
        _ => return node.clone(),
    };
    Node::new(node.span, value)
}

/// Adds a field that is not there.
fn add(body: &mut Node, key: &'static str, (text, span): &Named) {
    let there = body.get(key).is_some();
    if let Value::Map(entries) = &mut body.value
        && !there
    {
        let value = Node::new(*span, Value::String(text.clone()));
        entries.push(Entry { key: Text::atomic(key, *span), key_span: *span, value });
    }
}

/// A text inside another document, where it is a configuration.
#[must_use]
pub fn embedded(text: &Text, span: Span, carrier: Carrier, options: &ReadOptions) -> Option<Carried> {
    program::service(text.raw())?;
    Some(read(&text.fragment(span), carrier, options))
}
