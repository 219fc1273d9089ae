//! See the page.

use crate::carrier::record::Record;
use crate::lint::rules::secret_common::stands_for;
use crate::lint::{Check, RecordContext, Sink};
use crate::source::Span;
use crate::syntax::{Entry, Node, Value, json};

pub(super) const CHECK: Check = Check::Record(check);

/// Arguments that hold a secret, by the type they belong to; `*` ends a prefix.
const SECRETS: &[(&str, &[&str])] = &[
    ("vault_generic_endpoint", &["data_json"]),
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
    // Providers and servers have rules of their own.
    if record.kind.starts_with("provider_") || record.kind.starts_with("vault_server_") {
        return;
    }
    let Some(entries) = record.body.as_map() else { return };
    for entry in entries {
        let Some(name) = entry.key.known().filter(|name| is_secret(record, name)) else { continue };
        if name.ends_with("_json") || name == "secret_string" {
            let fields = written_fields(&entry.value);
            for (field, span) in &fields {
                let message =
                    format!("`{field}` holds a secret in the clear, so it is in the repository's history for good");
                // What comes from another file is shown where this one uses it.
                sink.report(if span.source == record.span.source { *span } else { entry.value.span }, message);
            }
            if !fields.is_empty() {
                continue;
            }
            if name.ends_with("_json") || is_document(&entry.value) {
                continue;
            }
        }
        if entry.value.as_str().is_some_and(is_value) {
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

/// The secrets of a document whose values are written out, by their keys, with their
/// places. Each is told, so that none is shown beside another.
fn written_fields(node: &Node) -> Vec<(String, Span)> {
    let mut found = Vec::new();
    let document = match &node.value {
        Value::Map(_) => Some(node.clone()),
        Value::String(text) => json::parse(&text.fragment(node.span)).0,
        _ => None,
    };
    for entry in document.iter().filter_map(Node::as_map).flatten() {
        written(entry, false, 0, &mut found);
    }
    found
}

/// Whether a text is a document rather than a secret itself.
fn is_document(node: &Node) -> bool {
    match &node.value {
        Value::Map(_) | Value::List(_) => true,
        Value::String(text) => {
            text.raw().trim_start().starts_with('{') && json::parse(&text.fragment(node.span)).1.is_empty()
        }
        _ => false,
    }
}

/// The secrets of a member whose key, or the key that it stands below, names one.
fn written(entry: &Entry, below: bool, depth: u32, found: &mut Vec<(String, Span)>) {
    let secret = below || entry.key.known().is_some_and(names_secret);
    let mut tell = |node: &Node| found.push((entry.key.display(), node.span));
    match &entry.value.value {
        Value::String(text) if secret && text.known().is_some_and(is_value) => tell(&entry.value),
        Value::Number(_) if secret => tell(&entry.value),
        Value::List(items) if secret => {
            items.iter().filter(|item| item.as_str().is_some_and(is_value)).for_each(tell);
        }
        Value::Map(entries) if depth < 8 => {
            for inner in entries {
                written(inner, secret, depth + 1, found);
            }
        }
        _ => {}
    }
}

/// Whether something is there, and not a placeholder for it.
fn is_value(value: &str) -> bool {
    !stands_for(value)
}

/// Whether a key is what secrets are called: its last word says so. `username`, `token_ttl`
/// or `public_key` are none.
fn names_secret(key: &str) -> bool {
    const LAST: &[&str] = &[
        "apikey",
        "auth",
        "bindpass",
        "cred",
        "credential",
        "credentials",
        "creds",
        "dsn",
        "pass",
        "passphrase",
        "passwd",
        "password",
        "passwords",
        "privatekey",
        "pw",
        "pwd",
        "secret",
        "secretkey",
        "secrets",
        "token",
        "tokens",
    ];
    const KEYS: &[&str] = &[
        "account",
        "api",
        "app",
        "encryption",
        "hmac",
        "license",
        "master",
        "private",
        "secret",
        "service",
        "session",
        "shared",
        "signing",
        "storage",
        "unseal",
        "webhook",
        "access",
    ];
    let words = words(key);
    match words.as_slice() {
        [.., before, last] if last == "key" => {
            KEYS.contains(&before.as_str()) && words.iter().any(|w| w != "access" && w != "key")
        }
        [.., before, last] if last == "string" || last == "uri" || last == "url" => before == "connection",
        [.., last] => LAST.contains(&last.as_str()),
        [] => false,
    }
}

/// The words of a key: `dbPassword`, `db_password` and `DB-PASSWORD` are two.
fn words(key: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut lower = false;
    for character in key.chars() {
        let fresh = character.is_uppercase() && lower;
        if !character.is_alphanumeric() || fresh {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| character.is_alphanumeric()) {
            word.extend(character.to_lowercase());
        }
        lower = character.is_lowercase() || character.is_ascii_digit();
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::names_secret;

    #[test]
    fn keys_of_secrets_are_told_by_their_last_word() {
        for key in [
            "password",
            "DB_PASSWORD",
            "dbPassword",
            "api_key",
            "apiKey",
            "secret_key",
            "client_secret",
            "db_creds",
            "aws_secret_access_key",
            "token",
            "auth",
            "private-key",
            "root.password",
            "connection_string",
            "pwd",
        ] {
            assert!(names_secret(key), "{key}");
        }
        for key in [
            "username",
            "realm_name",
            "plugin_name",
            "token_ttl",
            "token_type",
            "public_key",
            "access_key",
            "access_key_id",
            "key",
            "key_type",
            "secret_path",
            "type",
            "url",
            "password_length",
            "zip",
            "author",
            "",
        ] {
            assert!(!names_secret(key), "{key}");
        }
    }
}
