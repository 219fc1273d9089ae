//! One Vault request line → one answer.
//!
//! Three shapes: policies with a request; a policy text alone, which asks whether a
//! server takes it; a path alone, which asks whether it needs `sudo`.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Map, Value, json};
use smol_str::SmolStr;

use super::members::{Shape, meant};
use crate::decision::Decision;
use crate::source::{Fragment, SourceId};
use crate::vault::acl::{Acl, Answer, Granted, Request, Settings, StanzaRef};
use crate::vault::capability::Capability;
use crate::vault::dialect::Dialect;
use crate::vault::identity::{Alias, Entity, Group, Identity, Metadata};
use crate::vault::operation::Operation;
use crate::vault::policy::{self, Policy, SECOND, parse_duration};
use crate::vault::{builtin, sudo};

type Object = Map<String, Value>;

/// A line that asks for a decision.
const LINE: Shape = Shape {
    name: "",
    known: &["id", "request", "policies", "entity", "groups", "namespace", "policy_namespaces", "dialect", "now"],
};
const REQUEST: Shape = Shape { name: "request", known: &["path", "operation", "capability", "parameters", "wrap_ttl"] };
/// A line about a policy text, and one about a path.
const TEXT: Shape = Shape { name: "", known: &["id", "policy", "text", "dialect", "now"] };
const PATH: Shape = Shape { name: "", known: &["id", "path", "dialect"] };
const ENTITY: Shape = Shape { name: "entity", known: &["ID", "Name", "Metadata", "Aliases"] };
const ALIAS: Shape = Shape { name: "Aliases", known: &["ID", "Name", "MountAccessor", "Metadata", "CustomMetadata"] };
const GROUP: Shape = Shape { name: "groups", known: &["ID", "Name", "NamespaceID", "Metadata"] };

/// Whether a line asks about Vault.
#[must_use]
pub fn recognises(line: &Object) -> bool {
    match line.get("request") {
        Some(Value::Object(request)) => {
            request.contains_key("path") && ["operation", "capability"].iter().any(|key| request.contains_key(*key))
        }
        Some(_) => false,
        None => ["policy", "text", "path"].iter().any(|key| line.contains_key(*key)) && !line.contains_key("kind"),
    }
}

/// What is misspelt in a line that asks for a decision.
#[must_use]
pub fn misspelt(line: &Object) -> Option<String> {
    let request = line.get("request").and_then(Value::as_object);
    LINE.check(line).err().or_else(|| {
        let request = request?;
        let stray = || REQUEST.misplaced(request, &LINE, line).err();
        REQUEST.check(request).err().or_else(|| LINE.misplaced(line, &REQUEST, request).err()).or_else(stray)
    })
}

/// Answers a line. What cannot be answered gets `error` and nothing else but its `id`.
#[must_use]
pub fn answer(line: &Object) -> Object {
    let mut out = Object::new();
    if let Some(id) = line.get("id") {
        out.insert("id".to_owned(), id.clone());
    }
    match try_answer(line) {
        Ok(answer) => out.extend(answer),
        Err(message) => {
            out.insert("error".to_owned(), Value::from(message));
        }
    }
    out
}

fn try_answer(line: &Object) -> Result<Object, String> {
    let dialect = match line.get("dialect") {
        None => Dialect::default(),
        Some(Value::String(name)) => {
            name.parse().map_err(|error: crate::vault::dialect::UnknownDialect| error.to_string())?
        }
        Some(_) => return Err("`dialect` must be a string".to_owned()),
    };
    if let Some(request) = line.get("request") {
        let Value::Object(request) = request else { return Err("`request` must be an object".to_owned()) };
        misspelt(line).map_or(Ok(()), Err)?;
        return decide(line, request, dialect);
    }
    if let Some(text) = line.get("policy").or_else(|| line.get("text")) {
        TEXT.check(line)?;
        let Value::String(text) = text else { return Err("a policy text must be a string".to_owned()) };
        return Ok(accept(text, dialect, now(line)?));
    }
    let path = string(line, "path")?.ok_or("the line asks nothing: it has no `request`, `policy` or `path`")?;
    PATH.check(line)?;
    let path = path.trim_start_matches('/');
    Ok(object([
        ("root_protected", Value::from(sudo::root_protected(path, dialect))),
        ("needs_no_token", Value::from(sudo::needs_no_token(path, dialect))),
    ]))
}

fn object<const N: usize>(members: [(&str, Value); N]) -> Object {
    members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

fn string<'a>(object: &'a Object, key: &str) -> Result<Option<&'a str>, String> {
    match object.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(format!("`{key}` must be a string")),
    }
}

/// Whether that server takes a policy text.
fn accept(text: &str, dialect: Dialect, now: i64) -> Object {
    let refused = |message: String| object([("accepted", Value::from(false)), ("parse_error", Value::from(message))]);
    match read(text, 0, dialect, now) {
        Ok(policy) => {
            let paths: Vec<&str> = policy.stanzas.iter().map(|stanza| stanza.path.raw()).collect();
            object([("accepted", Value::from(true)), ("paths", Value::from(paths))])
        }
        Err(message) => refused(message),
    }
}

/// The policy, or what the server says when it refuses it.
fn read(text: &str, index: usize, dialect: Dialect, now: i64) -> Result<Policy, String> {
    let source = SourceId(u32::try_from(index).unwrap_or(u32::MAX));
    let policy = policy::parse(&Fragment::plain(source, 0, text), dialect)
        .map_err(|error| format!("failed to parse policy: {}", error.message))?;
    match policy.refusal(Some(now)) {
        Some(refusal) => Err(refusal.to_owned()),
        None => Ok(policy),
    }
}

struct Named<'a> {
    name: &'a str,
    text: &'a str,
    policy: Policy,
    namespace: String,
}

fn decide(line: &Object, request: &Object, dialect: Dialect) -> Result<Object, String> {
    let now = now(line)?;
    let policies = policies(line, dialect, now)?;
    let settings = Settings { dialect, identity: identity(line)?, now: Some(now) };
    let granted: Vec<Granted<'_>> =
        policies.iter().map(|named| Granted::new(named.name, &named.policy).in_namespace(&named.namespace)).collect();
    let acl = Acl::new(&granted, &settings);
    let namespace = namespace(line.get("namespace"))?;
    let path = string(request, "path")?.ok_or("`request` has no `path`")?;
    let parameters = match request.get("parameters") {
        None | Some(Value::Null) => None,
        Some(Value::Object(parameters)) => Some(parameters),
        Some(_) => return Err("`parameters` must be an object".to_owned()),
    };
    let request = Request {
        namespace: &namespace,
        parameters,
        wrap_ttl: wrap_ttl(request)?,
        ..Request::new(operation(request)?, path)
    };
    Ok(render(&acl.answer(&request), &policies))
}

fn operation(request: &Object) -> Result<Operation, String> {
    let unknown = |name: &str| format!("unknown operation `{name}`: use a capability such as `read`, or `help`");
    if let Some(name) = string(request, "operation")? {
        return Operation::from_name(name).ok_or_else(|| unknown(name));
    }
    let name = string(request, "capability")?.ok_or("`request` has no `operation`")?;
    Capability::from_name(name).and_then(Operation::of_capability).ok_or_else(|| unknown(name))
}

/// The policies in order of name, as JSON objects have no order. A name without a text
/// stands for the built-in policy of that name.
fn policies(line: &Object, dialect: Dialect, now: i64) -> Result<Vec<Named<'_>>, String> {
    let Some(Value::Object(policies)) = line.get("policies") else {
        return Err("`policies` must be an object of policy texts by name".to_owned());
    };
    let spaces = line.get("policy_namespaces").and_then(Value::as_object);
    for name in spaces.into_iter().flat_map(Object::keys).filter(|name| !policies.contains_key(*name)) {
        if let Some(meant) = meant(name, policies.keys().map(String::as_str)) {
            return Err(format!("`policy_namespaces` names no policy `{name}`; did you mean `{meant}`?"));
        }
    }
    let mut out = Vec::with_capacity(policies.len());
    for (index, (name, text)) in policies.iter().enumerate() {
        let text = text.as_str().ok_or_else(|| format!("the text of policy `{name}` must be a string"))?;
        let policy = if name == builtin::ROOT {
            Policy::default()
        } else {
            read(text, index, dialect, now).map_err(|error| format!("the server refuses policy `{name}`: {error}"))?
        };
        let namespace = namespace(spaces.and_then(|spaces| spaces.get(name)))?;
        out.push(Named { name, text, policy, namespace });
    }
    Ok(out)
}

/// A namespace path with its final slash; empty for the root namespace.
fn namespace(value: Option<&Value>) -> Result<String, String> {
    let Some(value) = value.filter(|value| !value.is_null()) else { return Ok(String::new()) };
    let text = value.as_str().ok_or("a namespace must be a string")?.trim_matches('/');
    Ok(if text.is_empty() || text == "root" { String::new() } else { format!("{text}/") })
}

fn now(line: &Object) -> Result<i64, String> {
    if let Some(now) = line.get("now") {
        return now.as_i64().ok_or_else(|| "`now` must be a whole number of seconds since 1970".to_owned());
    }
    let since = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    Ok(i64::try_from(since).unwrap_or(i64::MAX))
}

/// Seconds, or a duration such as `5m`, in nanoseconds.
fn wrap_ttl(request: &Object) -> Result<Option<i64>, String> {
    let wrong = || "`wrap_ttl` must be seconds or a duration such as `5m`, and not negative".to_owned();
    let ttl = match request.get("wrap_ttl") {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Number(number)) => {
            let seconds = number.as_i64().ok_or_else(wrong)?;
            seconds.checked_mul(SECOND).ok_or_else(wrong)?
        }
        Some(Value::String(text)) => parse_duration(text).map_err(|_| wrong())?,
        Some(_) => return Err(wrong()),
    };
    if ttl < 0 { Err(wrong()) } else { Ok(Some(ttl)) }
}

/// The token's entity; a line without one is about a token without one.
fn identity(line: &Object) -> Result<Identity, String> {
    let groups = match line.get("groups") {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(groups)) => groups.iter().map(group).collect::<Result<_, _>>()?,
        Some(_) => return Err("`groups` must be a list".to_owned()),
    };
    match line.get("entity") {
        None | Some(Value::Null) => Ok(Identity::None),
        Some(Value::Object(entity)) => {
            ENTITY.check(entity)?;
            let aliases = match entity.get("Aliases") {
                None | Some(Value::Null) => Vec::new(),
                Some(Value::Array(aliases)) => aliases.iter().map(alias).collect::<Result<_, _>>()?,
                Some(_) => return Err("`Aliases` must be a list".to_owned()),
            };
            let entity = Entity {
                id: Some(text(entity, "ID")?),
                name: Some(text(entity, "Name")?),
                metadata: metadata(entity, "Metadata")?,
                aliases,
                aliases_complete: true,
            };
            Ok(Identity::Known { entity, groups, groups_complete: true })
        }
        Some(_) => Err("`entity` must be an object".to_owned()),
    }
}

fn text(object: &Object, key: &str) -> Result<SmolStr, String> {
    Ok(string(object, key)?.unwrap_or("").into())
}

fn metadata(object: &Object, key: &str) -> Result<Metadata, String> {
    let values = match object.get(key) {
        None | Some(Value::Null) => return Ok(Metadata::complete(std::collections::BTreeMap::new())),
        Some(Value::Object(values)) => values,
        Some(_) => return Err(format!("`{key}` must be an object of strings")),
    };
    let pair = |(name, value): (&String, &Value)| {
        let value = value.as_str().ok_or_else(|| format!("`{key}` must be an object of strings"))?;
        Ok((SmolStr::from(name.as_str()), SmolStr::from(value)))
    };
    values.iter().map(pair).collect::<Result<_, String>>().map(Metadata::complete)
}

fn alias(value: &Value) -> Result<Alias, String> {
    let object = value.as_object().ok_or("an alias must be an object")?;
    ALIAS.check(object)?;
    Ok(Alias {
        id: Some(text(object, "ID")?),
        name: Some(text(object, "Name")?),
        mount_accessor: text(object, "MountAccessor")?,
        metadata: metadata(object, "Metadata")?,
        custom_metadata: metadata(object, "CustomMetadata")?,
    })
}

fn group(value: &Value) -> Result<Group, String> {
    let object = value.as_object().ok_or("a group must be an object")?;
    GROUP.check(object)?;
    Ok(Group {
        id: Some(text(object, "ID")?),
        name: text(object, "Name")?,
        namespace: text(object, "NamespaceID")?,
        metadata: metadata(object, "Metadata")?,
    })
}

fn render(answer: &Answer, policies: &[Named<'_>]) -> Object {
    let mut out = object([
        ("decision", Value::from(answer.decision.name())),
        ("reason", Value::from(answer.reason.as_str())),
        ("sudo", Value::from(answer.sudo)),
        ("capabilities", Value::from(answer.capabilities.clone())),
        ("decided_by", stanzas(&answer.stanzas, policies)),
        ("root_protected", Value::from(answer.root_protected)),
    ]);
    let mut optional = |key: &str, value: Value, wanted: bool| {
        if wanted {
            out.insert(key.to_owned(), value);
        }
    };
    optional("pattern", Value::from(answer.pattern.clone()), answer.pattern.is_some());
    optional("http", Value::from(answer.http), answer.http.is_some());
    optional("needs_no_token", Value::from(true), answer.needs_no_token);
    optional("needs", Value::from(answer.needs.clone()), !answer.needs.is_empty());
    optional("notes", Value::from(answer.notes.clone()), !answer.notes.is_empty());
    let depends: Vec<&str> = answer.depends_on.iter().map(SmolStr::as_str).collect();
    optional("depends_on", Value::from(depends), answer.decision == Decision::Undetermined);
    let near: Vec<Value> = answer
        .near
        .iter()
        .map(
            |near| json!({"pattern": near.pattern, "reason": near.reason, "stanzas": stanzas(&near.stanzas, policies)}),
        )
        .collect();
    optional("near", Value::from(near.clone()), !near.is_empty());
    out
}

/// Stanzas by policy, label and line.
fn stanzas(refs: &[StanzaRef], policies: &[Named<'_>]) -> Value {
    let place = |at: &StanzaRef| {
        let named = policies.get(at.policy)?;
        let stanza = named.policy.stanzas.get(at.stanza)?;
        let before = named.text.get(..at.span.start as usize).unwrap_or("");
        let line = memchr::memchr_iter(b'\n', before.as_bytes()).count() + 1;
        Some(json!({"policy": named.name, "path": stanza.path.raw(), "line": line}))
    };
    refs.iter().filter_map(place).collect()
}
