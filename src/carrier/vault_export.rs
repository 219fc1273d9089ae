//! What the Vault CLI and API print, raw request bodies, and directories that mirror API
//! paths (spec: vault-roles, sections 3.1 and 3.7).
//!
//! Where the file's path mirrors an API path, that says what a body is; else its keys do,
//! and a note says what it was taken for.

use base64::Engine as _;
use smol_str::SmolStr;

use super::Carried;
use super::declaration::{Carrier, Declaration, Item, Named, VaultKind, VaultObject, VaultPolicy};
use super::vault_api::guess;
use super::vault_api::route::{self, Route};
use super::vault_api::target::RouteTarget;
use super::{ReadOptions, declare};
use crate::diagnostic::{Diagnostic, Level};
use crate::source::{Span, SpanMap};
use crate::syntax::{Entry, Node, Text, Value};

/// What a JSON text of a Vault export declares. `name` is the file's display name.
#[must_use]
pub fn read(name: &str, node: &Node, options: &ReadOptions) -> Carried {
    let mut reader = Reader { options, out: Carried::default() };
    let path = route::api_path(name);
    let stem = name.rsplit('/').next().unwrap_or(name);
    let stem = stem.rsplit_once('.').map_or(stem, |(stem, _)| stem);
    match &node.value {
        // A list of bodies, each of its own kind.
        Value::List(items) => {
            for item in items.iter().filter(|item| item.as_map().is_some()) {
                reader.document(None, stem, item);
            }
        }
        _ => reader.document(path.as_deref(), stem, node),
    }
    reader.out
}

struct Reader<'a> {
    options: &'a ReadOptions,
    out: Carried,
}

impl Reader<'_> {
    fn document(&mut self, path: Option<&str>, stem: &str, node: &Node) {
        let body = payload(node);
        // `{"data": {"keys": [...]}}` is a list of names and declares nothing by itself.
        if body.as_map().is_some_and(|entries| entries.iter().all(|e| matches!(e.key.raw(), "keys" | "key_info"))) {
            return;
        }
        let span = node.span;
        if let Some(path) = path
            && let Some(route) = route::route(path, Some(body))
        {
            self.routed(path, &route, body, span);
            return;
        }
        if let Some(target) = mount_table(body) {
            let address = if target == RouteTarget::AuthMounts { "sys/auth" } else { "sys/mounts" };
            self.routed(address, &Route { target, mount: None, name: None }, body, span);
            return;
        }
        let Some(guess) = guess::body(body) else {
            self.out.diagnostics.push(
                Diagnostic::error("vault/unknown-object", "cannot tell what kind of Vault object this is", span)
                    .as_warning()
                    .with_help("put it at a path that mirrors the API, such as `auth/approle/role/ci.json`"),
            );
            return;
        };
        let place = body.entry(guess.key).map_or(span, |entry| entry.key_span);
        self.out.diagnostics.push(Diagnostic {
            code: "vault/guessed-kind",
            level: Level::Note,
            message: format!("read as {}, going by its key `{}`", guess.what, guess.key),
            span: Some(place),
            path: None,
            help: Some("put it at a path that mirrors the API to say what it is".to_owned()),
        });
        let by_stem = matches!(
            &guess.target,
            RouteTarget::Policy
                | RouteTarget::Object(
                    VaultKind::AuthRole(_)
                        | VaultKind::TokenRole
                        | VaultKind::SecretsRole(_)
                        | VaultKind::AuthMapping { .. }
                )
        );
        let name = by_stem.then(|| SmolStr::new(stem));
        self.routed(stem, &Route { target: guess.target, mount: None, name }, body, span);
    }

    fn routed(&mut self, address: &str, route: &Route, body: &Node, span: Span) {
        match &route.target {
            RouteTarget::Policy => self.policy(address, route, body, span),
            RouteTarget::SecretsMounts => self.mounts(address, &VaultKind::SecretsMount, body),
            RouteTarget::AuthMounts => self.mounts(address, &VaultKind::AuthMount, body),
            RouteTarget::Object(kind) => {
                let named = |text: &SmolStr| (Text::atomic(text.clone(), start_of(body)), start_of(body));
                let written = field(body, name_keys(kind));
                let object = VaultObject {
                    kind: kind.clone(),
                    mount: route.mount.as_ref().map(named),
                    name: written.or_else(|| route.name.as_ref().map(named)),
                    namespace: None,
                    body: body.clone(),
                };
                self.push(address, span, Item::VaultObject(object));
            }
        }
    }

    /// One declaration for each entry of a mount table (`"kv/": {type, options …}`).
    fn mounts(&mut self, address: &str, kind: &VaultKind, body: &Node) {
        for Entry { key, key_span, value } in body.as_map().unwrap_or_default() {
            if !key.raw().ends_with('/') || value.get("type").is_none() {
                continue;
            }
            let path = key.raw().trim_end_matches('/');
            let object = VaultObject {
                kind: kind.clone(),
                mount: None,
                name: Some((key.clone(), *key_span)),
                namespace: None,
                body: value.clone(),
            };
            self.push(&format!("{address}/{path}"), key_span.to(value.span), Item::VaultObject(object));
        }
    }

    fn policy(&mut self, address: &str, route: &Route, body: &Node, span: Span) {
        let Some(node) = ["policy", "rules"].iter().find_map(|key| body.get(key)) else {
            self.out.diagnostics.push(Diagnostic::error(
                "vault/policy-text-missing",
                "a policy's body needs the member `policy`",
                span,
            ));
            return;
        };
        let Some(text) = node.as_text() else { return };
        let name = field(body, &["name"])
            .or_else(|| route.name.as_ref().map(|name| (Text::atomic(name.clone(), start_of(body)), start_of(body))));
        let decoded = decoded(text, node.span).map(|text| Node::new(node.span, Value::String(text)));
        let Some((policy, diagnostics)) = declare::vault_policy(decoded.as_ref().unwrap_or(node), self.options) else {
            return;
        };
        self.out.diagnostics.extend(diagnostics);
        self.push(address, span, Item::VaultPolicy(VaultPolicy { name, namespace: None, policy }));
    }

    fn push(&mut self, address: &str, span: Span, item: Item) {
        let carrier = Carrier::VaultExport;
        let declaration = Declaration { carrier, address: address.into(), span, condition: None, item };
        declare::push(&mut self.out, declaration);
    }
}

/// The fields themselves, without the envelope that the CLI and API put around them.
fn payload(node: &Node) -> &Node {
    let envelope = ["request_id", "lease_id", "renewable", "lease_duration", "warnings", "auth", "wrap_info"];
    match node.get("data") {
        Some(data) if data.as_map().is_some() => {
            let enveloped = envelope.iter().any(|key| node.get(key).is_some());
            let alone = node.as_map().is_some_and(|entries| entries.len() == 1);
            if enveloped || alone { data } else { node }
        }
        _ => node,
    }
}

/// Whether a body is the table of all mounts, and of which class.
fn mount_table(body: &Node) -> Option<RouteTarget> {
    let entries = body.as_map()?;
    let mounts: Vec<&Entry> =
        entries.iter().filter(|e| e.key.raw().ends_with('/') && e.value.get("type").is_some()).collect();
    if mounts.is_empty() || mounts.len() * 2 < entries.len() {
        return None;
    }
    // Every server mounts `token/` as an auth method, and `sys/` or `cubbyhole/` as engines.
    let auth = mounts.iter().any(|e| e.value.get("type").and_then(Node::as_str) == Some("token"));
    let methods = ["approle", "jwt", "oidc", "userpass", "github", "okta", "radius", "cert"];
    let all_methods =
        mounts.iter().all(|e| e.value.get("type").and_then(Node::as_str).is_some_and(|t| methods.contains(&t)));
    Some(if auth || all_methods { RouteTarget::AuthMounts } else { RouteTarget::SecretsMounts })
}

/// The members that tell an object's own name, where its kind has one.
fn name_keys(kind: &VaultKind) -> &'static [&'static str] {
    match kind {
        VaultKind::Entity | VaultKind::Group | VaultKind::EntityAlias | VaultKind::GroupAlias => &["name"],
        VaultKind::Token => &["display_name"],
        VaultKind::AuthRole(_) | VaultKind::TokenRole | VaultKind::SecretsRole(_) => &["role_name", "name"],
        _ => &[],
    }
}

fn field(body: &Node, keys: &[&str]) -> Option<Named> {
    let node = keys.iter().filter_map(|key| body.get(key)).find(|node| node.as_str().is_some_and(|s| !s.is_empty()))?;
    Some((node.as_text()?.clone(), node.span))
}

/// The place that stands for what only a file's path says: the body's first byte.
fn start_of(body: &Node) -> Span {
    Span { end: body.span.start, ..body.span }
}

/// The server takes a policy's text in base64 too (spec: vault-acl, a.1).
fn decoded(text: &Text, span: Span) -> Option<Text> {
    let raw = text.known()?.trim();
    if raw.len() < 8 || raw.contains(['{', '"', ' ']) {
        return None;
    }
    let bytes = base64::engine::general_purpose::STANDARD.decode(raw).ok()?;
    let value = String::from_utf8(bytes).ok()?;
    let mut map = SpanMap::empty(span.source);
    map.push(value.len(), span);
    Some(Text::mapped(value, std::sync::Arc::new(map), Vec::new()))
}
