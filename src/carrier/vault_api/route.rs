//! Vault API path → what is written there. One table for exports, directory layouts,
//! generic endpoints and everything else that names an API path.

use smol_str::SmolStr;

use super::guess;
use super::target::RouteTarget;
use crate::carrier::declaration::VaultKind;
use crate::syntax::Node;

/// What an API path names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// What is written there.
    pub target: RouteTarget,
    /// Mount without `auth/` and slashes at its ends, where the path goes through one.
    pub mount: Option<SmolStr>,
    /// Name at the mount.
    pub name: Option<SmolStr>,
}

impl Route {
    fn object(kind: VaultKind, mount: Option<&str>, name: Option<&str>) -> Self {
        Self { target: RouteTarget::Object(kind), mount: mount.map(SmolStr::new), name: name.map(SmolStr::new) }
    }
}

/// What stands at an API path. `body` helps where the path alone does not tell the
/// method or engine: a mount path may be anything.
#[must_use]
pub fn route(path: &str, body: Option<&Node>) -> Option<Route> {
    let path = path.trim_matches('/');
    let segments: Vec<&str> = path.split('/').collect();
    match segments.as_slice() {
        ["sys", rest @ ..] => sys(rest),
        ["identity", rest @ ..] => identity(rest),
        ["auth", "token", "roles", name] => Some(Route::object(VaultKind::TokenRole, Some("token"), Some(name))),
        ["auth", "token", ..] => None,
        ["auth", rest @ ..] => auth(rest, body),
        rest => secrets(rest, body),
    }
}

fn sys(rest: &[&str]) -> Option<Route> {
    let joined = |parts: &[&str]| SmolStr::from(parts.join("/"));
    let policy = |name: &str| Route { target: RouteTarget::Policy, mount: None, name: Some(SmolStr::new(name)) };
    let table = |target| Route { target, mount: None, name: None };
    Some(match rest {
        ["policy", name] | ["policies", "acl", name] => policy(name),
        ["policies", kind, name] => {
            Route::object(VaultKind::Other(SmolStr::from(format!("sys/policies/{kind}"))), None, Some(name))
        }
        ["mounts"] => table(RouteTarget::SecretsMounts),
        ["auth"] => table(RouteTarget::AuthMounts),
        ["mounts", "auth", path @ .., "tune"] | ["auth", path @ .., "tune"] if !path.is_empty() => {
            let path = joined(path);
            Route::object(VaultKind::Other("sys/auth/tune".into()), None, Some(&path))
        }
        ["mounts", path @ .., "tune"] if !path.is_empty() => {
            let path = joined(path);
            Route::object(VaultKind::Other("sys/mounts/tune".into()), None, Some(&path))
        }
        ["mounts", path @ ..] => {
            let path = joined(path);
            Route::object(VaultKind::SecretsMount, None, Some(&path))
        }
        ["auth", path @ ..] => {
            let path = joined(path);
            Route::object(VaultKind::AuthMount, None, Some(&path))
        }
        ["audit", path @ ..] if !path.is_empty() => Route::object(VaultKind::Audit, None, Some(&joined(path))),
        ["namespaces", path @ ..] if !path.is_empty() => Route::object(VaultKind::Namespace, None, Some(&joined(path))),
        [first, .., last] => Route::object(VaultKind::Other(SmolStr::from(format!("sys/{first}"))), None, Some(last)),
        _ => return None,
    })
}

fn identity(rest: &[&str]) -> Option<Route> {
    let (kind, rest) = match rest {
        ["entity", rest @ ..] => (VaultKind::Entity, rest),
        ["group", rest @ ..] => (VaultKind::Group, rest),
        ["entity-alias" | "alias" | "persona", rest @ ..] => (VaultKind::EntityAlias, rest),
        ["group-alias", rest @ ..] => (VaultKind::GroupAlias, rest),
        [kind @ ("oidc" | "mfa"), what, .., name] => {
            let kind = VaultKind::Other(SmolStr::from(format!("identity/{kind}/{what}")));
            return Some(Route::object(kind, None, Some(name)));
        }
        _ => return None,
    };
    Some(match rest {
        // An id is not a name: the body tells the name, the id is among its fields.
        [] | ["id", _] => Route::object(kind, None, None),
        ["name", name] | [name] => Route::object(kind, None, Some(name)),
        _ => return None,
    })
}

/// `auth/<mount>/…`; the mount may have slashes, so the known segments are sought from
/// the right.
fn auth(rest: &[&str], body: Option<&Node>) -> Option<Route> {
    let find = |split: usize, words: &[&str]| {
        let at = rest.len().checked_sub(split)?;
        (at > 0 && rest.get(at..at + words.len()) == Some(words)).then(|| rest.get(..at).unwrap_or_default().join("/"))
    };
    let name = *rest.last()?;
    let method = |mount: &str| guess::method(mount, body);
    let mapping = |mount: &str, subject: &str, given: Option<&str>| {
        let method = given.map_or_else(|| method(mount), SmolStr::new);
        let kind = VaultKind::AuthMapping { method, subject: SmolStr::new(subject) };
        Some(Route::object(kind, Some(mount), Some(name)))
    };
    if let Some(mount) = find(3, &["map", "teams"]) {
        return mapping(&mount, "team", Some("github"));
    }
    if let Some(mount) = find(3, &["map", "users"]) {
        return mapping(&mount, "user", Some("github"));
    }
    for segment in ["role", "roles"] {
        if let Some(mount) = find(2, &[segment]) {
            return Some(Route::object(VaultKind::AuthRole(method(&mount)), Some(&mount), Some(name)));
        }
    }
    if let Some(mount) = find(2, &["users"]) {
        return mapping(&mount, "user", None);
    }
    if let Some(mount) = find(2, &["groups"]) {
        return mapping(&mount, "group", None);
    }
    if let Some(mount) = find(2, &["certs"]) {
        return mapping(&mount, "cert", Some("cert"));
    }
    for depth in [1, 2] {
        if let Some(mount) = find(depth, &["config"]) {
            return Some(Route::object(
                VaultKind::AuthConfig(method(&mount)),
                Some(&mount),
                (depth == 2).then_some(name),
            ));
        }
    }
    None
}

/// Path segments under which engines keep roles.
const ROLE_SEGMENTS: &[&str] = &[
    "roles",
    "role",
    "static-roles",
    "static-role",
    "roleset",
    "static-account",
    "impersonated-account",
    "keys",
    "library",
];

/// `<mount>/roles/<name>` and the like, and `<mount>/config[/<name>]`.
fn secrets(rest: &[&str], body: Option<&Node>) -> Option<Route> {
    match rest {
        [mount @ .., segment, name] if !mount.is_empty() && ROLE_SEGMENTS.contains(segment) => {
            let mount = mount.join("/");
            let engine = guess::engine(&mount, body);
            Some(Route::object(VaultKind::SecretsRole(engine), Some(&mount), Some(name)))
        }
        [mount @ .., "config", name] if !mount.is_empty() => {
            let mount = mount.join("/");
            let engine = guess::engine(&mount, body);
            Some(Route::object(VaultKind::SecretsConfig(engine), Some(&mount), Some(name)))
        }
        [mount @ .., "config"] if !mount.is_empty() => {
            let mount = mount.join("/");
            let engine = guess::engine(&mount, body);
            Some(Route::object(VaultKind::SecretsConfig(engine), Some(&mount), None))
        }
        _ => None,
    }
}

/// The API path that a file's path mirrors: `export/auth/approle/role/ci.json` is
/// `auth/approle/role/ci`. Directories before it may be anything.
#[must_use]
pub fn api_path(file: &str) -> Option<String> {
    let (stem, _) = file.rsplit_once('.').filter(|(_, ext)| !ext.contains('/')).unwrap_or((file, ""));
    let segments: Vec<&str> = stem.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    // The last anchor that leads somewhere counts: `auth/sys/mounts/x` is hardly an auth mount.
    let anchors = segments.iter().enumerate().rev();
    for (at, segment) in anchors {
        let tail = segments.get(at..).unwrap_or_default();
        if matches!(*segment, "auth" | "sys" | "identity") && tail.len() > 1 {
            let path = tail.join("/");
            if route(&path, None).is_some() {
                // `auth/<mount>` and `sys/auth/<mount>` both hold the word: take the longer.
                let before = at.checked_sub(1).and_then(|i| segments.get(i));
                if *segment == "auth" && before.is_some_and(|word| *word == "sys" || *word == "mounts") {
                    continue;
                }
                return Some(path);
            }
        }
    }
    let at = segments.len().checked_sub(3)?;
    let tail = segments.get(at..)?;
    tail.get(1).filter(|word| **word == "config" || ROLE_SEGMENTS.contains(word)).map(|_| tail.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(path: &str) -> Option<(VaultKind, Option<SmolStr>, Option<SmolStr>)> {
        let route = route(path, None)?;
        match route.target {
            RouteTarget::Object(kind) => Some((kind, route.mount, route.name)),
            _ => None,
        }
    }

    #[test]
    fn api_paths_lead_to_their_objects() {
        use VaultKind as K;
        let mapping = |method: &str, subject: &str| K::AuthMapping { method: method.into(), subject: subject.into() };
        let table: Vec<(&str, K, Option<&str>, Option<&str>)> = vec![
            ("auth/approle/role/ci", K::AuthRole("approle".into()), Some("approle"), Some("ci")),
            ("auth/kubernetes/role/web", K::AuthRole("kubernetes".into()), Some("kubernetes"), Some("web")),
            ("auth/teams/a/jwt/role/x", K::AuthRole("jwt".into()), Some("teams/a/jwt"), Some("x")),
            ("auth/userpass/users/bob", mapping("userpass", "user"), Some("userpass"), Some("bob")),
            ("auth/ldap/groups/admins", mapping("ldap", "group"), Some("ldap"), Some("admins")),
            ("auth/github/map/teams/ops", mapping("github", "team"), Some("github"), Some("ops")),
            ("auth/cert/certs/web", mapping("cert", "cert"), Some("cert"), Some("web")),
            ("auth/cf/roles/x", K::AuthRole("cf".into()), Some("cf"), Some("x")),
            ("auth/token/roles/nomad", K::TokenRole, Some("token"), Some("nomad")),
            ("auth/ldap/config", K::AuthConfig("ldap".into()), Some("ldap"), None),
            ("auth/aws/config/client", K::AuthConfig("aws".into()), Some("aws"), Some("client")),
            ("sys/mounts/kv/team", K::SecretsMount, None, Some("kv/team")),
            ("sys/auth/approle", K::AuthMount, None, Some("approle")),
            ("identity/entity/name/bob", K::Entity, None, Some("bob")),
            ("identity/entity/id/1234", K::Entity, None, None),
            ("identity/group/ops", K::Group, None, Some("ops")),
            ("aws/roles/deploy", K::SecretsRole("aws".into()), Some("aws"), Some("deploy")),
            ("database/config/pg", K::SecretsConfig("database".into()), Some("database"), Some("pg")),
        ];
        for (path, expected, mount, name) in table {
            assert_eq!(kind(path), Some((expected, mount.map(Into::into), name.map(Into::into))), "{path}");
        }
        for path in ["auth/token/create", "secret/data/x", "x", "", "identity/lookup/entity"] {
            assert_eq!(route(path, None), None, "{path}");
        }
        assert_eq!(route("sys/policies/acl/app", None).map(|r| r.target), Some(RouteTarget::Policy));
        assert_eq!(route("sys/auth", None).map(|r| r.target), Some(RouteTarget::AuthMounts));
    }

    #[test]
    fn files_mirror_api_paths_below_any_directory() {
        let table = [
            ("auth/approle/role/ci.json", Some("auth/approle/role/ci")),
            ("exports/prod/auth/approle/role/ci.v2.json", Some("auth/approle/role/ci.v2")),
            ("./sys/policies/acl/app.json", Some("sys/policies/acl/app")),
            ("vault/sys/auth/approle.json", Some("sys/auth/approle")),
            ("vault/sys/auth.json", Some("sys/auth")),
            ("sys/mounts/auth/approle/tune.json", Some("sys/mounts/auth/approle/tune")),
            ("identity/entity/name/bob.json", Some("identity/entity/name/bob")),
            ("dump/aws/roles/deploy.json", Some("aws/roles/deploy")),
            ("database/config/pg.json", Some("database/config/pg")),
            ("transit/keys/app.json", Some("transit/keys/app")),
            ("src/roles.json", None),
            ("package.json", None),
        ];
        for (file, expected) in table {
            assert_eq!(api_path(file).as_deref(), expected, "{file}");
        }
    }
}
