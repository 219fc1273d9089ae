//! What each case is as resources, before any carrier writes them.

use serde_json::{Map, Value, json};

use super::table::{Case, Kind};

/// A value of an argument.
#[derive(Debug, Clone)]
pub(super) enum Argument {
    /// A policy: HCL, or JSON with its value.
    Document(String, Option<Value>),
    /// Anything else.
    Plain(Value),
}

/// A resource in Terraform's words.
#[derive(Debug, Clone)]
pub(super) struct Resource {
    pub(super) kind: &'static str,
    pub(super) label: String,
    pub(super) arguments: Vec<(String, Argument)>,
}

/// The policy that roles cite.
pub(super) const CITED: &str = "path \"secret/data/cited\" { capabilities = [\"read\"] }\n";
/// The trust policy of the role that inline policies are on.
pub(super) const TRUST: &str = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]}"#;

fn plain(name: &str, value: impl Into<Value>) -> (String, Argument) {
    (name.to_owned(), Argument::Plain(value.into()))
}

fn document(name: &str, text: &str) -> (String, Argument) {
    (name.to_owned(), Argument::Document(text.to_owned(), serde_json::from_str(text).ok()))
}

fn policy(name: &str, text: &str) -> Resource {
    let arguments = vec![plain("name", name), document("policy", text)];
    Resource { kind: "vault_policy", label: name.to_owned(), arguments }
}

/// The mount that a role of that type is on.
pub(super) fn mount_of(kind: &str) -> &'static str {
    match kind {
        "vault_jwt_auth_backend_role" => "jwt",
        "vault_kubernetes_auth_backend_role" => "kubernetes",
        "vault_approle_auth_backend_role" => "approle",
        "vault_aws_auth_backend_role" => "aws",
        _ => "token",
    }
}

/// The argument that names a role of that type.
pub(super) fn name_of(kind: &str) -> &'static str {
    if kind == "vault_aws_auth_backend_role" { "role" } else { "role_name" }
}

fn body(text: &str) -> Map<String, Value> {
    serde_json::from_str(text).expect("a role is an object")
}

/// The resources of a case: the one it is about comes last.
pub(super) fn resources(case: &Case) -> Vec<Resource> {
    let label = case.name.to_owned();
    match case.kind {
        Kind::Policy => vec![policy(case.name, case.text)],
        Kind::Role(kind) => {
            let mut arguments = vec![plain(name_of(kind), case.name)];
            if mount_of(kind) != "token" {
                arguments.push(plain("backend", mount_of(kind)));
            }
            arguments.extend(body(case.text).into_iter().map(|(name, value)| (name, Argument::Plain(value))));
            vec![policy("cited", CITED), Resource { kind, label, arguments }]
        }
        Kind::Identity => {
            let role = vec![plain("name", "app"), document("assume_role_policy", TRUST)];
            let own = vec![plain("name", case.name), plain("role", "app"), document("policy", case.text)];
            vec![
                Resource { kind: "aws_iam_role", label: "app".to_owned(), arguments: role },
                Resource { kind: "aws_iam_role_policy", label, arguments: own },
            ]
        }
        Kind::Trust => {
            let arguments = vec![plain("name", case.name), document("assume_role_policy", case.text)];
            vec![Resource { kind: "aws_iam_role", label, arguments }]
        }
        Kind::Resource(kind) => {
            let on: &[(&str, Value)] = &match kind {
                "aws_s3_bucket_policy" => [("bucket", json!(case.name))],
                "aws_kms_key" => [("enable_key_rotation", json!(true))],
                "aws_sqs_queue_policy" => {
                    [("queue_url", json!("https://sqs.eu-west-1.amazonaws.com/111122223333/queue"))]
                }
                "aws_sns_topic_policy" => [("arn", json!("arn:aws:sns:eu-west-1:111122223333:topic"))],
                "aws_secretsmanager_secret_policy" => {
                    [("secret_arn", json!("arn:aws:secretsmanager:eu-west-1:111122223333:secret:s"))]
                }
                _ => [("repository", json!(case.name))],
            };
            let mut arguments: Vec<_> = on.iter().map(|(name, value)| plain(name, value.clone())).collect();
            arguments.push(document("policy", case.text));
            vec![Resource { kind, label, arguments }]
        }
        Kind::Scp => {
            let arguments =
                vec![plain("name", case.name), plain("type", "SERVICE_CONTROL_POLICY"), document("content", case.text)];
            vec![Resource { kind: "aws_organizations_policy", label, arguments }]
        }
    }
}
