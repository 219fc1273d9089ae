//! Pulumi's carriers: programs in Python, TypeScript and YAML, previews and exports.

use std::fmt::Write as _;

#[cfg(feature = "typescript")]
use overgrant::carrier::pulumi_names::node_path;
use overgrant::carrier::pulumi_names::{Class, Package};
use serde_json::{Map, Value, json};

use super::resources::{Argument, Resource};
use super::table::{Case, Kind};
use super::{Files, file, indented};

fn class(resource: &Resource) -> (Package, Class) {
    let packages = [Package::Vault, Package::Aws];
    let found = packages.into_iter().find_map(|package| {
        let mut classes = package.classes().filter(|class| class.kind == resource.kind && !class.removed);
        Some((package, classes.next()?))
    });
    found.unwrap_or_else(|| panic!("no class for {}", resource.kind))
}

/// The SDK's name of an argument.
fn python_name(class: &Class, name: &str) -> String {
    let found = class.arguments().find(|python| class.terraform_name(python) == Some(name));
    found.unwrap_or_else(|| panic!("{} has no {name}", class.path)).to_owned()
}

fn camel(name: &str) -> String {
    let mut parts = name.split('_');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |name, part| name + &part[..1].to_uppercase() + &part[1..])
}

/// A JSON value as a Python literal.
pub(super) fn literal(value: &Value) -> String {
    match value {
        Value::Bool(flag) => if *flag { "True" } else { "False" }.to_owned(),
        Value::Array(items) => format!("[{}]", items.iter().map(literal).collect::<Vec<_>>().join(", ")),
        Value::Object(members) => {
            let members = members.iter().map(|(key, value)| format!("{}: {}", json!(key), literal(value)));
            format!("{{{}}}", members.collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}

fn python(resources: &[Resource], document: impl Fn(&str, Option<&Value>) -> String) -> Files {
    let mut out = String::from("import json\nimport pulumi_aws as aws\nimport pulumi_vault as vault\n\n");
    for resource in resources {
        let (package, class) = class(resource);
        let module = if package == Package::Vault { "vault" } else { "aws" };
        let _ = writeln!(out, "{module}.{}(\n    \"{}\",", class.path, resource.label);
        for (name, argument) in &resource.arguments {
            let written = match argument {
                Argument::Plain(value) => literal(value),
                Argument::Document(text, value) => document(text, value.as_ref()),
            };
            let _ = writeln!(out, "    {}={written},", python_name(&class, name));
        }
        out.push_str(")\n");
    }
    file("__main__.py", out)
}

pub(super) fn triple_quoted(_: &Case, resources: &[Resource]) -> Files {
    python(resources, |text, _| format!("\"\"\"{}\"\"\"", text.replace('\\', "\\\\")))
}

pub(super) fn f_string(_: &Case, resources: &[Resource]) -> Files {
    let double = |text: &str| text.replace('\\', "\\\\").replace('{', "{{").replace('}', "}}");
    python(resources, |text, _| format!("f'''{}'''", double(text)))
}

/// One literal a line, joined by Python itself.
pub(super) fn implicit(_: &Case, resources: &[Resource]) -> Files {
    python(resources, |text, _| {
        let lines: Vec<String> = text.split_inclusive('\n').map(|line| json!(line).to_string()).collect();
        format!("({})", lines.join("\n        "))
    })
}

pub(super) fn dumped(case: &Case, resources: &[Resource]) -> Files {
    if matches!(case.kind, Kind::Policy | Kind::Role(_)) {
        return Files::new();
    }
    python(resources, |_, value| format!("json.dumps({})", literal(value.expect("JSON"))))
}

/// A program in TypeScript.
#[cfg(feature = "typescript")]
fn typescript(resources: &[Resource], document: impl Fn(&str, Option<&Value>) -> String) -> Files {
    let mut out = String::from(
        "import * as aws from \"@pulumi/aws\";\nimport * as pulumi from \"@pulumi/pulumi\";\nimport * as vault from \"@pulumi/vault\";\n\n",
    );
    for resource in resources {
        let (package, class) = class(resource);
        let _ = writeln!(out, "new {}.{}(\"{}\", {{", package.token(), node_path(class.path), resource.label);
        for (name, argument) in &resource.arguments {
            let written = match argument {
                Argument::Plain(value) => value.to_string(),
                Argument::Document(text, value) => document(text, value.as_ref()),
            };
            let _ = writeln!(out, "    {}: {written},", camel(&python_name(&class, name)));
        }
        out.push_str("});\n");
    }
    file("index.ts", out)
}

/// A text inside backticks.
#[cfg(feature = "typescript")]
fn in_template(text: &str) -> String {
    text.replace('\\', "\\\\").replace('`', "\\`").replace("${", "\\${")
}

#[cfg(feature = "typescript")]
pub(super) fn template(_: &Case, resources: &[Resource]) -> Files {
    typescript(resources, |text, _| format!("`{}`", in_template(text)))
}

#[cfg(feature = "typescript")]
pub(super) fn interpolated(_: &Case, resources: &[Resource]) -> Files {
    typescript(resources, |text, _| format!("pulumi.interpolate`{}`.apply(text => text)", in_template(text)))
}

/// One literal a line, added up.
#[cfg(feature = "typescript")]
pub(super) fn added(_: &Case, resources: &[Resource]) -> Files {
    typescript(resources, |text, _| {
        let lines: Vec<String> = text.split_inclusive('\n').map(|line| json!(line).to_string()).collect();
        lines.join(" +\n        ")
    })
}

#[cfg(feature = "typescript")]
pub(super) fn stringified(case: &Case, resources: &[Resource]) -> Files {
    if matches!(case.kind, Kind::Policy | Kind::Role(_)) {
        return Files::new();
    }
    typescript(resources, |_, value| format!("JSON.stringify({}, null, 2)", value.expect("JSON")))
}

fn yaml(resources: &[Resource], document: impl Fn(&str, Option<&Value>) -> String) -> Files {
    let mut out = String::from("name: app\nruntime: yaml\nresources:\n");
    for resource in resources {
        let (package, class) = class(resource);
        let path = class.path.replace('.', ":");
        let token = format!("{}:{path}", package.token());
        let _ = writeln!(out, "  {}:\n    type: {token}\n    properties:", resource.label);
        for (name, argument) in &resource.arguments {
            let written = match argument {
                Argument::Plain(value) => value.to_string(),
                Argument::Document(text, value) => document(text, value.as_ref()),
            };
            let _ = writeln!(out, "      {}: {written}", camel(&python_name(&class, name)));
        }
    }
    file("Pulumi.yaml", out)
}

fn dollars(text: &str) -> String {
    text.replace("${", "$${")
}

pub(super) fn yaml_block(_: &Case, resources: &[Resource]) -> Files {
    yaml(resources, |text, _| format!("|\n{}", indented(&dollars(text), 8)))
}

pub(super) fn yaml_quoted(_: &Case, resources: &[Resource]) -> Files {
    yaml(resources, |text, _| json!(dollars(text)).to_string())
}

pub(super) fn yaml_object(case: &Case, resources: &[Resource]) -> Files {
    if matches!(case.kind, Kind::Policy | Kind::Role(_)) {
        return Files::new();
    }
    yaml(resources, |text, _| format!("\n        fn::toJSON:\n{}", indented(&dollars(text), 10)))
}

/// Resources as the engine keeps them.
fn states(resources: &[Resource]) -> Vec<Value> {
    let of = |resource: &Resource| {
        let (package, class) = class(resource);
        let (module, name) = class.path.rsplit_once('.').unwrap_or(("index", class.path));
        let file = name[..1].to_lowercase() + &name[1..];
        let token = format!("{}:{module}/{file}:{name}", package.token());
        let mut inputs = Map::new();
        inputs.insert("__defaults".to_owned(), json!([]));
        for (name, argument) in &resource.arguments {
            let value = match argument {
                Argument::Plain(value) => value.clone(),
                Argument::Document(text, _) => Value::from(text.as_str()),
            };
            inputs.insert(camel(&python_name(&class, name)), value);
        }
        let urn = format!("urn:pulumi:dev::app::{token}::{}", resource.label);
        json!({ "urn": urn, "custom": true, "type": token, "inputs": inputs, "outputs": inputs })
    };
    resources.iter().map(of).collect()
}

pub(super) fn export(_: &Case, resources: &[Resource]) -> Files {
    let export = json!({ "version": 3, "deployment": { "manifest": {}, "resources": states(resources) } });
    file("stack.json", serde_json::to_string_pretty(&export).expect("JSON"))
}

pub(super) fn preview(_: &Case, resources: &[Resource]) -> Files {
    let steps: Vec<Value> = states(resources)
        .into_iter()
        .map(|state| json!({ "op": "create", "urn": state["urn"], "newState": state }))
        .collect();
    let preview = json!({ "config": {}, "steps": steps, "duration": 1, "changeSummary": { "create": 1 } });
    file("preview.json", preview.to_string())
}
