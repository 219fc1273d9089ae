//! See the page.

use crate::carrier::record::Record;
use crate::lint::{Check, RecordContext, Sink};
use crate::source::Fragment;
use crate::syntax::{Node, Text, Value, json};

pub(super) const CHECK: Check = Check::Record(check);

/// Arguments that hold a secret, by the type they belong to; `*` ends a prefix.
const SECRETS: &[(&str, &[&str])] = &[
    ("vault_generic_secret", &["data_json"]),
    ("vault_kv_secret", &["data_json"]),
    ("vault_kv_secret_v2", &["data_json"]),
    ("aws_secretsmanager_secret_version", &["secret_string", "secret_binary"]),
    ("aws_db_instance", &["password"]),
    ("aws_rds_cluster", &["master_password"]),
    ("aws_redshift_cluster", &["master_password"]),
    ("aws_elasticache_replication_group", &["auth_token"]),
    ("aws_iam_user_login_profile", &["password"]),
    (
        "vault_*",
        &[
            "bindpass",
            "client_secret",
            "oidc_client_secret",
            "password",
            "private_key",
            "secret_id",
            "secret_key",
            "service_account_jwt",
            "token_reviewer_jwt",
        ],
    ),
];

fn check(context: &RecordContext<'_>, sink: &mut Sink<'_>) {
    let record = context.record;
    if record.kind.starts_with("provider_") {
        return;
    }
    let Some(entries) = record.body.as_map() else { return };
    for entry in entries {
        let Some(name) = entry.key.known().filter(|name| is_secret(record, name)) else { continue };
        if name.ends_with("_json") || name == "secret_string" {
            if let Some(field) = written_field(&entry.value) {
                let message = format!(
                    "`{name}` holds the value of `{field}` in the clear, so it is in the repository's history for good"
                );
                sink.report(entry.value.span, message);
                continue;
            }
            if name.ends_with("_json") {
                continue;
            }
        }
        if entry.value.as_str().is_some_and(|value| !value.is_empty()) {
            let message =
                format!("`{name}` holds a secret in the clear, so it is in the repository's history for good");
            sink.report(entry.value.span, message);
        }
    }
}

fn is_secret(record: &Record, name: &str) -> bool {
    let fits = |kind: &str| match kind.strip_suffix('*') {
        Some(prefix) => record.kind.starts_with(prefix),
        None => record.kind == kind,
    };
    let secure_parameter = record.kind == "aws_ssm_parameter"
        && name == "value"
        && record.body.get("type").and_then(Node::as_str) == Some("SecureString");
    secure_parameter || SECRETS.iter().any(|(kind, names)| fits(kind) && names.contains(&name))
}

/// The first member of a document whose value is written out.
fn written_field(node: &Node) -> Option<String> {
    match &node.value {
        Value::Map(entries) => {
            entries.iter().find(|entry| is_written(&entry.value, 0)).map(|entry| entry.key.display())
        }
        Value::String(text) => {
            let fragment = text.fragment(node.span);
            written_in(&fragment)
        }
        _ => None,
    }
}

fn written_in(fragment: &Fragment<'_>) -> Option<String> {
    let document = json::parse(fragment).0?;
    document.as_map()?.iter().find(|entry| is_written(&entry.value, 0)).map(|entry| entry.key.display())
}

fn is_written(node: &Node, depth: u32) -> bool {
    match &node.value {
        Value::String(text) => Text::known(text).is_some_and(|value| !value.is_empty()),
        Value::Number(_) => true,
        Value::List(items) if depth < 8 => items.iter().any(|item| is_written(item, depth + 1)),
        Value::Map(entries) if depth < 8 => entries.iter().any(|entry| is_written(&entry.value, depth + 1)),
        _ => false,
    }
}
