//! What `pulumi stack export` and `pulumi preview --json` print → resource records.
//!
//! Both list resources with their inputs in the schema's camelCase. A value that is not
//! known yet is a fixed text, a secret a fixed text or an object with a fixed member
//! (spec: input-formats). A secret's value is never kept, even where it is in the clear.

use smol_str::SmolStr;

use super::declaration::Carrier;
use super::pulumi_names::{Class, Package, class_of_token, path_of_token, snake_case};
use super::record::{Mode, Record};
use crate::source::{Span, Unknown};
use crate::syntax::{Entry, Node, Text, Value};

/// Stands for a value that only the update will tell.
const UNKNOWN: &str = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
/// Member of an object that says what special value the object is.
const SIGNATURE: &str = "4dabf18193072939515e22adb298388d";
/// The signature of a secret.
const SECRET: &str = "1b47061264138c4ac30d75fd1eb44270";
/// Nesting below which values are not looked at.
const DEPTH: usize = 64;

/// The records of a stack export.
#[must_use]
pub fn state(document: &Node) -> Vec<Record> {
    let resources = document.get("deployment").and_then(|d| d.get("resources")).and_then(Node::as_list);
    let live = |node: &&Node| !matches!(node.get("delete").map(|d| &d.value), Some(Value::Bool(true)));
    resources.unwrap_or(&[]).iter().filter(live).filter_map(record).collect()
}

/// The records of a preview: what there will be once it is applied.
#[must_use]
pub fn preview(document: &Node) -> Vec<Record> {
    let steps = document.get("steps").and_then(Node::as_list).unwrap_or(&[]);
    let mut records: Vec<Record> = Vec::new();
    for step in steps {
        let operation = step.get("op").and_then(Node::as_str).unwrap_or("");
        // A replacement is shown as several steps; the one that creates counts.
        if operation.starts_with("delete") || matches!(operation, "discard" | "remove-pending-replace" | "replace") {
            continue;
        }
        let Some(made) = step.get("newState").and_then(record) else { continue };
        if records.iter().all(|known| known.address != made.address) {
            records.push(made);
        }
    }
    records
}

/// The JSON of a preview: old versions of the command print lines of text before it.
#[must_use]
pub fn json_start(text: &str) -> usize {
    if text.trim_start().starts_with('{') {
        return 0;
    }
    text.find("\n{").map_or(0, |at| at + 1)
}

fn record(node: &Node) -> Option<Record> {
    let kind_node = node.get("type")?;
    let token = kind_node.as_str()?;
    let urn = node.get("urn")?;
    let address = SmolStr::new(urn.as_str()?);
    let class = class_of_token(token).map(|(_, class)| class);
    let kind = kind(token, class.as_ref())?;
    let mut entries = Vec::new();
    for (source, all) in [("inputs", true), ("outputs", false)] {
        let Some(members) = node.get(source).and_then(Node::as_map) else { continue };
        for entry in members {
            let Some(key) = entry.key.known().filter(|key| !key.starts_with("__")) else { continue };
            let name = name(key, class.as_ref());
            let known = entries.iter().any(|e: &Entry| e.key.known() == Some(name.as_str()));
            // Outputs repeat the inputs; only what names the resource is added from them.
            let naming = matches!(name.as_str(), "arn" | "name")
                || kind.starts_with("aws_organizations_") && matches!(name.as_str(), "id" | "master_account_id");
            if known || !(all || naming) {
                continue;
            }
            let reference = SmolStr::from(format!("{address}.{name}"));
            let value = value(&entry.value, &reference, !USER_KEYS.contains(&name.as_str()), DEPTH);
            entries.push(Entry { key: Text::atomic(name, entry.key_span), key_span: entry.key_span, value });
        }
    }
    let span = node.get("inputs").map_or(node.span, |inputs| inputs.span);
    Some(Record {
        carrier: Carrier::PulumiState,
        kind,
        kind_span: kind_node.span,
        mode: Mode::Managed,
        label: label(urn),
        span: node.span,
        body: Node::new(span, Value::Map(entries)),
        condition: None,
        notes: Vec::new(),
        address,
    })
}

/// Terraform's name for a type token of a package that is read.
pub(super) fn kind(token: &str, class: Option<&Class>) -> Option<SmolStr> {
    if let Some(provider) = token.strip_prefix("pulumi:providers:") {
        let read = [Package::Vault, Package::Aws].iter().any(|package| package.token() == provider);
        return read.then(|| SmolStr::from(format!("provider_{provider}")));
    }
    match class {
        Some(class) => Some(SmolStr::new(class.kind)),
        None => path_of_token(token).map(|_| SmolStr::new(token)),
    }
}

/// Terraform's name for a property of the schema.
pub(super) fn name(key: &str, class: Option<&Class>) -> SmolStr {
    let python = snake_case(key);
    class.and_then(|class| class.terraform_name(&python)).map_or(python, SmolStr::new)
}

/// Properties whose members are named by the user, not by the schema.
pub(super) const USER_KEYS: &[&str] = &[
    "alias_metadata",
    "bound_claims",
    "claim_mappings",
    "custom_metadata",
    "data",
    "metadata",
    "options",
    "policy",
    "tags",
    "tags_all",
];

/// A value with what is unknown and secret in it told apart.
fn value(node: &Node, reference: &SmolStr, schema: bool, depth: usize) -> Node {
    let made = match &node.value {
        _ if depth == 0 => unknown(reference, node.span),
        Value::String(text) if text.known() == Some(UNKNOWN) => unknown(reference, node.span),
        Value::String(text) if text.known() == Some("[secret]") => Value::Secret,
        Value::Map(entries) => match node.get(SIGNATURE).and_then(Node::as_str) {
            Some(SECRET) => Value::Secret,
            // Assets and archives: files, whose content is not in the document.
            Some(_) => unknown(reference, node.span),
            None => {
                // The members of a policy document are AWS's own.
                let schema = schema && node.get("Statement").is_none();
                let member = |entry: &Entry| {
                    let key = match entry.key.known() {
                        Some(key) if schema => Text::atomic(snake_case(key), entry.key_span),
                        _ => entry.key.clone(),
                    };
                    Entry { key, key_span: entry.key_span, value: value(&entry.value, reference, schema, depth - 1) }
                };
                let visible = |entry: &&Entry| !entry.key.raw().starts_with("__");
                Value::Map(entries.iter().filter(visible).map(member).collect())
            }
        },
        Value::List(items) => Value::List(items.iter().map(|i| value(i, reference, schema, depth - 1)).collect()),
        other => other.clone(),
    };
    Node::new(node.span, made)
}

fn unknown(reference: &SmolStr, span: Span) -> Value {
    Value::Unknown(Unknown::new(vec![reference.clone()], span))
}

/// The name at the end of a URN, with its place.
fn label(urn: &Node) -> Option<(Text, Span)> {
    let text = urn.as_text()?;
    let raw = text.known()?;
    let at = raw.rfind("::")? + 2;
    let span = text.span_of(urn.span, at, raw.len());
    Some((Text::atomic(raw.get(at..)?, span), span))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Fragment, SourceId};
    use crate::syntax::json;

    fn parse(text: &str) -> Node {
        json::parse(&Fragment::plain(SourceId(0), 0, text)).0.unwrap()
    }

    #[test]
    fn reads_a_stack_export() {
        let text = r#"{"version":3,"deployment":{"resources":[
          {"urn":"urn:pulumi:dev::app::pulumi:pulumi:Stack::app-dev","type":"pulumi:pulumi:Stack"},
          {"urn":"urn:pulumi:dev::app::pulumi:providers:vault::default","type":"pulumi:providers:vault",
           "inputs":{"address":"https://v.example","token":{"4dabf18193072939515e22adb298388d":"1b47061264138c4ac30d75fd1eb44270","plaintext":"\"t\""}}},
          {"urn":"urn:pulumi:dev::app::vault:jwt/authBackendRole:AuthBackendRole::ci","type":"vault:jwt/authBackendRole:AuthBackendRole",
           "inputs":{"__defaults":[],"roleName":"ci","tokenPolicies":["a"],"boundClaims":{"projectId":"1"}},"outputs":{"roleName":"ci","name":"n"}},
          {"urn":"urn:pulumi:dev::app::aws:iam/openIdConnectProvider:OpenIdConnectProvider::o","type":"aws:iam/openIdConnectProvider:OpenIdConnectProvider",
           "inputs":{"clientIdLists":["sts"],"url":"04da6b54-80e4-46f7-96ec-b56ff0331ba9"},"outputs":{"arn":"arn:x"}},
          {"urn":"urn:pulumi:dev::app::aws:iam/role:Role::gone","type":"aws:iam/role:Role","delete":true,"inputs":{}}
        ]}}"#;
        let records = state(&parse(text));
        let kinds: Vec<&str> = records.iter().map(|r| r.kind.as_str()).collect();
        assert_eq!(kinds, ["provider_vault", "vault_jwt_auth_backend_role", "aws_iam_openid_connect_provider"]);
        let [provider, role, issuer] = records.as_slice() else { unreachable!() };
        assert_eq!(provider.body.get("token").map(|t| &t.value), Some(&Value::Secret));
        assert_eq!(role.body.get("role_name").and_then(Node::as_str), Some("ci"));
        let claims = role.body.get("bound_claims").and_then(|c| c.get("projectId"));
        assert_eq!(claims.and_then(Node::as_str), Some("1"));
        assert_eq!(role.label.as_ref().and_then(|(text, _)| text.known()), Some("ci"));
        assert!(role.body.get("__defaults").is_none());
        assert!(matches!(issuer.body.get("url").map(|u| &u.value), Some(Value::Unknown(_))));
        assert!(issuer.body.get("client_id_list").is_some());
        assert_eq!(issuer.body.get("arn").and_then(Node::as_str), Some("arn:x"));
    }

    #[test]
    fn reads_what_a_preview_will_leave() {
        let text = r#"{"steps":[
          {"op":"delete-replaced","urn":"u","newState":{"urn":"urn:a::b::c::old","type":"vault:index/policy:Policy","inputs":{}}},
          {"op":"create-replacement","newState":{"urn":"urn:a::b::c::p","type":"vault:index/policy:Policy","inputs":{"name":"p","policy":"[secret]"}}},
          {"op":"replace","newState":{"urn":"urn:a::b::c::p","type":"vault:index/policy:Policy","inputs":{"name":"p"}}},
          {"op":"same","newState":{"urn":"urn:a::b::c::q","type":"vault:index/policy:Policy","inputs":{"name":"q"}}},
          {"op":"delete","oldState":{"urn":"urn:a::b::c::r","type":"vault:index/policy:Policy","inputs":{}}}
        ]}"#;
        let records = preview(&parse(text));
        let names: Vec<_> = records.iter().map(|r| r.body.get("name").and_then(Node::as_str)).collect();
        assert_eq!(names, [Some("p"), Some("q")]);
        assert_eq!(records.first().and_then(|r| r.body.get("policy")).map(|p| &p.value), Some(&Value::Secret));
        assert_eq!(json_start("Previewing update:\n{\"steps\":[]}"), 19);
    }
}
