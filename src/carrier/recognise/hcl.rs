//! HCL: told by the blocks at the root.

use super::HEAD;
use super::words::{RootWords, Word};

/// Whether HCL text is meant as a Vault policy: `path` blocks at the root, and none that
/// another product's HCL has there. The text need not parse.
pub(in crate::carrier) fn is_vault_policy(text: &str) -> bool {
    let text = text.get(..text.floor_char_boundary(HEAD)).unwrap_or(text);
    let mut paths = 0;
    for word in RootWords::new(text) {
        match word {
            Word::Block("path") => paths += 1,
            Word::Block(other) if OTHER_BLOCKS.contains(&other) => return false,
            Word::Attribute("path") => return false,
            _ => {}
        }
    }
    paths > 0
}

/// Root blocks of HCL that is not a Vault policy: Terraform, Terragrunt, Packer, Nomad,
/// Consul, Boundary, Waypoint, Sentinel and the servers' own configuration.
const OTHER_BLOCKS: &[&str] = &[
    "acl",
    "agent",
    "agent_prefix",
    "api_proxy",
    "auto_auth",
    "build",
    "cache",
    "client",
    "cluster",
    "consul",
    "controller",
    "data",
    "dependencies",
    "dependency",
    "event",
    "event_prefix",
    "feature",
    "generate",
    "import",
    "include",
    "initialize",
    "inputs",
    "job",
    "kms",
    "key",
    "key_prefix",
    "listener",
    "locals",
    "module",
    "moved",
    "mesh",
    "node",
    "node_prefix",
    "operator",
    "output",
    "packer",
    "plugin",
    "policy",
    "project",
    "provider",
    "query",
    "query_prefix",
    "remote_state",
    "removed",
    "resource",
    "seal",
    "server",
    "service",
    "service_prefix",
    "session",
    "session_prefix",
    "source",
    "storage",
    "target",
    "task",
    "telemetry",
    "template",
    "terraform",
    "variable",
    "vault",
    "worker",
];
