//! What principals gain that is less than every policy, or takes something from outside.

use overgrant::model::escalation::{Power, PowerKind};
use overgrant::vault::dialect::Dialect;

use crate::model_vault::model_of;

/// The powers of a role that has the policy and nothing else. Nobody gets every policy here.
fn powers_in(dialect: Dialect, policy: &str, more: &[(&str, &str)]) -> Vec<Power> {
    let mut files = vec![
        ("auth/approle/role/ci.json", r#"{"token_policies": ["app"], "bind_secret_id": true}"#),
        ("sys/policies/acl/app.hcl", policy),
    ];
    files.extend(more);
    let (_, model, carried) = model_of(&files);
    assert_eq!(carried.diagnostics, [], "{policy}");
    let ci = model.vault_principals().find(|p| model.principal_name(*p) == "auth/approle/role/ci").unwrap();
    let escalation = model.escalation(dialect);
    assert_eq!(escalation.steps(ci), None, "{policy}");
    escalation.powers(ci).to_vec()
}

fn ids(powers: &[Power]) -> Vec<&'static str> {
    powers.iter().filter_map(|power| Some(power.step()?.id)).collect()
}

fn powers(policy: &str, more: &[(&str, &str)]) -> Vec<&'static str> {
    ids(&powers_in(Dialect::default(), policy, more))
}

const MOUNTS: (&str, &str) = (
    "sys/mounts.json",
    r#"{"request_id": "1", "data": {"database/": {"type": "database"}, "aws/": {"type": "aws"}, "nomad/": {"type": "nomad"},
        "gcp/": {"type": "gcp"}, "ssh/": {"type": "ssh"}, "transit/": {"type": "transit"},
        "secret-prod/": {"type": "kv", "options": {"version": "2"}},
        "secret-dev/": {"type": "kv", "options": {"version": "2"}}, "old/": {"type": "kv"}}}"#,
);
const PG: (&str, &str) = (
    "database.tf",
    r#"
resource "vault_database_secret_backend_connection" "pg" {
  backend         = "database"
  name            = "pg"
  allowed_roles   = ["app-*", "one"]
  password_policy = "long"
}
"#,
);

#[test]
fn each_step_has_what_it_needs_and_no_less() {
    let all: &[(&str, &str)] = &[
        MOUNTS,
        PG,
        (
            "ssh/roles/ops.json",
            r#"{"key_type": "ca", "allow_user_certificates": true, "allowed_users": "deploy,root"}"#,
        ),
        (
            "ssh/roles/app.json",
            r#"{"key_type": "ca", "allow_user_certificates": true, "allowed_users": "deploy", "default_user": "deploy"}"#,
        ),
        ("transit.tf", KEYS),
    ];
    let table: &[(&str, &[&str])] = &[
        // E20
        (
            r#"path "sys/remount" { capabilities = ["update", "sudo"] }
               path "secret-dev/data/*" { capabilities = ["read"] }"#,
            &["E20"],
        ),
        (
            r#"path "sys/remount" { capabilities = ["update"] }
               path "secret-dev/data/*" { capabilities = ["read"] }"#,
            &[],
        ),
        (r#"path "sys/remount" { capabilities = ["update", "sudo"] }"#, &[]),
        (
            r#"path "sys/remount" { capabilities = ["update", "sudo"] }
               path "secret-dev/metadata/*" { capabilities = ["list"] }"#,
            &[],
        ),
        (
            r#"path "sys/remount" { capabilities = ["update", "sudo"] }
               path "secret-dev/data/*" { capabilities = ["read"] }
               path "secret-prod/data/*" { capabilities = ["read"] }
               path "old/*" { capabilities = ["read"] }"#,
            &[],
        ),
        // E21
        (
            r#"path "sys/namespaces/*" { capabilities = ["create", "update"] }
               path "+/sys/auth/*" { capabilities = ["update", "sudo"] }
               path "+/auth/*" { capabilities = ["create", "update"] }"#,
            &["E21"],
        ),
        (
            r#"path "sys/namespaces/*" { capabilities = ["create", "update"] }
               path "+/sys/policies/acl/*" { capabilities = ["update"] }
               path "+/auth/token/create" { capabilities = ["update", "sudo"] }"#,
            &["E21"],
        ),
        (
            r#"path "sys/namespaces/*" { capabilities = ["create", "update"] }
               path "+/sys/policies/acl/*" { capabilities = ["update"] }
               path "+/auth/token/create" { capabilities = ["update"] }"#,
            &[],
        ),
        (r#"path "sys/namespaces/*" { capabilities = ["create", "update"] }"#, &[]),
        // E22
        (r#"path "sys/storage/raft/snapshot" { capabilities = ["read"] }"#, &["E22"]),
        (r#"path "sys/storage/raft/*" { capabilities = ["read"] }"#, &["E22"]),
        (r#"path "sys/storage/raft/snapshot" { capabilities = ["list"] }"#, &[]),
        (
            r#"path "sys/storage/raft/*" { capabilities = ["read"] }
               path "sys/storage/raft/snapshot" { capabilities = ["deny"] }"#,
            &[],
        ),
        // E23
        (r#"path "sys/storage/raft/snapshot-force" { capabilities = ["update"] }"#, &["E23"]),
        (r#"path "sys/storage/raft/snapshot-force" { capabilities = ["read"] }"#, &[]),
        // E24
        (r#"path "sys/raw/*" { capabilities = ["update", "sudo"] }"#, &["E24"]),
        (r#"path "sys/raw/*" { capabilities = ["update"] }"#, &[]),
        (r#"path "sys/raw/logical/*" { capabilities = ["update", "sudo"] }"#, &[]),
        // E25
        (r#"path "sys/plugins/catalog/*" { capabilities = ["update", "sudo"] }"#, &["E25"]),
        (r#"path "sys/plugins/catalog/secret/mine" { capabilities = ["update", "sudo"] }"#, &["E25"]),
        (r#"path "sys/plugins/catalog/auth/mine" { capabilities = ["update", "sudo"] }"#, &["E25"]),
        (r#"path "sys/plugins/catalog/*" { capabilities = ["update"] }"#, &[]),
        (r#"path "sys/plugins/catalog/*" { capabilities = ["read", "sudo"] }"#, &[]),
        // E26
        (r#"path "sys/generate-root/*" { capabilities = ["update"] }"#, &["E26"]),
        (r#"path "sys/generate-root/attempt" { capabilities = ["update"] }"#, &[]),
        // E27
        (r#"path "sys/audit/file" { capabilities = ["delete", "sudo"] }"#, &["E27"]),
        (r#"path "sys/audit/*" { capabilities = ["update", "sudo"] }"#, &["E27"]),
        (r#"path "sys/audit/*" { capabilities = ["update", "delete"] }"#, &[]),
        (r#"path "sys/audit" { capabilities = ["read", "sudo"] }"#, &[]),
        // E28
        (r#"path "database/config/pg" { capabilities = ["update"] }"#, &["E28"]),
        (r#"path "database/config/other" { capabilities = ["update"] }"#, &[]),
        (r#"path "db/config/pg" { capabilities = ["update"] }"#, &[]),
        (r#"path "database/config/pg" { capabilities = ["read", "delete"] }"#, &[]),
        // E29
        (
            r#"path "database/roles/app-*" { capabilities = ["create"] }
               path "database/creds/app-x" { capabilities = ["read"] }"#,
            &["E29"],
        ),
        (
            r#"path "database/roles/*" { capabilities = ["create", "update"] }
               path "database/creds/one" { capabilities = ["read"] }"#,
            &["E29"],
        ),
        (
            r#"path "database/roles/*" { capabilities = ["create", "update"] }
               path "database/creds/two" { capabilities = ["read"] }"#,
            &[],
        ),
        (r#"path "database/roles/*" { capabilities = ["create", "update"] }"#, &[]),
        // E30
        (
            r#"path "aws/roles/*" { capabilities = ["create", "update"] }
               path "aws/creds/*" { capabilities = ["read"] }"#,
            &["E30"],
        ),
        (
            r#"path "aws/roles/x" { capabilities = ["create", "update"] }
               path "aws/sts/x" { capabilities = ["update"] }"#,
            &["E30"],
        ),
        (
            r#"path "aws/roles/x" { capabilities = ["create", "update"] }
               path "aws/creds/y" { capabilities = ["read"] }"#,
            &[],
        ),
        (r#"path "gcp/roleset/*" { capabilities = ["create", "read", "update"] }"#, &["E30"]),
        (
            r#"path "nomad/role/*" { capabilities = ["create", "update"] }
               path "nomad/creds/*" { capabilities = ["read"] }"#,
            &["E30"],
        ),
        (
            r#"path "nomad/roles/*" { capabilities = ["create", "update"] }
               path "nomad/creds/*" { capabilities = ["read"] }"#,
            &[],
        ),
        // E33
        (r#"path "ssh/sign/ops" { capabilities = ["update"] }"#, &["E33"]),
        (r#"path "ssh/issue/+" { capabilities = ["update"] }"#, &["E33"]),
        (r#"path "ssh/sign/app" { capabilities = ["update"] }"#, &[]),
        (r#"path "ssh/sign/ops" { capabilities = ["read"] }"#, &[]),
        (
            r#"path "ssh/roles/app" { capabilities = ["update"] }
               path "ssh/sign/app" { capabilities = ["update"] }"#,
            &["E33"],
        ),
        // E34
        (r#"path "transit/decrypt/*" { capabilities = ["update"] }"#, &["E34"]),
        (r#"path "transit/decrypt/app" { capabilities = ["update"] }"#, &[]),
        (r#"path "transit/encrypt/*" { capabilities = ["update"] }"#, &[]),
        // E39
        (
            r#"path "identity/oidc/role/mine" { capabilities = ["update"] }
               path "identity/oidc/token/mine" { capabilities = ["read"] }"#,
            &["E39"],
        ),
        (
            r#"path "identity/oidc/role/mine" { capabilities = ["update"] }
               path "identity/oidc/token/other" { capabilities = ["read"] }"#,
            &[],
        ),
        // E40
        (r#"path "sys/policies/password/+" { capabilities = ["update"] }"#, &["E40"]),
        (r#"path "sys/policies/password/unused" { capabilities = ["update"] }"#, &[]),
        (r#"path "sys/policies/password/long" { capabilities = ["read"] }"#, &[]),
        // E41
        (r#"path "sys/policies/egp/*" { capabilities = ["delete"] }"#, &["E41"]),
        (r#"path "sys/policies/rgp/guard" { capabilities = ["update"] }"#, &["E41"]),
        (r#"path "sys/policies/egp/*" { capabilities = ["read", "list"] }"#, &[]),
        // E42
        (r#"path "sys/auth/approle/tune" { capabilities = ["update", "sudo"] }"#, &["E42"]),
        (r#"path "sys/auth/approle/tune" { capabilities = ["update"] }"#, &[]),
        (r#"path "sys/auth/other/tune" { capabilities = ["update", "sudo"] }"#, &[]),
        (r#"path "sys/mounts/auth/+/tune" { capabilities = ["update"] }"#, &[]),
        // E43
        (r#"path "sys/config/group-policy-application" { capabilities = ["update"] }"#, &["E43"]),
        (r#"path "sys/config/group-policy-application" { capabilities = ["read"] }"#, &[]),
        // E45
        (
            r#"path "secret-dev/data/{{identity.entity.metadata.team}}/*" { capabilities = ["read"] }
               path "identity/entity/id/{{identity.entity.id}}" {
                 capabilities = ["update"]
                 allowed_parameters = { "metadata" = [] }
               }"#,
            &["E45"],
        ),
        (
            r#"path "secret-dev/data/{{identity.entity.id}}/*" { capabilities = ["read"] }
               path "identity/entity/id/{{identity.entity.id}}" {
                 capabilities = ["update"]
                 allowed_parameters = { "metadata" = [] }
               }"#,
            &[],
        ),
        (
            r#"path "secret-dev/data/{{identity.entity.metadata.team}}/*" { capabilities = ["read"] }
               path "identity/entity/id/{{identity.entity.id}}" {
                 capabilities = ["update"]
                 allowed_parameters = { "disabled" = [] }
               }"#,
            &[],
        ),
        (
            r#"path "secret-dev/data/{{identity.entity.metadata.team}}/*" { capabilities = ["read"] }
               path "identity/entity/id/e7" {
                 capabilities = ["update"]
                 allowed_parameters = { "metadata" = [] }
               }"#,
            &[],
        ),
    ];
    for (policy, expected) in table {
        assert_eq!(powers(policy, all), *expected, "{policy}");
    }
}

#[test]
fn servers_differ() {
    let openbao = |policy: &str| ids(&powers_in(Dialect::OPENBAO, policy, &[]));
    // Older servers take it from anybody, and no policy gives it.
    let root = r#"path "sys/generate-root/*" { capabilities = ["update"] }"#;
    assert!(ids(&powers_in(Dialect::VAULT_OLD, root, &[])).is_empty());
    let workflow = r#"path "sys/workflows/manage/*" { capabilities = ["create", "update"] }"#;
    assert_eq!(openbao(workflow), ["E44"]);
    assert!(powers(workflow, &[]).is_empty());
    // OpenBao asks for no sudo there.
    let tune = r#"path "sys/mounts/auth/+/tune" { capabilities = ["update"] }"#;
    assert_eq!(openbao(tune), ["E42"]);
    assert!(openbao(r#"path "sys/policies/egp/*" { capabilities = ["delete"] }"#).is_empty());
    assert!(openbao(r#"path "sys/config/group-policy-application" { capabilities = ["update"] }"#).is_empty());
}

#[test]
fn a_power_says_over_what_and_what_it_takes_from_outside() {
    let found = powers_in(
        Dialect::default(),
        r#"path "database/config/*" { capabilities = ["update"] }
           path "sys/storage/raft/snapshot" { capabilities = ["read"] }"#,
        &[MOUNTS, PG, ("my.tf", MY)],
    );
    assert_eq!(ids(&found), ["E22", "E28"]);
    assert_eq!((found[0].kind, found[0].given.is_some()), (PowerKind::Server, true));
    assert_eq!((found[1].kind, found[1].given), (PowerKind::Engine, None));
    assert_eq!(found[1].over, ["`database/config/pg`", "`database/config/my`"]);
}

#[test]
fn who_can_become_an_owner_of_the_server_is_one() {
    let backup = [
        ("auth/approle/role/backup.json", r#"{"token_policies": ["backup"], "bind_secret_id": true}"#),
        ("sys/policies/acl/backup.hcl", r#"path "sys/storage/raft/snapshot" { capabilities = ["read"] }"#),
    ];
    let takes = r#"path "auth/approle/role/backup/secret-id" { capabilities = ["update"] }
                   path "auth/approle/role/backup/role-id" { capabilities = ["read"] }"#;
    let found = powers_in(Dialect::default(), takes, &backup);
    let steps: Vec<_> = found[0].steps.iter().map(|step| step.id).collect();
    assert_eq!(steps, ["E15", "E22"]);
    // Two steps away, and the administrator of a database no less.
    let two = [
        backup[0],
        backup[1],
        ("auth/userpass/users/op.json", r#"{"token_policies": ["op"]}"#),
        ("sys/policies/acl/op.hcl", takes),
        ("auth/approle/role/dba.json", r#"{"token_policies": ["dba"], "bind_secret_id": true}"#),
        ("sys/policies/acl/dba.hcl", r#"path "database/config/*" { capabilities = ["update"] }"#),
        PG,
    ];
    let password = r#"path "auth/userpass/users/op/password" { capabilities = ["update"] }
                      path "auth/approle/role/dba/+" { capabilities = ["read", "update"] }"#;
    let found = powers_in(Dialect::default(), password, &two);
    let ways: Vec<Vec<_>> = found.iter().map(|power| power.steps.iter().map(|step| step.id).collect()).collect();
    assert_eq!(ways, [vec!["E13", "E15", "E22"], vec!["E15", "E28"]]);
    let half = r#"path "auth/approle/role/backup/role-id" { capabilities = ["read"] }"#;
    assert!(powers(half, &backup).is_empty());
}

const KEYS: &str = r#"
resource "vault_transit_secret_backend_key" "unseal" {
  backend = "transit"
  name    = "autounseal"
}
resource "vault_transit_secret_backend_key" "app" {
  backend = "transit"
  name    = "app"
}
"#;

const MY: &str = r#"
resource "vault_database_secret_backend_connection" "my" {
  backend = "database"
  name    = "my"
}
"#;

/// A Vault of two namespaces in Terraform; `policy` is that of the role `ci` at the root.
fn namespaced(policy: &str, more: &str) -> (Vec<&'static str>, Vec<&'static str>) {
    let text = format!(
        r#"
resource "vault_approle_auth_backend_role" "ci" {{
  role_name      = "ci"
  token_policies = ["app"]
}}
resource "vault_policy" "app" {{
  name   = "app"
  policy = <<EOT
{policy}
EOT
}}
resource "vault_auth_backend" "users" {{
  namespace = "team"
  type      = "userpass"
}}
resource "vault_policy" "boss" {{
  namespace = "team"
  name      = "boss"
  policy    = "path \"sys/policies/acl/boss\" {{ capabilities = [\"update\"] }}"
}}
{more}
"#
    );
    let (_, model, _) = model_of(&[("main.tf", &text)]);
    let ci = model.vault_principals().find(|p| model.principal_name(*p) == "auth/approle/role/ci").unwrap();
    let escalation = model.escalation(Dialect::default());
    let steps = escalation.steps(ci).map(|steps| steps.iter().map(|step| step.id).collect()).unwrap_or_default();
    (steps, ids(escalation.powers(ci)))
}

#[test]
fn namespaces_are_apart() {
    // The mount for users is in another namespace.
    let users = r#"path "auth/userpass/users/*" { capabilities = ["create", "update"] }"#;
    assert_eq!(namespaced(users, ""), (vec![], vec![]));
    let here = "resource \"vault_auth_backend\" \"own\" {\n  type = \"userpass\"\n}\n";
    assert_eq!(namespaced(users, here), (vec!["E12"], vec![]));
    // From above it can be reached, and gives what is there and no more.
    let below = r#"path "team/auth/userpass/users/*" { capabilities = ["create", "update"] }"#;
    assert_eq!(namespaced(below, ""), (vec![], vec!["E21"]));
    let other = r#"path "other/auth/userpass/users/*" { capabilities = ["create", "update"] }"#;
    assert_eq!(namespaced(other, ""), (vec![], vec![]));
    let read = r#"path "team/auth/userpass/users/*" { capabilities = ["read", "list"] }"#;
    assert_eq!(namespaced(read, ""), (vec![], vec![]));
    // Its own entity has no name there.
    let entity = r#"path "team/identity/entity/*" { capabilities = ["update"] }"#;
    assert_eq!(namespaced(entity, ""), (vec![], vec![]));
    // Somebody of another namespace cannot be become.
    let boss = r#"resource "vault_approle_auth_backend_role" "boss" {
      namespace      = "team"
      role_name      = "boss"
      token_policies = ["boss"]
    }"#;
    let takes = r#"path "auth/approle/role/boss/+" { capabilities = ["read", "update"] }"#;
    assert_eq!(namespaced(takes, boss), (vec![], vec![]));
}

#[test]
fn snapshots_in_a_bucket_are_read_with_credentials_that_vault_gives() {
    let agent = r#"
resource "vault_raft_snapshot_agent_config" "s3" {
  name             = "s3"
  interval_seconds = 3600
  storage_type     = "aws-s3"
  aws_s3_bucket    = "vault-snapshots"
  path_prefix      = "prod/"
}
"#;
    let read = r#"path "aws/creds/deploy" { capabilities = ["read"] }"#;
    let table = [
        ("s3:GetObject", "arn:aws:s3:::vault-snapshots/*", read, true),
        ("s3:*", "*", read, true),
        ("s3:ListBucket", "arn:aws:s3:::vault-snapshots", read, false),
        ("s3:GetObject", "arn:aws:s3:::vault-snapshots/test/*", read, false),
        ("s3:GetObject", "arn:aws:s3:::other/*", read, false),
        ("s3:*", "*", r#"path "aws/creds/other" { capabilities = ["read"] }"#, false),
    ];
    for (action, resource, policy, owner) in table {
        let document = format!(
            r#"{{\"Version\":\"2012-10-17\",\"Statement\":[{{\"Effect\":\"Allow\",\"Action\":\"{action}\",\"Resource\":\"{resource}\"}}]}}"#
        );
        let role = format!(r#"{{"credential_type": "iam_user", "policy_document": "{document}"}}"#);
        let found = powers(policy, &[("agent.tf", agent), ("aws/roles/deploy.json", &role)]);
        assert_eq!(found == ["E31"], owner, "{action} {resource}: {found:?}");
    }
}
