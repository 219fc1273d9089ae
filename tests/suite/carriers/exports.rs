//! CloudFormation, and what the clouds and Vault themselves print.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::pulumi::literal;
use super::resources::{Argument, CITED, Resource, TRUST, mount_of};
use super::table::{Case, Kind};
use super::{Files, file, indented};

/// CloudFormation's type and its names of arguments; those that it has not are left out.
fn cloudformation_type(kind: &str) -> Option<(&'static str, &'static [(&'static str, &'static str)])> {
    Some(match kind {
        "aws_iam_role" => {
            ("AWS::IAM::Role", &[("name", "RoleName"), ("assume_role_policy", "AssumeRolePolicyDocument")])
        }
        "aws_iam_role_policy" => {
            ("AWS::IAM::RolePolicy", &[("name", "PolicyName"), ("role", "RoleName"), ("policy", "PolicyDocument")])
        }
        "aws_s3_bucket_policy" => ("AWS::S3::BucketPolicy", &[("bucket", "Bucket"), ("policy", "PolicyDocument")]),
        "aws_kms_key" => ("AWS::KMS::Key", &[("enable_key_rotation", "EnableKeyRotation"), ("policy", "KeyPolicy")]),
        "aws_sqs_queue_policy" => ("AWS::SQS::QueuePolicy", &[("queue_url", "Queues"), ("policy", "PolicyDocument")]),
        "aws_sns_topic_policy" => ("AWS::SNS::TopicPolicy", &[("arn", "Topics"), ("policy", "PolicyDocument")]),
        "aws_secretsmanager_secret_policy" => {
            ("AWS::SecretsManager::ResourcePolicy", &[("secret_arn", "SecretId"), ("policy", "ResourcePolicy")])
        }
        "aws_ecr_repository_policy" => {
            ("AWS::ECR::Repository", &[("repository", "RepositoryName"), ("policy", "RepositoryPolicyText")])
        }
        "aws_organizations_policy" => {
            ("AWS::Organizations::Policy", &[("name", "Name"), ("type", "Type"), ("content", "Content")])
        }
        _ => return None,
    })
}

/// The properties of a resource.
fn properties(resource: &Resource) -> Option<(&'static str, Vec<(&'static str, &Argument)>)> {
    let (kind, names) = cloudformation_type(resource.kind)?;
    let found = |(own, theirs): &(&str, &'static str)| {
        let argument = resource.arguments.iter().find(|(name, _)| name == own)?;
        Some((*theirs, &argument.1))
    };
    Some((kind, names.iter().filter_map(found).collect()))
}

fn value(name: &str, argument: &Argument) -> Value {
    match argument {
        Argument::Plain(value) if matches!(name, "Queues" | "Topics") => json!([value]),
        Argument::Plain(value) => value.clone(),
        Argument::Document(_, value) => value.clone().unwrap_or_default(),
    }
}

fn logical(resource: &Resource) -> String {
    resource.label.replace('-', "")
}

pub(super) fn template_json(_: &Case, resources: &[Resource]) -> Files {
    let mut members = Map::new();
    for resource in resources {
        let Some((kind, arguments)) = properties(resource) else { return Files::new() };
        let properties: Map<String, Value> =
            arguments.iter().map(|(name, argument)| ((*name).to_owned(), value(name, argument))).collect();
        members.insert(logical(resource), json!({ "Type": kind, "Properties": properties }));
    }
    let template = json!({ "AWSTemplateFormatVersion": "2010-09-09", "Resources": members });
    file("template.json", serde_json::to_string_pretty(&template).expect("JSON"))
}

/// Pulumi's `aws_native`, whose classes are CloudFormation's types.
pub(super) fn native(_: &Case, resources: &[Resource]) -> Files {
    let mut out = String::from("import json\nimport pulumi_aws_native as aws_native\n\n");
    for resource in resources {
        let Some((kind, arguments)) = properties(resource) else { return Files::new() };
        let mut parts = kind.split("::").skip(1);
        let module = parts.next().unwrap_or_default().to_lowercase();
        let _ = writeln!(out, "aws_native.{module}.{}(\n    \"{}\",", parts.next().unwrap_or_default(), resource.label);
        for (name, argument) in arguments {
            let snake = name
                .char_indices()
                .map(|(at, c)| if at > 0 && c.is_uppercase() { format!("_{c}") } else { c.to_string() });
            let _ =
                writeln!(out, "    {}={},", snake.collect::<String>().to_lowercase(), literal(&value(name, argument)));
        }
        out.push_str(")\n");
    }
    file("__main__.py", out)
}

pub(super) fn template_yaml(_: &Case, resources: &[Resource]) -> Files {
    let mut out = String::from("AWSTemplateFormatVersion: '2010-09-09'\nResources:\n");
    for resource in resources {
        let Some((kind, arguments)) = properties(resource) else { return Files::new() };
        let _ = writeln!(out, "  {}:\n    Type: {kind}\n    Properties:", logical(resource));
        for (name, argument) in arguments {
            let _ = writeln!(out, "      {name}:{}", block_yaml(&value(name, argument), 8));
        }
    }
    file("template.yaml", out)
}

/// A value in YAML's block style, strings plain where they can be.
fn block_yaml(value: &Value, indent: usize) -> String {
    let pad = " ".repeat(indent);
    match value {
        Value::Object(members) => {
            let member =
                |(key, value): (&String, &Value)| format!("\n{pad}{}:{}", scalar(key), block_yaml(value, indent + 2));
            members.iter().map(member).collect()
        }
        Value::Array(items) => {
            let item = |item: &Value| format!("\n{pad}-{}", block_yaml(item, indent + 2));
            items.iter().map(item).collect()
        }
        Value::String(text) => format!(" {}", scalar(text)),
        other => format!(" {other}"),
    }
}

fn scalar(text: &str) -> String {
    let plain = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && !text.contains(": ")
        && !text.contains(" #")
        && !matches!(text, "true" | "false" | "null");
    if plain { text.to_owned() } else { format!("'{}'", text.replace('\'', "''")) }
}

/// The account as one command prints it, and the policies on resources as others do.
pub(super) fn account(case: &Case, _: &[Resource]) -> Files {
    let document: Value = serde_json::from_str(case.text).unwrap_or_default();
    let role = |name: &str, trust: Value, inline: Value| {
        let arn = format!("arn:aws:iam::111122223333:role/{name}");
        let role = json!({ "Path": "/", "RoleName": name, "RoleId": "AROAEXAMPLE", "Arn": arn,
            "AssumeRolePolicyDocument": trust, "RolePolicyList": inline, "AttachedManagedPolicies": [], "Tags": [] });
        json!({ "UserDetailList": [], "GroupDetailList": [], "RoleDetailList": [role], "Policies": [] })
    };
    let printed = match case.kind {
        Kind::Identity => {
            let inline = json!([{ "PolicyName": case.name, "PolicyDocument": document }]);
            return file("account.json", pretty(&role("app", serde_json::from_str(TRUST).expect("JSON"), inline)));
        }
        Kind::Trust => return file("account.json", pretty(&role(case.name, document, json!([])))),
        Kind::Resource("aws_sqs_queue_policy") => json!({ "Attributes": { "Policy": case.text,
            "QueueArn": "arn:aws:sqs:eu-west-1:111122223333:queue" } }),
        Kind::Resource("aws_sns_topic_policy") => json!({ "Attributes": { "Policy": case.text,
            "TopicArn": "arn:aws:sns:eu-west-1:111122223333:topic" } }),
        Kind::Resource("aws_secretsmanager_secret_policy") => {
            json!({ "ARN": "arn:aws:secretsmanager:eu-west-1:111122223333:secret:s",
            "Name": "s", "ResourcePolicy": case.text })
        }
        Kind::Resource("aws_ecr_repository_policy") => json!({ "registryId": "111122223333",
            "repositoryName": case.name, "policyText": case.text }),
        Kind::Resource(_) => json!({ "Policy": case.text }),
        Kind::Scp => json!({ "Policy": { "PolicySummary": { "Id": "p-1", "Name": case.name,
            "Type": "SERVICE_CONTROL_POLICY", "AwsManaged": false }, "Content": case.text } }),
        Kind::Policy | Kind::Role(_) => return Files::new(),
    };
    file(&format!("{}.json", case.name), pretty(&printed))
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).expect("JSON")
}

/// A policy as a file of its own.
pub(super) fn bare(case: &Case, _: &[Resource]) -> Files {
    match case.kind {
        Kind::Policy => file(&format!("{}.hcl", case.name), case.text),
        Kind::Role(_) => Files::new(),
        Kind::Scp => file(&format!("scp/{}.json", case.name), case.text),
        _ => file(&format!("{}.json", case.name), case.text),
    }
}

/// A directory that mirrors API paths, with what the CLI prints for each.
pub(super) fn vault_export(case: &Case, _: &[Resource]) -> Files {
    let printed = |data: Value| pretty(&json!({ "request_id": "1", "lease_id": "", "data": data }));
    match case.kind {
        Kind::Policy => {
            let name = format!("sys/policies/acl/{}.json", case.name);
            file(&name, printed(json!({ "name": case.name, "policy": case.text })))
        }
        Kind::Role(kind) => {
            let mount = mount_of(kind);
            let roles = if mount == "token" { "roles" } else { "role" };
            let body: Value =
                serde_json::from_str(&case.text.replace("bound_iam_principal_arns", "bound_iam_principal_arn"))
                    .expect("JSON");
            let mut files = file("sys/policies/acl/cited.hcl", CITED);
            files.extend(file(&format!("auth/{mount}/{roles}/{}.json", case.name), printed(body)));
            files
        }
        _ => Files::new(),
    }
}

pub(super) fn bank_vaults(case: &Case, _: &[Resource]) -> Files {
    let policy = |name: &str, text: &str| format!("  - name: {name}\n    rules: |\n{}", indented(text, 6));
    match case.kind {
        Kind::Policy => file("vault-config.yml", format!("policies:\n{}", policy(case.name, case.text))),
        Kind::Role(kind) => {
            let mount = mount_of(kind);
            let mut role: Value =
                serde_json::from_str(&case.text.replace("bound_iam_principal_arns", "bound_iam_principal_arn"))
                    .expect("JSON");
            role["name"] = json!(case.name);
            let auth = format!("auth:\n  - type: {mount}\n    roles:\n      -{}", block_yaml(&role, 8));
            file("vault-config.yml", format!("policies:\n{}{auth}\n", policy("cited", CITED)))
        }
        _ => Files::new(),
    }
}

pub(super) fn config_operator(case: &Case, _: &[Resource]) -> Files {
    let resource = |kind: &str, name: &str, spec: &str| {
        format!("apiVersion: redhatcop.redhat.io/v1alpha1\nkind: {kind}\nmetadata:\n  name: {name}\nspec:\n{spec}")
    };
    let policy = |name: &str, text: &str| resource("Policy", name, &format!("  policy: |\n{}", indented(text, 4)));
    match case.kind {
        Kind::Policy => file("policy.yaml", policy(case.name, case.text)),
        Kind::Role("vault_kubernetes_auth_backend_role") => {
            let body: Value = serde_json::from_str(case.text).expect("JSON");
            let mut spec = json!({ "path": "kubernetes", "targetNamespaces":
                { "targetNamespaces": body["bound_service_account_namespaces"] } });
            for (own, theirs) in [
                ("bound_service_account_names", "targetServiceAccounts"),
                ("token_policies", "policies"),
                ("token_ttl", "tokenTTL"),
                ("audience", "audience"),
            ] {
                if let Some(value) = body.get(own) {
                    spec[theirs] = value.clone();
                }
            }
            let role = resource("KubernetesAuthEngineRole", case.name, block_yaml(&spec, 2).trim_start_matches('\n'));
            file("role.yaml", format!("{}---\n{role}\n", policy("cited", CITED)))
        }
        _ => Files::new(),
    }
}
