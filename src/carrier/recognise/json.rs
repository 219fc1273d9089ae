//! JSON: told by the members at the top level.

use memchr::memmem;

use super::words::Word;
use super::{keys, program};
use crate::carrier::format::Format;
use crate::carrier::vault_api::guess;

/// The format of a JSON text.
pub(super) fn recognise(name: &str, text: &str) -> Option<Format> {
    let text = text.trim_start();
    if text.starts_with('[') {
        let inner = text.strip_prefix('[').unwrap_or(text).trim_start();
        if inner.starts_with('{') && keys::top_level(inner).0.iter().any(|key| guess::is_telling_key(key)) {
            return Some(Format::VaultApi);
        }
        return is_document_list(text).then_some(Format::IamDocument);
    }
    let (keys, closed) = keys::top_level(text);
    let has = |key: &str| keys.iter().any(|k| k == key);
    let has_any = |list: &[&str]| list.iter().any(|key| has(key));
    let mentions = |needle: &str| memmem::find(text.as_bytes(), needle.as_bytes()).is_some();

    if has_any(&["UserDetailList", "RoleDetailList", "GroupDetailList"]) {
        return Some(Format::AwsAccount);
    }
    if has("AWSTemplateFormatVersion") || (has("Resources") && mentions("\"AWS::")) {
        return Some(Format::CloudFormationJson);
    }
    if has("format_version") && has_any(&["resource_changes", "planned_values", "values", "terraform_version"]) {
        return Some(Format::TerraformPlan);
    }
    if has("serial") && has("lineage") || (has("terraform_version") && has("resources")) {
        return Some(Format::TerraformState);
    }
    if has("deployment") && has("version") {
        return Some(Format::PulumiState);
    }
    if has("steps") && has_any(&["changeSummary", "config", "diagnostics", "duration"]) && mentions("\"urn:pulumi:") {
        return Some(Format::PulumiPreview);
    }
    if has("path") && keys.iter().all(|key| key == "path" || key == "name") {
        return Some(Format::VaultJson);
    }
    if program::told_by(keys.iter().map(|key| Word::Block(key)), text).is_some() {
        return Some(Format::VaultConfig);
    }
    if has_any(&["request_id", "lease_id", "renewable"]) && has("data") {
        return Some(Format::VaultApi);
    }
    if is_stack_policy(text) || is_firewall_rule(&keys, text) {
        return None;
    }
    if keys.iter().any(|key| key.eq_ignore_ascii_case("statement"))
        || keys::mentions_policy_version(text) && has("Version")
    {
        return Some(Format::IamDocument);
    }
    if AWS_WRAPPERS.iter().any(|key| has(key))
        && (mentions("\"Statement\"") || mentions("\\\"Statement\\\"") || mentions("%22Statement%22"))
    {
        return Some(Format::AwsCli);
    }
    // A slip early in a document can hide the names of its members; it is still to be told.
    if (!closed || keys.is_empty()) && mentions_statement(text) {
        return Some(Format::IamDocument);
    }
    // A table of mounts, or a body whose members only Vault has.
    let mounts = !keys.is_empty() && keys.iter().all(|key| key.ends_with('/')) && mentions("\"type\"");
    let telling = mounts || keys.iter().any(|key| guess::is_telling_key(key));
    let telling = telling || is_engine_name(name) && has_any(ENGINE_KEYS);
    (telling || is_vault_api_name(name)).then_some(Format::VaultApi)
}

/// Whether a text is a stack policy of CloudFormation: it is written like a policy of IAM, and
/// says which resources of a stack an update may change. Its actions are of no service.
/// Source: CloudFormation User Guide, prevent updates to stack resources.
fn is_stack_policy(text: &str) -> bool {
    let mentions = |needle: &[u8]| memmem::find(text.as_bytes(), needle).is_some();
    mentions(b"\"Update:") && !mentions(b"\"arn:")
}

/// Whether a text is a rule of AWS WAF, which has a `Statement` of its own.
/// Source: AWS WAF API Reference, Rule.
fn is_firewall_rule(keys: &[String], text: &str) -> bool {
    let has = |key: &str| keys.iter().any(|known| known == key);
    (has("Priority") || has("VisibilityConfig")) && memmem::find(text.as_bytes(), b"\"Effect\"").is_none()
}

/// Whether a text speaks of a statement and its effect, in either kind of quotes.
pub(super) fn mentions_statement(text: &str) -> bool {
    let mentions = |needle: &[u8]| memmem::find(text.as_bytes(), needle).is_some();
    mentions(b"\"Statement\"") && mentions(b"\"Effect\"") || mentions(b"'Statement'") && mentions(b"'Effect'")
}

/// Members of what secrets engines keep below `config` and `keys`.
const ENGINE_KEYS: &[&str] = &[
    "allowed_roles",
    "connection_details",
    "deletion_allowed",
    "exportable",
    "min_decryption_version",
    "root_rotation_statements",
];

/// Whether a file's path mirrors that of a secrets engine's connection or key:
/// `database/config/pg.json`, `transit/keys/app.json`. Other programs have such paths too.
fn is_engine_name(name: &str) -> bool {
    let parts: Vec<&str> = name.split('/').collect();
    parts.windows(3).any(|part| matches!(part, [_, "config" | "keys", _]))
}

/// Top-level members around policy documents in what the AWS CLI prints.
const AWS_WRAPPERS: &[&str] = &[
    "Attributes",
    "Document",
    "Group",
    "GroupPolicy",
    "Policies",
    "Policy",
    "PolicyDocument",
    "PolicyVersion",
    "ResourcePolicy",
    "Role",
    "RolePolicy",
    "Roles",
    "UserPolicy",
    "VpcEndpoints",
    "policy",
    "policyText",
    "resourcePolicy",
];

/// Whether a file's path mirrors an API path under which Vault keeps access control:
/// `auth/approle/role/ci.json`, `sys/policies/acl/app.json`, `identity/entity/name/x.json`.
fn is_vault_api_name(name: &str) -> bool {
    let parts: Vec<&str> = name.split('/').collect();
    let pairs = parts.windows(2).any(|pair| {
        matches!(
            pair,
            ["sys", "auth" | "mounts" | "policies" | "policy" | "audit" | "namespaces"]
                | ["identity", "entity" | "group" | "entity-alias" | "group-alias" | "oidc" | "mfa"]
        )
    });
    // Elsewhere `roles/<name>/` is a directory of Ansible's.
    let role = matches!(parts.as_slice(), [.., "roles" | "static-roles" | "roleset" | "static-account", _]);
    // `auth/<mount>/…`, and `auth/<mount>.json` for the mount itself.
    pairs || role || parts.iter().rev().skip(1).take(4).any(|part| *part == "auth")
}

/// A JSON list whose first element is a policy document.
fn is_document_list(text: &str) -> bool {
    let inner = text.strip_prefix('[').unwrap_or(text).trim_start();
    inner.starts_with('{') && keys::top_level(inner).0.iter().any(|key| key == "Statement")
}
