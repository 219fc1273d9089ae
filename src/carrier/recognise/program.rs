//! Which of Vault's own programs a text configures, and what tells it from other programs'.

use memchr::memmem;

use super::words::{RootWords, Word};
use super::{HEAD, keys};

/// Which of the programs a configuration is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    /// A server.
    Server,
    /// An agent or a proxy: what logs in for others.
    Agent,
}

/// Which of Vault's own programs a text configures, HCL or JSON. The text need not parse.
pub(in crate::carrier) fn service(text: &str) -> Option<Service> {
    let text = text.get(..text.floor_char_boundary(HEAD)).unwrap_or(text).trim_start();
    if text.starts_with('{') {
        let (keys, _) = keys::top_level(text);
        return told_by(keys.iter().map(|key| Word::Block(key)), text);
    }
    told_by(RootWords::new(text), text)
}

/// Goes by what only these programs have at the root, beside nothing that others have there.
pub(super) fn told_by<'a>(words: impl Iterator<Item = Word<'a>>, text: &str) -> Option<Service> {
    let (mut listener, mut storage, mut login, mut own, mut cache, mut start) =
        (false, false, false, false, false, false);
    let mut foreign = false;
    for word in words {
        let (Word::Block(name) | Word::Attribute(name)) = &word;
        foreign |= !SERVER_SETTINGS.contains(name) && !OWN_SETTINGS.contains(name);
        match word {
            Word::Block(name) if OTHER_PROGRAMS.contains(&name) => return None,
            Word::Block("listener") => listener = true,
            Word::Block("storage" | "backend" | "ha_storage" | "ha_backend") => storage = true,
            Word::Block("auto_auth" | "api_proxy") => login = true,
            Word::Block("cache") => cache = true,
            Word::Block("initialize") => start = true,
            Word::Block("seal" | "service_registration" | "user_lockout") => own = true,
            Word::Block(name) | Word::Attribute(name) if OWN_SETTINGS.contains(&name) => own = true,
            _ => {}
        }
    }
    let mentions = |needle: &str| memmem::find(text.as_bytes(), needle.as_bytes()).is_some();
    // Each of Boundary's listeners says what it is for.
    if listener && assigns(text, "purpose") {
        return None;
    }
    match () {
        () if login || (cache && listener && !storage) => Some(Service::Agent),
        // Nobody else's HCL has listeners at the root; other programs' JSON may.
        () if listener && !foreign && (!text.starts_with('{') || LISTENER_SETTINGS.iter().any(|key| mentions(key))) => {
            Some(Service::Server)
        }
        () if start || u8::from(listener) + u8::from(storage) + u8::from(own) > 1 => Some(Service::Server),
        () => None,
    }
}

/// Whether a text gives an argument of that name a value anywhere, as HCL or JSON does.
fn assigns(text: &str, name: &str) -> bool {
    memmem::find_iter(text.as_bytes(), name.as_bytes()).any(|at| {
        let before = text.get(..at).unwrap_or("").trim_end_matches('"');
        let after = text.get(at + name.len()..).unwrap_or("").trim_start_matches('"').trim_start_matches([' ', '\t']);
        before.trim_end_matches([' ', '\t']).ends_with(['\n', '{', ',']) && after.starts_with(['=', ':'])
    })
}

/// What else a server has at the root, beside [`OWN_SETTINGS`].
const SERVER_SETTINGS: &[&str] = &[
    "administrative_namespace_path",
    "audit",
    "backend",
    "cache_size",
    "cluster_name",
    "default_max_request_duration",
    "detect_deadlocks",
    "disable_cache",
    "disable_clustering",
    "disable_performance_standby",
    "disable_printable_check",
    "disable_sealwrap",
    "disable_standby_reads",
    "enable_response_header_hostname",
    "enable_response_header_raft_node_id",
    "entropy",
    "experiments",
    "ha_backend",
    "ha_storage",
    "hsm",
    "imprecise_lease_role_tracking",
    "initialize",
    "license_path",
    "listener",
    "log_file",
    "log_format",
    "log_level",
    "log_requests_level",
    "log_rotate_bytes",
    "log_rotate_duration",
    "log_rotate_max_files",
    "pid_file",
    "plugin_file_permissions",
    "plugin_file_uid",
    "plugin_tmpdir",
    "post_unseal_trace_directory",
    "replication",
    "reporting",
    "seal",
    "sentinel",
    "service_registration",
    "storage",
    "telemetry",
    "user_lockout",
];

/// What shows that a listener written in JSON is one of Vault's.
const LISTENER_SETTINGS: &[&str] = &["\"cluster_address\"", "\"tls_cert_file\"", "\"tls_disable\""];

/// Arguments that only a server has at the root.
const OWN_SETTINGS: &[&str] = &[
    "allow_audit_log_prefixing",
    "api_addr",
    "cluster_addr",
    "default_lease_ttl",
    "disable_mlock",
    "enable_post_unseal_trace",
    "introspection_endpoint",
    "max_lease_ttl",
    "plugin_directory",
    "raw_storage_endpoint",
    "ui",
    "unsafe_allow_api_audit_creation",
    "unsafe_relative_paths",
];

/// Blocks and members at the root of Boundary, Consul, Nomad, Packer, Terraform and Vault
/// policies, none of which one of Vault's programs has.
const OTHER_PROGRAMS: &[&str] = &[
    "acl",
    "build",
    "client",
    "consul",
    "controller",
    "data",
    "datacenter",
    "events",
    "include",
    "inputs",
    "job",
    "kms",
    "locals",
    "module",
    "output",
    "packer",
    "path",
    "policy",
    "ports",
    "provider",
    "resource",
    "server",
    "source",
    "terraform",
    "variable",
    "worker",
];
