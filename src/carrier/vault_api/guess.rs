//! What a bare body is, going by its keys, and what a mount is, going by its name
//! (spec: vault-roles, section 3.7).

use smol_str::SmolStr;

use super::target::RouteTarget;
use crate::carrier::declaration::VaultKind;
use crate::syntax::Node;

/// A guess, with the key that decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Guess {
    /// What the body is taken for.
    pub target: RouteTarget,
    /// For messages: `an approle role`.
    pub what: &'static str,
    /// The key that decided.
    pub key: &'static str,
}

/// One line of the table: what it takes, and what it means. The first line that fits
/// counts, so the surest come first.
struct Signature {
    /// Keys of which one must be there.
    any: &'static [&'static str],
    /// Keys that must all be there too.
    all: &'static [&'static str],
    what: &'static str,
    kind: Kind,
}

#[derive(Clone, Copy)]
enum Kind {
    Role(&'static str),
    Engine(&'static str),
    TokenRole,
    Token,
    Entity,
    Group,
    EntityAlias,
    Policy,
    Cert,
}

const fn line(any: &'static [&'static str], all: &'static [&'static str], what: &'static str, kind: Kind) -> Signature {
    Signature { any, all, what, kind }
}

const SIGNATURES: &[Signature] = &[
    line(&["identity_policies", "accessor"], &["policies", "display_name"], "a token", Kind::Token),
    line(&["secret_id_ttl", "bind_secret_id", "secret_id_num_uses"], &[], "an approle role", Kind::Role("approle")),
    line(&["bound_service_account_names"], &[], "a kubernetes role", Kind::Role("kubernetes")),
    line(&["user_claim", "bound_claims", "bound_audiences"], &[], "a jwt role", Kind::Role("jwt")),
    line(
        &[
            "bound_iam_principal_arn",
            "bound_iam_principal_arns",
            "bound_ami_id",
            "bound_ami_ids",
            "inferred_entity_type",
            "resolve_aws_unique_ids",
        ],
        &[],
        "an aws role",
        Kind::Role("aws"),
    ),
    line(&["bound_service_principal_ids"], &[], "an azure role", Kind::Role("azure")),
    line(&["bound_projects", "max_jwt_exp", "allow_gce_inference"], &[], "a gcp role", Kind::Role("gcp")),
    line(&["bound_service_accounts"], &["type"], "a gcp role", Kind::Role("gcp")),
    line(
        &[
            "allowed_policies",
            "allowed_policies_glob",
            "disallowed_policies",
            "disallowed_policies_glob",
            "allowed_entity_aliases",
            "path_suffix",
        ],
        &[],
        "a token role",
        Kind::TokenRole,
    ),
    line(
        &["allowed_common_names", "allowed_names", "allowed_dns_sans", "display_name", "token_policies"],
        &["certificate"],
        "a cert role",
        Kind::Cert,
    ),
    line(&["ocid_list"], &[], "an oci role", Kind::Role("oci")),
    line(&["bound_application_ids", "bound_space_ids"], &[], "a cf role", Kind::Role("cf")),
    line(&["bound_subjects", "bound_attributes"], &[], "a saml role", Kind::Role("saml")),
    line(&["workload_id_patterns"], &[], "a spiffe role", Kind::Role("spiffe")),
    // these have a `credential_type` as well
    line(&["creation_statements"], &[], "a database role", Kind::Engine("database")),
    line(&["rotation_statements"], &["db_name"], "a database role", Kind::Engine("database")),
    line(
        &["credential_type", "credential_types", "policy_arns", "role_arns"],
        &[],
        "a role of an aws secrets engine",
        Kind::Engine("aws"),
    ),
    line(&["allow_any_name", "enforce_hostnames", "cn_validations"], &[], "a pki role", Kind::Engine("pki")),
    line(
        &["allowed_users", "default_user", "allow_user_certificates", "allow_host_certificates"],
        &["key_type"],
        "an ssh role",
        Kind::Engine("ssh"),
    ),
    line(&["exportable", "allow_plaintext_backup"], &[], "a transit key", Kind::Engine("transit")),
    line(
        &["generated_role_rules", "kubernetes_role_name", "allowed_kubernetes_namespaces"],
        &[],
        "a role of a kubernetes secrets engine",
        Kind::Engine("kubernetes"),
    ),
    line(&["azure_roles", "azure_groups"], &[], "a role of an azure secrets engine", Kind::Engine("azure")),
    line(&["member_entity_ids", "member_group_ids"], &[], "an identity group", Kind::Group),
    line(&["mount_accessor"], &["canonical_id"], "an entity alias", Kind::EntityAlias),
    line(&["aliases"], &["policies", "metadata"], "an entity", Kind::Entity),
    line(&["policy", "rules"], &[], "a policy", Kind::Policy),
];

/// What a bare body is, going by its keys.
#[must_use]
pub fn body(body: &Node) -> Option<Guess> {
    let has = |key: &&&str| body.get(key).is_some();
    // a secret id that was just made has its role's `secret_id_ttl`, and is no role
    if has(&&"secret_id_accessor") {
        return None;
    }
    let found = SIGNATURES.iter().find_map(|line| {
        let key = line.any.iter().find(has)?;
        line.all.iter().all(|key| has(&key)).then_some((line, *key))
    });
    let (line, key) = found?;
    let target = match line.kind {
        Kind::Role(method) => RouteTarget::Object(VaultKind::AuthRole(method.into())),
        Kind::Engine(engine) => RouteTarget::Object(VaultKind::SecretsRole(engine.into())),
        Kind::TokenRole => RouteTarget::Object(VaultKind::TokenRole),
        Kind::Token => RouteTarget::Object(VaultKind::Token),
        Kind::Entity => RouteTarget::Object(VaultKind::Entity),
        Kind::Group => RouteTarget::Object(VaultKind::Group),
        Kind::EntityAlias => RouteTarget::Object(VaultKind::EntityAlias),
        Kind::Cert => RouteTarget::Object(VaultKind::AuthMapping { method: "cert".into(), subject: "cert".into() }),
        // `policy` is a member of many things; only text with a `path` in it is a policy.
        Kind::Policy => {
            let text = body.get(key)?.as_text()?;
            if !text.raw().contains("path") {
                return None;
            }
            RouteTarget::Policy
        }
    };
    Some(Guess { target, what: line.what, key })
}

/// The keys that make a JSON object worth reading as a bare Vault body, without a path to
/// tell: those no other product's JSON is likely to have at its top level.
#[must_use]
pub fn is_telling_key(key: &str) -> bool {
    SIGNATURES.iter().filter(|line| line.all.is_empty()).any(|line| {
        !matches!(line.kind, Kind::Policy) && line.any.contains(&key) && !matches!(key, "path_suffix" | "exportable")
    })
}

/// The auth method at a mount: by the body's keys where they tell, else by the mount's
/// name or its last segment.
#[must_use]
pub fn method(mount: &str, node: Option<&Node>) -> SmolStr {
    if let Some(Guess { target: RouteTarget::Object(VaultKind::AuthRole(method)), .. }) = node.and_then(body) {
        return method;
    }
    by_name(mount, METHODS)
}

/// The engine at a mount, likewise.
#[must_use]
pub fn engine(mount: &str, node: Option<&Node>) -> SmolStr {
    if let Some(Guess { target: RouteTarget::Object(VaultKind::SecretsRole(engine)), .. }) = node.and_then(body) {
        return engine;
    }
    by_name(mount, ENGINES)
}

const METHODS: &[(&str, &str)] = &[
    ("alicloud", "alicloud"),
    ("approle", "approle"),
    ("aws", "aws"),
    ("azure", "azure"),
    ("cert", "cert"),
    ("cf", "cf"),
    ("gcp", "gcp"),
    ("github", "github"),
    ("jwt", "jwt"),
    ("k8s", "kubernetes"),
    ("kerberos", "kerberos"),
    ("kubernetes", "kubernetes"),
    ("ldap", "ldap"),
    ("oci", "oci"),
    ("oidc", "oidc"),
    ("okta", "okta"),
    ("radius", "radius"),
    ("saml", "saml"),
    ("scep", "scep"),
    ("spiffe", "spiffe"),
    ("userpass", "userpass"),
];

const ENGINES: &[(&str, &str)] = &[
    ("ad", "ad"),
    ("alicloud", "alicloud"),
    ("aws", "aws"),
    ("azure", "azure"),
    ("consul", "consul"),
    ("database", "database"),
    ("db", "database"),
    ("gcp", "gcp"),
    ("kubernetes", "kubernetes"),
    ("kv", "kv"),
    ("ldap", "ldap"),
    ("nomad", "nomad"),
    ("pki", "pki"),
    ("rabbitmq", "rabbitmq"),
    ("secret", "kv"),
    ("ssh", "ssh"),
    ("terraform", "terraform"),
    ("totp", "totp"),
    ("transit", "transit"),
];

/// By the mount's last segment, whole or up to its first `-` or `_` (`aws-prod`), else
/// after its last one (`team-jwt`); a name that says nothing is kept as it is.
fn by_name(mount: &str, table: &[(&str, &str)]) -> SmolStr {
    let last = mount.rsplit('/').next().unwrap_or(mount);
    let head = last.split(['-', '_']).next().unwrap_or(last);
    let tail = last.rsplit(['-', '_']).next().unwrap_or(last);
    [last, head, tail]
        .iter()
        .find_map(|word| table.iter().find(|(name, _)| name == word))
        .map_or_else(|| SmolStr::new(last), |(_, kind)| SmolStr::new(kind))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{Fragment, SourceMap};

    fn guessed(text: &str) -> Option<&'static str> {
        let mut sources = SourceMap::new();
        let source = sources.add("answer.json", text);
        let (node, _) = crate::syntax::json::parse(&Fragment::plain(source, 0, text));
        body(&node?).map(|guess| guess.what)
    }

    #[test]
    fn what_vault_answers_is_told_by_what_only_it_holds() {
        let database = r#"{"creation_statements": ["CREATE"], "credential_type": "password", "db_name": "pg"}"#;
        assert_eq!(guessed(database), Some("a database role"));
        let fixed = r#"{"rotation_statements": [], "credential_type": "password", "db_name": "pg"}"#;
        assert_eq!(guessed(fixed), Some("a database role"));
        assert_eq!(guessed(r#"{"credential_type": "iam_user"}"#), Some("a role of an aws secrets engine"));
        let made = r#"{"secret_id": "x", "secret_id_accessor": "y", "secret_id_ttl": 0}"#;
        assert_eq!(guessed(made), None);
        assert_eq!(guessed(r#"{"secret_id_ttl": 0, "bind_secret_id": true}"#), Some("an approle role"));
    }
}
