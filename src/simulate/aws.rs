//! Request lines about AWS: one JSON object in, one JSON object out.
//!
//! A line with `request` and `policies` asks for a decision; a line with `text` and
//! `kind` asks whether AWS would take a document. Every member is described where it is
//! read. A line that makes no sense is answered by an object with `error`.

use serde_json::{Map, Value as Json, json};

use super::members::{Shape, meant};
use crate::aws::context::{Context, ContextValue};
use crate::aws::document::{self, PolicyKind, Problem};
use crate::aws::evaluate::{
    Explanation, Layer, Missing, Policies, PreparedPolicy, Reason, Request, StatementRef, Wildcard, explain,
};
use crate::source::{Fragment, SourceId, Span};
use crate::syntax::{Entry, Node, Text, Value, json};

/// A line that asks for a decision.
const LINE: Shape = Shape { name: "", known: &["id", "request", "policies", "context_complete"] };
const REQUEST: Shape = Shape {
    name: "request",
    known: &[
        "principal",
        "action",
        "resource",
        "context",
        "resourceAccount",
        "resource_account",
        "wildcardOnlyAction",
        "wildcard",
        "managementAccount",
        "context_complete",
    ],
};
/// A line that asks whether a document is taken.
const ACCEPTANCE: Shape = Shape { name: "", known: &["id", "text", "kind"] };
const LAYERS: &[&str] = &["identity", "resource", "boundary", "session", "vpce", "endpoint", "scps", "rcps"];

/// Whether a request line is about AWS.
#[must_use]
pub fn recognises(line: &Map<String, Json>) -> bool {
    line.get("request").is_some_and(|request| request.get("action").is_some())
        || (line.contains_key("text") && line.contains_key("kind"))
}

/// What is misspelt in a line that asks for a decision.
#[must_use]
pub fn misspelt(line: &Map<String, Json>) -> Option<String> {
    let request = line.get("request").and_then(Json::as_object);
    LINE.check(line).err().or_else(|| {
        let request = request?;
        REQUEST.check(request).err().or_else(|| LINE.misplaced(line, &REQUEST, request).err())
    })
}

/// Answers a line. The answer has the line's `id`.
#[must_use]
pub fn answer(line: &Map<String, Json>) -> Map<String, Json> {
    let mut out = Map::new();
    if let Some(id) = line.get("id") {
        out.insert("id".to_owned(), id.clone());
    }
    let answered = if line.contains_key("request") { decision(line, &mut out) } else { acceptance(line, &mut out) };
    if let Err(message) = answered {
        out.retain(|key, _| key == "id");
        out.insert("error".to_owned(), message.into());
    }
    out
}

/// Whether AWS takes a document of a kind.
fn acceptance(line: &Map<String, Json>, out: &mut Map<String, Json>) -> Result<(), String> {
    ACCEPTANCE.check(line)?;
    let text = line.get("text").and_then(Json::as_str).ok_or("`text` is a string")?;
    let kind = line.get("kind").and_then(Json::as_str).ok_or("`kind` is a string")?;
    let kind = PolicyKind::from_name(kind).ok_or_else(|| format!("`{kind}` is no kind of policy"))?;
    let (node, diagnostics) = json::parse(&Fragment::plain(SourceId(0), 0, text));
    let mut errors: Vec<Json> = diagnostics
        .iter()
        .map(|d| report("json-syntax", &d.message, d.span.unwrap_or(NOWHERE), d.help.as_deref()))
        .collect();
    let mut warnings = Vec::new();
    if let Some(node) = node {
        let document = document::parse(&node);
        let mut problems: Vec<Problem> =
            document.problems.iter().cloned().chain(document::check(&document, kind)).collect();
        problems.sort_by_key(|problem| problem.span);
        for problem in problems {
            let list = if problem.refused { &mut errors } else { &mut warnings };
            list.push(report(problem.rule, &problem.message, problem.span, problem.help.as_deref()));
        }
    }
    out.insert("accepted".to_owned(), errors.is_empty().into());
    out.insert("errors".to_owned(), errors.into());
    if !warnings.is_empty() {
        out.insert("warnings".to_owned(), warnings.into());
    }
    Ok(())
}

fn report(rule: &str, message: &str, span: Span, help: Option<&str>) -> Json {
    let mut report = json!({"rule": rule, "message": message, "start": span.start, "end": span.end});
    if let (Some(help), Some(map)) = (help, report.as_object_mut()) {
        map.insert("help".to_owned(), help.into());
    }
    report
}

/// Policies given in a line, compiled.
#[derive(Default)]
struct Inline {
    identity: Vec<PreparedPolicy>,
    resource: Vec<PreparedPolicy>,
    boundary: Vec<PreparedPolicy>,
    session: Vec<PreparedPolicy>,
    scps: Vec<Vec<PreparedPolicy>>,
    rcps: Vec<Vec<PreparedPolicy>>,
    endpoint: Vec<PreparedPolicy>,
    /// What AWS would refuse in them.
    warnings: Vec<String>,
}

fn decision(line: &Map<String, Json>, out: &mut Map<String, Json>) -> Result<(), String> {
    misspelt(line).map_or(Ok(()), Err)?;
    let request = request(line)?;
    let inline = Inline::read(line.get("policies"))?;
    let explanation = explain(&request, &inline.policies());
    let verdict = explanation.verdict;
    out.insert("decision".to_owned(), verdict.decision().name().into());
    out.insert("reason".to_owned(), verdict.reason.name().into());
    out.insert("layer".to_owned(), verdict.layer.name().into());
    details(&explanation, out);
    if !inline.warnings.is_empty() {
        out.insert("warnings".to_owned(), inline.warnings.into());
    }
    Ok(())
}

/// Adds what explains a verdict to an answer: `decided_by`, `near_misses`, `depends_on`,
/// `condition`, `witness`, each where there is one.
pub fn details(explanation: &Explanation, out: &mut Map<String, Json>) {
    if !explanation.decided_by.is_empty() {
        out.insert("decided_by".to_owned(), explanation.decided_by.iter().map(statement).collect());
    }
    if !explanation.near_misses.is_empty() {
        let misses = explanation.near_misses.iter().map(|miss| {
            let mut shown = statement(&miss.statement);
            if let Some(map) = shown.as_object_mut() {
                map.insert("element".to_owned(), miss.element.name().into());
                map.insert("why".to_owned(), miss.why.as_str().into());
            }
            shown
        });
        out.insert("near_misses".to_owned(), misses.collect());
    }
    if explanation.verdict.reason == Reason::Undetermined {
        out.insert("depends_on".to_owned(), explanation.depends_on.iter().map(Missing::name).collect());
    }
    if let Some(condition) = &explanation.condition {
        out.insert("condition".to_owned(), condition.as_str().into());
    }
    if let Some((action, resource)) = &explanation.witness {
        out.insert("witness".to_owned(), json!({"action": action.as_str(), "resource": resource.as_str()}));
    }
}

fn statement(reference: &StatementRef) -> Json {
    let mut map = Map::new();
    map.insert("layer".to_owned(), reference.layer.name().into());
    if let Layer::Scp(level) | Layer::Rcp(level) = reference.layer {
        map.insert("level".to_owned(), level.into());
    }
    map.insert("policy".to_owned(), reference.policy.as_str().into());
    map.insert("statement".to_owned(), reference.index.into());
    if let Some(sid) = &reference.sid {
        map.insert("sid".to_owned(), sid.as_str().into());
    }
    Json::Object(map)
}

/// Reads `request`: `principal`, `action`, `resource` (default `*`), `context`,
/// `resourceAccount`, `wildcardOnlyAction` (the action takes no resource), `wildcard`
/// (`each`, `any` or `all`; default `each`), `managementAccount`. The context is complete
/// unless the line or the request says `"context_complete": false`; a key given as null is
/// absent either way.
fn request(line: &Map<String, Json>) -> Result<Request, String> {
    let given = line.get("request").and_then(Json::as_object).ok_or("`request` is an object")?;
    REQUEST.misplaced(given, &LINE, line)?;
    let text = |name: &str| match given.get(name) {
        None | Some(Json::Null) => Ok(None),
        Some(Json::String(text)) => Ok(Some(text.as_str())),
        Some(_) => Err(format!("`{name}` is a string")),
    };
    let flag = |name: &str| match given.get(name).or_else(|| line.get(name)) {
        None | Some(Json::Null) => Ok(None),
        Some(Json::Bool(flag)) => Ok(Some(*flag)),
        Some(_) => Err(format!("`{name}` is `true` or `false`, without quotes")),
    };
    let mut context = Context::new(flag("context_complete")?.unwrap_or(true));
    match given.get("context") {
        None | Some(Json::Null) => {}
        Some(Json::Object(keys)) => {
            for (key, value) in keys {
                context.set(key, context_value(key, value)?);
            }
        }
        Some(_) => return Err("`context` is an object".to_owned()),
    }
    let principal = text("principal")?.ok_or("the request has no `principal`")?;
    let action = text("action")?.ok_or("the request has no `action`")?;
    let resource = text("resource")?.unwrap_or("*");
    let mut request = Request::new(principal, action, resource, context)?;
    if let Some(account) = text("resourceAccount")?.or(text("resource_account")?) {
        request = request.owned_by(account);
    }
    if flag("wildcardOnlyAction")? == Some(true) {
        request = request.without_resource();
    }
    if let Some(name) = text("wildcard")? {
        let reading =
            Wildcard::from_name(name).ok_or_else(|| format!("`wildcard` is `each`, `any` or `all`, not `{name}`"))?;
        request = request.reading(reading);
    }
    request.management_account = text("managementAccount")?.map(Into::into);
    Ok(request)
}

fn context_value(key: &str, value: &Json) -> Result<ContextValue, String> {
    let scalar = |value: &Json| match value {
        Json::String(text) => Some(text.as_str().into()),
        Json::Number(number) => Some(number.to_string().into()),
        Json::Bool(truth) => Some(truth.to_string().into()),
        _ => None,
    };
    let wrong = || format!("the context key `{key}` has a value that is no text, number, boolean or list of them");
    match value {
        Json::Null => Ok(ContextValue::Absent),
        Json::Array(values) => {
            values.iter().map(|v| scalar(v).ok_or_else(wrong)).collect::<Result<_, _>>().map(ContextValue::Many)
        }
        other => scalar(other).map(ContextValue::One).ok_or_else(wrong),
    }
}

impl Inline {
    /// Reads `policies`: `identity`, `boundary`, `session`, `resource` and `vpce` are a
    /// document or a list of documents, `scps` and `rcps` a list of lists, one a level. A
    /// document is an object, or its JSON text.
    fn read(policies: Option<&Json>) -> Result<Self, String> {
        let mut inline = Self::default();
        let policies = match policies {
            None | Some(Json::Null) => return Ok(inline),
            Some(Json::Object(policies)) => policies,
            Some(_) => return Err("`policies` is an object".to_owned()),
        };
        let warnings = &mut inline.warnings;
        for (name, given) in policies {
            match name.as_str() {
                "identity" => inline.identity = list(name, given, PolicyKind::Identity, warnings)?,
                "resource" => inline.resource = list(name, given, PolicyKind::Resource, warnings)?,
                "boundary" => inline.boundary = list(name, given, PolicyKind::Boundary, warnings)?,
                "session" => inline.session = list(name, given, PolicyKind::Session, warnings)?,
                "vpce" | "endpoint" => inline.endpoint = list(name, given, PolicyKind::Endpoint, warnings)?,
                "scps" => inline.scps = levels(name, given, PolicyKind::Scp, warnings)?,
                "rcps" => inline.rcps = levels(name, given, PolicyKind::Rcp, warnings)?,
                other => {
                    let meant = meant(other, LAYERS.iter().copied());
                    let hint = meant.map_or_else(String::new, |meant| format!("; did you mean `{meant}`?"));
                    return Err(format!("`policies` has no member `{other}`{hint}"));
                }
            }
        }
        Ok(inline)
    }

    fn policies(&self) -> Policies<'_> {
        fn levels(levels: &[Vec<PreparedPolicy>]) -> Vec<Vec<&PreparedPolicy>> {
            levels.iter().map(|level| level.iter().collect()).collect()
        }
        Policies {
            identity: self.identity.iter().collect(),
            resource: self.resource.iter().collect(),
            resource_unknown: false,
            boundary: self.boundary.iter().collect(),
            session: self.session.iter().collect(),
            scps: levels(&self.scps),
            rcps: levels(&self.rcps),
            endpoint: self.endpoint.iter().collect(),
        }
    }
}

fn levels(
    name: &str,
    given: &Json,
    kind: PolicyKind,
    warnings: &mut Vec<String>,
) -> Result<Vec<Vec<PreparedPolicy>>, String> {
    match given {
        Json::Null => Ok(Vec::new()),
        Json::Array(levels) => {
            let level = |(at, level): (usize, &Json)| list(&format!("{name}[{at}]"), level, kind, warnings);
            levels.iter().enumerate().map(level).collect()
        }
        _ => Err(format!("`{name}` is a list of levels, each a list of documents")),
    }
}

fn list(name: &str, given: &Json, kind: PolicyKind, warnings: &mut Vec<String>) -> Result<Vec<PreparedPolicy>, String> {
    match given {
        Json::Null => Ok(Vec::new()),
        Json::Array(items) => {
            items.iter().enumerate().map(|(at, item)| policy(&format!("{name}[{at}]"), item, kind, warnings)).collect()
        }
        one => Ok(vec![policy(name, one, kind, warnings)?]),
    }
}

fn policy(name: &str, given: &Json, kind: PolicyKind, warnings: &mut Vec<String>) -> Result<PreparedPolicy, String> {
    let document = match given {
        Json::String(text) => {
            let (node, diagnostics) = json::parse(&Fragment::plain(SourceId(0), 0, text));
            let message = diagnostics.first().map(|d| format!("`{name}` is not JSON: {}", d.message));
            document::parse(&node.ok_or_else(|| message.unwrap_or_default())?)
        }
        Json::Object(_) => document::parse(&node(given)),
        _ => return Err(format!("`{name}` is a policy document")),
    };
    let refused = document.problems.iter().filter(|problem| problem.refused);
    warnings.extend(refused.map(|problem| format!("{name}: {}", problem.message)));
    Ok(PreparedPolicy::new(name, document, kind))
}

/// Values of a request line have no place of their own.
const NOWHERE: Span = Span { source: SourceId(0), start: 0, end: 0 };

/// The tree of a value that is already parsed, without places. `serde_json` bounds how
/// deep it nests.
fn node(value: &Json) -> Node {
    let value = match value {
        Json::Null => Value::Null,
        Json::Bool(truth) => Value::Bool(*truth),
        Json::Number(number) => Value::Number(number.to_string().into()),
        Json::String(text) => Value::String(Text::plain(text.as_str(), 0)),
        Json::Array(items) => Value::List(items.iter().map(node).collect()),
        Json::Object(members) => Value::Map(
            members
                .iter()
                .map(|(key, value)| Entry { key: Text::plain(key.as_str(), 0), key_span: NOWHERE, value: node(value) })
                .collect(),
        ),
    };
    Node::new(NOWHERE, value)
}
