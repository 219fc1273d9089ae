//! Terraform's carriers: source in its several ways, plan and state.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::resources::{Argument, Resource};
use super::table::{Case, Kind};
use super::{Files, file};

/// Text in an HCL template: what would start an interpolation is doubled.
fn template(text: &str) -> String {
    text.replace("${", "$${").replace("%{", "%%{")
}

/// A JSON value as an HCL expression.
fn expression(value: &Value) -> String {
    template(&value.to_string())
}

fn label(resource: &Resource) -> String {
    resource.label.replace('-', "_")
}

fn source(resources: &[Resource], mut document: impl FnMut(&Resource, &str, &str, Option<&Value>) -> String) -> String {
    let mut out = String::new();
    for resource in resources {
        let _ = writeln!(out, "resource \"{}\" \"{}\" {{", resource.kind, label(resource));
        for (name, argument) in &resource.arguments {
            let written = match argument {
                Argument::Plain(value) => expression(value),
                Argument::Document(text, value) => document(resource, name, text, value.as_ref()),
            };
            let _ = writeln!(out, "  {name} = {written}");
        }
        out.push_str("}\n");
    }
    out
}

pub(super) fn heredoc(_: &Case, resources: &[Resource]) -> Files {
    let text = source(resources, |_, _, text, _| format!("<<EOT\n{}\nEOT", template(text.trim_end_matches('\n'))));
    file("main.tf", text)
}

pub(super) fn indented_heredoc(_: &Case, resources: &[Resource]) -> Files {
    let text = source(resources, |_, _, text, _| {
        let lines: Vec<String> = text.lines().map(|line| format!("      {}", template(line))).collect();
        format!("<<-EOT\n{}\n    EOT", lines.join("\n"))
    });
    file("main.tf", text)
}

pub(super) fn quoted(_: &Case, resources: &[Resource]) -> Files {
    file("main.tf", source(resources, |_, _, text, _| expression(&Value::from(text))))
}

pub(super) fn jsonencode(case: &Case, resources: &[Resource]) -> Files {
    if matches!(case.kind, Kind::Policy | Kind::Role(_)) {
        return Files::new();
    }
    // Written as people write it, the members in the document's own order.
    let text = source(resources, |_, _, text, _| format!("jsonencode({})", template(text)));
    file("main.tf", text)
}

/// `data.aws_iam_policy_document`, which repeats blocks for what the document lists.
pub(super) fn data_document(case: &Case, resources: &[Resource]) -> Files {
    if matches!(case.kind, Kind::Policy | Kind::Role(_)) {
        return Files::new();
    }
    let mut data = String::new();
    let text = source(resources, |resource, _, _, value| {
        let name = label(resource);
        let document = value.expect("a document is JSON");
        let _ = writeln!(data, "data \"aws_iam_policy_document\" \"{name}\" {{");
        for (key, argument) in [("Version", "version"), ("Id", "policy_id")] {
            if let Some(value) = document.get(key) {
                let _ = writeln!(data, "  {argument} = {}", expression(value));
            }
        }
        let statements = &document["Statement"];
        for statement in statements.as_array().map_or(std::slice::from_ref(statements), Vec::as_slice) {
            data.push_str("  statement {\n");
            block(&mut data, statement);
            data.push_str("  }\n");
        }
        data.push_str("}\n");
        format!("data.aws_iam_policy_document.{name}.json")
    });
    file("main.tf", text + &data)
}

fn listed(value: &Value) -> String {
    let list = if value.is_array() { value.clone() } else { json!([value]) };
    // The data source writes `&{…}` for the document's `${…}`.
    list.to_string().replace("${", "&{")
}

fn block(out: &mut String, statement: &Value) {
    for (key, value) in statement.as_object().into_iter().flatten() {
        let argument = match key.as_str() {
            "Sid" => "sid",
            "Effect" => "effect",
            "Action" => "actions",
            "NotAction" => "not_actions",
            "Resource" => "resources",
            "NotResource" => "not_resources",
            "Principal" => {
                let any = json!({ "*": "*" });
                let principals = if value.is_string() { &any } else { value };
                for (kind, identifiers) in principals.as_object().into_iter().flatten() {
                    let identifiers = listed(identifiers);
                    let _ = writeln!(
                        out,
                        "    principals {{\n      type = \"{kind}\"\n      identifiers = {identifiers}\n    }}"
                    );
                }
                continue;
            }
            _ => {
                for (test, keys) in value.as_object().into_iter().flatten() {
                    for (variable, values) in keys.as_object().into_iter().flatten() {
                        let _ = writeln!(
                            out,
                            "    condition {{\n      test = \"{test}\"\n      variable = \"{variable}\"\n      values = {}\n    }}",
                            listed(values)
                        );
                    }
                }
                continue;
            }
        };
        let written = if matches!(argument, "sid" | "effect") { value.to_string() } else { listed(value) };
        let _ = writeln!(out, "    {argument} = {written}");
    }
}

/// The arguments as an object, each through a function where it is text.
fn object(resource: &Resource, text: impl Fn(&str) -> String) -> Value {
    let mut map = Map::new();
    for (name, argument) in &resource.arguments {
        let value = match argument {
            Argument::Plain(value) => value.clone(),
            Argument::Document(document, _) => Value::from(text(document)),
        };
        map.insert(name.clone(), value);
    }
    Value::Object(map)
}

pub(super) fn json_source(_: &Case, resources: &[Resource]) -> Files {
    let mut types: Map<String, Value> = Map::new();
    for resource in resources {
        let of_type = types.entry(resource.kind).or_insert_with(|| json!({}));
        of_type[label(resource)] = object(resource, template);
    }
    file("main.tf.json", pretty(&json!({ "resource": types })))
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).expect("JSON")
}

/// As Terraform prints JSON: `<`, `>` and `&` escaped.
fn escaped(value: &Value) -> String {
    value.to_string().replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

fn head(resource: &Resource) -> Map<String, Value> {
    let name = label(resource);
    let system = resource.kind.split('_').next().unwrap_or_default();
    let head = json!({
        "address": format!("{}.{name}", resource.kind),
        "mode": "managed",
        "type": resource.kind,
        "name": name,
        "provider_name": format!("registry.terraform.io/hashicorp/{system}"),
    });
    head.as_object().cloned().expect("an object")
}

pub(super) fn plan(_: &Case, resources: &[Resource]) -> Files {
    let changes: Vec<Value> = resources
        .iter()
        .map(|resource| {
            let mut change = head(resource);
            let after = object(resource, str::to_owned);
            change.insert(
                "change".to_owned(),
                json!({ "actions": ["create"], "before": null, "after": after,
                "after_unknown": { "id": true }, "before_sensitive": false, "after_sensitive": {} }),
            );
            Value::Object(change)
        })
        .collect();
    let plan = json!({ "format_version": "1.2", "terraform_version": "1.9.0", "resource_changes": changes });
    file("plan.json", escaped(&plan))
}

pub(super) fn shown_state(_: &Case, resources: &[Resource]) -> Files {
    let list: Vec<Value> = resources
        .iter()
        .map(|resource| {
            let mut state = head(resource);
            state.insert("values".to_owned(), object(resource, str::to_owned));
            Value::Object(state)
        })
        .collect();
    let values = json!({ "root_module": { "resources": list } });
    let state = json!({ "format_version": "1.0", "terraform_version": "1.9.0", "values": values });
    file("state.json", escaped(&state))
}

pub(super) fn raw_state(_: &Case, resources: &[Resource]) -> Files {
    let list: Vec<Value> = resources
        .iter()
        .map(|resource| {
            let system = resource.kind.split('_').next().unwrap_or_default();
            json!({ "mode": "managed", "type": resource.kind, "name": label(resource),
                "provider": format!("provider[\"registry.terraform.io/hashicorp/{system}\"]"),
                "instances": [{ "schema_version": 0, "attributes": object(resource, str::to_owned) }] })
        })
        .collect();
    let state = json!({ "version": 4, "terraform_version": "1.9.0", "serial": 3, "lineage": "x", "resources": list });
    file("terraform.tfstate", pretty(&state))
}
