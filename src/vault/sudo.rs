//! Paths that need `sudo`, and paths that need no token.
//! spec: vault-acl, sections d.3 and d.4
//!
//! Both depend on the type of the mount that serves a path. Without a mount table, a path
//! is taken to be served by what is mounted there by default: `sys/`, `auth/token/`,
//! `identity/`, and engines under the name of their type.

use super::dialect::{Dialect, Product};

/// A path below a mount (a final `*` for any rest), and the servers that list it.
type Entry = (&'static str, fn(Dialect) -> bool);

fn both(_: Dialect) -> bool {
    true
}

fn vault(dialect: Dialect) -> bool {
    dialect.product == Product::Vault
}

/// What only recent releases of Vault list; which one began is not known.
fn recent_vault(dialect: Dialect) -> bool {
    dialect.vault_since(1, 21, 0)
}

/// Below `sys/`.
const SYS: &[Entry] = &[
    ("auth/*", both),
    ("remount", both),
    ("audit", both),
    ("audit/*", both),
    ("raw", both),
    ("raw/*", both),
    ("rotate", both),
    ("rotate/keyring", |dialect| dialect.openbao_since(2, 5, 0)),
    ("rotate/root", |dialect| dialect.openbao_since(2, 5, 0)),
    ("config/cors", both),
    ("config/auditing/*", both),
    ("config/ui/headers/*", both),
    ("plugins/catalog/*", both),
    ("revoke-prefix/*", both),
    ("revoke-force/*", both),
    ("leases/revoke-prefix/*", both),
    ("leases/revoke-force/*", both),
    ("leases/lookup/*", both),
    ("leases", both),
    ("internal/inspect/*", both),
    // Not in the servers' lists, but checked by code of their own.
    ("seal", both),
    ("step-down", both),
    ("replication/primary/secondary-token", vault),
    ("replication/performance/primary/secondary-token", vault),
    ("replication/dr/primary/secondary-token", vault),
    ("replication/reindex", vault),
    ("replication/dr/reindex", vault),
    ("replication/performance/reindex", vault),
    ("plugins/runtimes/catalog/*", vault),
    ("storage/raft/snapshot-auto/config/*", vault),
    ("internal/counters/activity/export", vault),
    ("activation-flags/*", recent_vault),
    ("config/oauth-resource-server/*", recent_vault),
    ("reporting/scan", recent_vault),
];

/// Below `auth/token/`. The servers' lists differ; OpenBao checks `revoke-orphan` itself in
/// its handler, with the same effect.
const TOKEN: &[Entry] = &[("revoke-orphan", both), ("revoke-orphan/*", both), ("accessors*", both)];

const PKI: &[Entry] = &[("root", both), ("root/sign-self-issued", both)];

const IDENTITY: &[Entry] = &[("entity/merge", recent_vault)];

fn covers(entries: &[Entry], rest: &str, dialect: Dialect) -> bool {
    entries.iter().any(|(entry, listed)| {
        let matches = match entry.strip_suffix('*') {
            Some(prefix) => rest.starts_with(prefix),
            None => rest == *entry,
        };
        matches && listed(dialect)
    })
}

/// Whether a path needs `sudo` besides the capability of the operation. LIST's trailing
/// slash counts, as in the server.
#[must_use]
pub fn root_protected(path: &str, dialect: Dialect) -> bool {
    if let Some(rest) = path.strip_prefix("sys/") {
        return covers(SYS, rest, dialect) || (recent_vault(dialect) && tunes_auth_mount(rest));
    }
    if let Some(rest) = path.strip_prefix("auth/") {
        return rest.strip_prefix("token/").is_some_and(|rest| covers(TOKEN, rest, dialect));
    }
    match path.split_once('/') {
        Some((kind @ ("pki" | "identity"), rest)) => root_protected_in(kind, rest, dialect),
        _ => false,
    }
}

/// Whether a policy path with wildcards may reach an endpoint that needs `sudo`, or where
/// `sudo` means more (`auth/token/create`), as far as what is mounted by default goes; and
/// below mounts of a type that has such endpoints, where `mount_type` tells the type.
#[must_use]
pub fn reaches_protected(path: &str, mount_type: Option<&str>, dialect: Dialect) -> bool {
    let literal = path.split(['+', '*', crate::source::HOLE]).next().unwrap_or(path);
    let meets = |area: &str, entries: &[Entry]| {
        let Some(rest) = literal.strip_prefix(area) else { return area.starts_with(literal) };
        entries.iter().any(|(entry, listed)| {
            let whole = entry.strip_suffix('*');
            let below = whole.is_some_and(|prefix| rest.starts_with(prefix));
            listed(dialect) && (below || whole.unwrap_or(entry).starts_with(rest))
        })
    };
    let tunes = || {
        let area = "sys/mounts/auth/";
        recent_vault(dialect) && (area.starts_with(literal) || literal.starts_with(area))
    };
    let creates = || "auth/token/create".starts_with(literal) || literal.starts_with("auth/token/create");
    let mounted = || match mount_type {
        Some("pki") => true,
        Some(_) => false,
        None => meets("pki/", PKI) || literal.split('/').next().is_some_and(|mount| mount.contains("pki")),
    };
    meets("sys/", SYS)
        || tunes()
        || meets("auth/token/", TOKEN)
        || creates()
        || meets("identity/", IDENTITY)
        || mounted()
}

/// `mounts/auth/<mount>/tune`
fn tunes_auth_mount(rest: &str) -> bool {
    rest.strip_prefix("mounts/auth/").and_then(|rest| rest.strip_suffix("/tune")).is_some_and(|mount| !mount.is_empty())
}

/// The same below a mount of that type.
#[must_use]
pub fn root_protected_in(mount_type: &str, rest: &str, dialect: Dialect) -> bool {
    match mount_type {
        "pki" => covers(PKI, rest, dialect),
        "identity" => covers(IDENTITY, rest, dialect),
        "token" => covers(TOKEN, rest, dialect),
        _ => false,
    }
}

/// Below `sys/`, without a token. `+` stands for one segment.
const SYS_OPEN: &[Entry] = &[
    ("wrapping/lookup", both),
    ("wrapping/pubkey", both),
    ("replication/status", both),
    ("internal/specs/openapi", both),
    ("internal/ui/mounts", both),
    ("internal/ui/mounts/*", both),
    ("internal/ui/namespaces", both),
    ("storage/raft/bootstrap/challenge", both),
    ("storage/raft/bootstrap/answer", both),
    ("init", both),
    ("seal-status", both),
    ("unseal", both),
    ("leader", both),
    ("health", both),
    ("decode-token", both),
    ("mfa/validate", both),
    // Off by default since these releases; Vault asks for a token in recent ones.
    ("rekey/*", |dialect| !dialect.openbao_since(2, 5, 0) && !recent_vault(dialect)),
    ("rekey-recovery-key/*", |dialect| !dialect.openbao_since(2, 5, 0) && !recent_vault(dialect)),
    ("generate-root/*", |dialect| !dialect.openbao_since(2, 5, 3) && !recent_vault(dialect)),
    ("replication/dr/status", vault),
    ("replication/performance/status", vault),
    ("replication/dr/secondary/*", vault),
];

const PKI_OPEN: [&str; 14] = [
    "cert/*",
    "ca",
    "ca/pem",
    "ca_chain",
    "crl",
    "crl/pem",
    "crl/delta",
    "crl/delta/pem",
    "issuer/+/pem",
    "issuer/+/der",
    "issuer/+/json",
    "issuers/",
    "ocsp",
    "ocsp/*",
];

/// Paths of a mount type (auth methods as `auth/<type>`) that need no token.
fn open_paths(mount_type: &str) -> &'static [&'static str] {
    match mount_type {
        "auth/approle" | "auth/cert" | "auth/kerberos" | "auth/kubernetes" => &["login"],
        "auth/jwt" | "auth/oidc" => &["login", "cel/login", "oidc/auth_url", "oidc/callback", "oidc/poll"],
        "auth/ldap" | "auth/userpass" => &["login/*"],
        "auth/radius" => &["login", "login/*"],
        "identity" => &["oidc/.well-known/*", "oidc/provider/+/.well-known/*", "oidc/provider/+/token"],
        "pki" => &PKI_OPEN,
        "ssh" => &["verify", "public_key", "issuer/+/public_key"],
        _ => &[],
    }
}

/// Whether a path is served without asking for a token, so that no policy matters.
#[must_use]
pub fn needs_no_token(path: &str, dialect: Dialect) -> bool {
    if let Some(rest) = path.strip_prefix("sys/") {
        return covers(SYS_OPEN, rest, dialect);
    }
    let mount = match path.strip_prefix("auth/") {
        Some(rest) => rest.split_once('/').map(|(mount, rest)| (format!("auth/{mount}"), rest)),
        None => path.split_once('/').map(|(mount, rest)| (mount.to_owned(), rest)),
    };
    mount.is_some_and(|(mount, rest)| needs_no_token_in(&mount, rest))
}

/// The same below a mount of that type, auth methods as `auth/<type>`.
#[must_use]
pub fn needs_no_token_in(mount_type: &str, rest: &str) -> bool {
    open_paths(mount_type).iter().any(|entry| {
        let (stem, open) = entry.strip_suffix('*').map_or((*entry, false), |stem| (stem, true));
        super::path::match_segments(stem, open, rest)
    })
}
