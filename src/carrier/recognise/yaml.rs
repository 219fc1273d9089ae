//! YAML: told by the keys at the start of lines, and by what the text mentions.

use memchr::memmem;

use super::HEAD;
use crate::carrier::format::Format;

/// What shows that a YAML text holds the configuration of a server or an agent: in a Helm
/// chart's values, a `ConfigMap`, or the environment of a container.
const CONFIG_TEXTS: &[&str] =
    &["listener \"tcp\"", "listener \"unix\"", "auto_auth {", "VAULT_LOCAL_CONFIG", "BAO_LOCAL_CONFIG"];

/// What shows that a YAML text holds a program that asks something of Vault.
const CONSUMERS: &[&str] = &[
    "apiVersion: external-secrets.io/",
    "apiVersion: secrets-store.csi.x-k8s.io/",
    "apiVersion: secrets.hashicorp.com/",
    "vault.hashicorp.com/agent-inject",
    "vault.security.banzaicloud.io/vault-",
];

/// The format of a YAML text.
pub(super) fn recognise(text: &str) -> Option<Format> {
    let head = text.get(..text.floor_char_boundary(HEAD)).unwrap_or(text);
    let mentions = |needle: &str| memmem::find(text.as_bytes(), needle.as_bytes()).is_some();
    let mut keys = Vec::new();
    for line in head.lines() {
        if line.starts_with(|c: char| c.is_ascii_alphabetic() || c == '"' || c == '\'')
            && let Some((key, value)) = line.split_once(':')
        {
            keys.push((key.trim_matches(['"', '\'']).trim(), value.trim()));
        }
    }
    let has = |key: &str| keys.iter().any(|(k, _)| *k == key);
    if has("AWSTemplateFormatVersion") || (has("Resources") && mentions("AWS::")) {
        return Some(Format::CloudFormationYaml);
    }
    if keys.iter().any(|(key, value)| *key == "apiVersion" && value.contains("redhatcop.redhat.io"))
        || (has("apiVersion") && mentions("vault.banzaicloud.com"))
        || (has("policies") && mentions("rules:") && (mentions("path \"") || mentions("capabilities")))
        || (has("secrets") && mentions("configuration:") && mentions("- type: "))
        || has("externalConfig")
        || (has("apiVersion") && mentions("capabilities") && mentions("path \""))
        || CONFIG_TEXTS.iter().any(|text| mentions(text))
        || CONSUMERS.iter().any(|text| mentions(text))
        || (has("apiVersion") && mentions("cert-manager.io/") && mentions("vault:"))
    {
        return Some(Format::KubernetesYaml);
    }
    let runtime_yaml = keys.iter().any(|(key, value)| *key == "runtime" && value.trim_matches(['"', '\'']) == "yaml");
    if runtime_yaml || (has("resources") && (mentions("type: vault:") || mentions("type: aws:"))) {
        return Some(Format::PulumiYaml);
    }
    None
}
