//! SAM functions and state machines: the role that is made for them.

use smol_str::SmolStr;

use super::{member, renamed};
use crate::source::Unknown;
use crate::syntax::{Entry, Node, Text, Value};

/// Whether a role is made for resources of that type.
pub(super) fn makes_role(kind: &str) -> bool {
    matches!(kind, "AWS::Serverless::Function" | "AWS::Serverless::StateMachine")
}

/// A function's properties with those of `Globals` that it does not have itself, as far
/// as its role is concerned; none where there is nothing to add.
pub(super) fn with_globals(kind: &str, properties: &Node, globals: Option<&Node>) -> Option<Node> {
    const SHARED: &[&str] = &["AssumeRolePolicyDocument", "PermissionsBoundary", "Policies", "Role", "RolePath"];
    let globals = globals.filter(|_| kind == "AWS::Serverless::Function")?.as_map()?;
    let missing = |entry: &&Entry| SHARED.contains(&entry.key.raw()) && properties.get(entry.key.raw()).is_none();
    let more: Vec<Entry> = globals.iter().filter(missing).cloned().collect();
    if more.is_empty() {
        return None;
    }
    let mut all = properties.clone();
    let Value::Map(entries) = &mut all.value else { return None };
    entries.extend(more);
    Some(all)
}

/// Properties that Terraform calls otherwise.
const NAMES: &[(&str, &str)] = &[("AssumeRolePolicyDocument", "assume_role_policy")];

/// The role that SAM makes from a function's properties; none where it is given one.
pub(super) fn role(properties: &Node) -> Option<Node> {
    if properties.get("Role").is_some_and(|role| !matches!(role.value, Value::Null)) {
        return None;
    }
    let mut body = renamed(properties, NAMES);
    let Value::Map(entries) = &mut body.value else { return None };
    entries.retain(|entry| {
        matches!(entry.key.raw(), "assume_role_policy" | "permissions_boundary" | "policies" | "role_path" | "tags")
    });
    let at = entries.iter().position(|entry| entry.key.raw() == "policies")?;
    let policies = entries.remove(at);
    let items = match policies.value.value {
        Value::List(items) => items,
        other => vec![Node::new(policies.value.span, other)],
    };
    let (mut managed, mut inline) = (Vec::new(), Vec::new());
    for item in items {
        match &item.value {
            // A managed policy by name or ARN.
            Value::String(_) | Value::Unknown(_) => managed.push(item),
            Value::Map(_) if item.get("Statement").is_some() => inline.push(block(item)),
            Value::Map(members) => {
                for template in members {
                    inline.push(block(from_template(&template.key.display(), &template.value, template.key_span)));
                }
            }
            _ => {}
        }
    }
    let span = policies.key_span;
    entries.push(member(
        SmolStr::new_static("managed_policy_arns"),
        span,
        Node::new(policies.value.span, Value::List(managed)),
    ));
    entries.push(member(
        SmolStr::new_static("inline_policy"),
        span,
        Node::new(policies.value.span, Value::List(inline)),
    ));
    Some(body)
}

/// What runs with the role, under Terraform's type: that of the role which is made where none
/// is given.
pub(super) fn runs_as(kind: &str, properties: &Node, made: &SmolStr) -> Option<(&'static str, Node)> {
    let kind = match kind {
        "AWS::Serverless::Function" => "aws_lambda_function",
        "AWS::Serverless::StateMachine" => "aws_sfn_state_machine",
        _ => return None,
    };
    let mut body = renamed(properties, &[("Name", "name"), ("Role", "role")]);
    let Value::Map(entries) = &mut body.value else { return None };
    entries.retain(|entry| matches!(entry.key.raw(), "function_name" | "name" | "role" | "tags"));
    let span = properties.span;
    match entries.iter_mut().find(|entry| entry.key.raw() == "role") {
        Some(entry) if kind == "aws_sfn_state_machine" => entry.key = Text::atomic("role_arn", entry.key_span),
        Some(_) => {}
        None => {
            let argument = if kind == "aws_sfn_state_machine" { "role_arn" } else { "role" };
            let unknown = Value::Unknown(Unknown::new(vec![made.clone()], span));
            entries.push(member(SmolStr::new_static(argument), span, Node::new(span, unknown)));
        }
    }
    Some((kind, body))
}

/// An `inline_policy` block around a document.
fn block(document: Node) -> Node {
    let span = document.span;
    Node::new(span, Value::Map(vec![member(SmolStr::new_static("policy"), span, document)]))
}

/// A policy template (`S3ReadPolicy: {BucketName: x}`): known to be one; what it grants is
/// in SAM's own tables, which change, so it stays unknown under its name.
fn from_template(name: &str, parameters: &Node, span: crate::source::Span) -> Node {
    let refs = vec![SmolStr::from(format!("SAM policy template {name}"))];
    let span = span.to(parameters.span);
    Node::new(span, Value::Unknown(Unknown::new(refs, span)))
}
