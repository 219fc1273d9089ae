//! Who can get every policy, and how.

use overgrant::model::VaultPrincipal;
use overgrant::vault::dialect::Dialect;

use crate::model_vault::model_of;

/// The step numbers by which a role that has the policy (and nothing else) gets every
/// policy; empty where it cannot.
fn steps(policy: &str, more: &[(&str, &str)]) -> Vec<&'static str> {
    let mut files = vec![
        ("auth/approle/role/ci.json", r#"{"token_policies": ["app"], "bind_secret_id": true}"#),
        ("sys/policies/acl/app.hcl", policy),
    ];
    files.extend(more);
    let (_, model, carried) = model_of(&files);
    assert_eq!(carried.diagnostics, [], "{policy}");
    let ci = model.vault_principals().find(|p| model.principal_name(*p) == "auth/approle/role/ci").unwrap();
    let escalation = model.escalation(Dialect::default());
    escalation.steps(ci).map(|steps| steps.iter().map(|step| step.id).collect()).unwrap_or_default()
}

#[test]
fn one_step_is_enough() {
    let table = [
        (r#"path "sys/policies/acl/app" { capabilities = ["update"] }"#, "E1"),
        (r#"path "sys/policies/acl/*" { capabilities = ["create", "update"] }"#, "E1"),
        (r#"path "sys/policy/+" { capabilities = ["update"] }"#, "E1"),
        (r#"path "*" { capabilities = ["create", "update", "sudo"] }"#, "E1"),
        (r#"path "auth/token/create" { capabilities = ["update", "sudo"] }"#, "E3"),
        (r#"path "auth/token/create*" { capabilities = ["update", "sudo"] }"#, "E3"),
        (r#"path "auth/token/create-orphan" { capabilities = ["update", "sudo"] }"#, "E4"),
        (
            r#"path "auth/token/roles/x-*" { capabilities = ["create"] }
               path "auth/token/create/*" { capabilities = ["update"] }"#,
            "E6",
        ),
        (r#"path "identity/entity/name/{{identity.entity.name}}" { capabilities = ["update"] }"#, "E7"),
        (r#"path "identity/entity/name/+" { capabilities = ["update"] }"#, "E7"),
        (r#"path "identity/entity" { capabilities = ["update"] }"#, "E7"),
        (r#"path "identity/group/name/team-*" { capabilities = ["create"] }"#, "E8"),
        (r#"path "auth/approle/role/ci" { capabilities = ["update"] }"#, "E12"),
        (r#"path "auth/approle/role/*" { capabilities = ["create", "read", "update"] }"#, "E12"),
        (r#"path "auth/approle/role/ci/policies" { capabilities = ["update"] }"#, "E16"),
        (
            r#"path "sys/auth/mine" { capabilities = ["update", "sudo"] }
               path "auth/mine/*" { capabilities = ["create", "update"] }"#,
            "E18",
        ),
    ];
    for (policy, step) in table {
        assert_eq!(steps(policy, &[]), [step], "{policy}");
    }
}

#[test]
fn what_is_denied_limited_or_elsewhere_does_not_count() {
    let table = [
        r#"path "secret/*" { capabilities = ["create", "read", "update", "delete", "sudo"] }"#,
        r#"path "sys/policies/acl/other" { capabilities = ["update"] }"#,
        r#"path "sys/policies/acl/team-*" { capabilities = ["create", "update"] }"#,
        r#"path "sys/policies/acl/*" { capabilities = ["read", "list"] }"#,
        r#"path "auth/token/create" { capabilities = ["update"] }"#,
        // The exact rule decides, so that the wildcard's sudo is not there.
        r#"path "auth/token/*" { capabilities = ["sudo"] }
           path "auth/token/create" { capabilities = ["update"] }
           path "auth/token/create-orphan" { capabilities = ["deny"] }"#,
        r#"path "sys/policies/acl/*" { capabilities = ["update"] allowed_parameters = { "policy" = ["x"] } }"#,
        r#"path "auth/token/roles/a" { capabilities = ["create", "update"] }
           path "auth/token/create/b" { capabilities = ["update"] }"#,
        r#"path "auth/approle/role/other" { capabilities = ["update"] }"#,
        r#"path "identity/entity/name/team-*" { capabilities = ["update"] }"#,
        r#"path "sys/auth/mine" { capabilities = ["update"] }
           path "auth/mine/*" { capabilities = ["create", "update"] }"#,
    ];
    for policy in table {
        assert!(steps(policy, &[]).is_empty(), "{policy}: {:?}", steps(policy, &[]));
    }
}

#[test]
fn becoming_somebody_else_goes_on_from_there() {
    let boss = [
        ("auth/approle/role/boss.json", r#"{"token_policies": ["boss"], "bind_secret_id": true}"#),
        ("sys/policies/acl/boss.hcl", r#"path "sys/policies/acl/boss" { capabilities = ["update"] }"#),
    ];
    let takes = r#"path "auth/approle/role/+/secret-id" { capabilities = ["update"] }
                   path "auth/approle/role/+/role-id" { capabilities = ["read"] }"#;
    assert_eq!(steps(takes, &boss), ["E15", "E1"]);
    let half = r#"path "auth/approle/role/+/secret-id" { capabilities = ["update"] }"#;
    assert!(steps(half, &boss).is_empty());
    let other = r#"path "auth/approle/role/clerk/secret-id" { capabilities = ["update"] }
                   path "auth/approle/role/clerk/role-id" { capabilities = ["read"] }"#;
    assert!(steps(other, &boss).is_empty());
}

#[test]
fn a_token_role_that_takes_any_policy_is_a_step() {
    let uses = r#"path "auth/token/create/any" { capabilities = ["update"] }"#;
    let table = [
        (r#"{"disallowed_policies": ["x"]}"#, true),
        (r#"{"allowed_policies_glob": ["*"]}"#, true),
        (r#"{"allowed_policies_glob": ["app-*"]}"#, false),
        (r#"{"allowed_policies": ["app"], "disallowed_policies": ["x"]}"#, false),
        (r#"{"orphan": true, "path_suffix": "abc"}"#, false),
    ];
    for (role, admin) in table {
        let found = steps(uses, &[("auth/token/roles/any.json", role)]);
        assert_eq!(found == ["E5"], admin, "{role}: {found:?}");
    }
}

#[test]
fn a_dangling_policy_that_may_be_written_arms_its_role() {
    let files = [
        ("auth/approle/role/ci.json", r#"{"token_policies": ["app", "gone"], "bind_secret_id": true}"#),
        ("sys/policies/acl/app.hcl", r#"path "sys/policies/acl/gone" { capabilities = ["create", "update"] }"#),
    ];
    let (_, model, _) = model_of(&files);
    let escalation = model.escalation(Dialect::default());
    let ci = model.vault_principals().next().unwrap();
    let step = &escalation.steps(ci).unwrap()[0];
    assert_eq!((step.id, step.requests[0].path.as_str()), ("E1", "sys/policies/acl/gone"));
    assert!(matches!(ci, VaultPrincipal::Role(_)));
}

/// An admin of each kind to become.
const BOSS: (&str, &str) =
    ("sys/policies/acl/boss.hcl", r#"path "sys/policies/acl/boss" { capabilities = ["update"] }"#);

#[test]
fn a_token_role_gives_what_it_allows() {
    let uses = r#"path "auth/token/create/ops" { capabilities = ["update"] }"#;
    let table = [
        (r#"{"allowed_policies": ["boss"]}"#, true),
        (r#"{"allowed_policies_glob": ["bo*"]}"#, true),
        (r#"{"allowed_policies_glob": ["bo*"], "disallowed_policies": ["boss"]}"#, false),
        (r#"{"allowed_policies": ["app"]}"#, false),
    ];
    for (role, admin) in table {
        let found = steps(uses, &[BOSS, ("auth/token/roles/ops.json", role)]);
        assert_eq!(found == ["E5", "E1"], admin, "{role}: {found:?}");
    }
}

#[test]
fn writing_a_policy_that_another_has_and_becoming_it_is_one_step() {
    let clerk = ("auth/userpass/users/clerk.json", r#"{"token_policies": ["clerk"]}"#);
    let both = r#"path "sys/policies/acl/clerk" { capabilities = ["create", "update"] }
                  path "auth/userpass/users/clerk/password" { capabilities = ["update"] }"#;
    assert_eq!(steps(both, &[clerk]), ["E2"]);
    let one = r#"path "sys/policies/acl/clerk" { capabilities = ["create", "update"] }"#;
    assert!(steps(one, &[clerk]).is_empty());
    // A token role that takes a name which may be written.
    let writes = r#"path "sys/policies/acl/team-*" { capabilities = ["create"] }
                    path "auth/token/create/team" { capabilities = ["update"] }"#;
    assert_eq!(steps(writes, &[("auth/token/roles/team.json", r#"{"allowed_policies_glob": ["team-*"]}"#)]), ["E2"]);
    assert!(steps(writes, &[("auth/token/roles/team.json", r#"{"allowed_policies_glob": ["app-*"]}"#)]).is_empty());
}

#[test]
fn identity_steps_need_ones_own_id() {
    let admin = ("identity/entity/name/root.json", r#"{"id": "e9", "name": "root", "policies": ["boss"]}"#);
    assert_eq!(steps(r#"path "identity/entity/id/*" { capabilities = ["update"] }"#, &[]), ["E7"]);
    assert_eq!(steps(r#"path "identity/entity/id/{{identity.entity.id}}" { capabilities = ["update"] }"#, &[]), ["E7"]);
    assert!(steps(r#"path "identity/entity/id/e7" { capabilities = ["update"] }"#, &[]).is_empty());
    let merge = r#"path "identity/entity/merge" { capabilities = ["update", "sudo"] }"#;
    assert_eq!(steps(merge, &[BOSS, admin]), ["E10", "E1"]);
    // Vault asks for sudo there, OpenBao does not.
    assert!(steps(r#"path "identity/entity/merge" { capabilities = ["update"] }"#, &[BOSS, admin]).is_empty());
}

/// The steps of the principal of that name.
fn steps_of(name: &str, files: &[(&str, &str)]) -> Vec<&'static str> {
    let (_, model, carried) = model_of(files);
    assert_eq!(carried.diagnostics, []);
    let principal = model.vault_principals().find(|p| model.principal_name(*p) == name).unwrap();
    let escalation = model.escalation(Dialect::default());
    escalation.steps(principal).map(|steps| steps.iter().map(|step| step.id).collect()).unwrap_or_default()
}

#[test]
fn a_role_of_the_own_method_may_be_made_where_logins_name_it() {
    let policy = ("sys/policies/acl/app.hcl", r#"path "auth/jwt/role/team-*" { capabilities = ["create", "update"] }"#);
    let jwt = ("auth/jwt/role/ci.json", r#"{"role_type": "jwt", "user_claim": "sub", "token_policies": ["app"]}"#);
    assert_eq!(steps_of("auth/jwt/role/ci", &[policy, jwt]), ["E12"]);
    let k8s = (
        "auth/k8s/role/ci.json",
        r#"{"bound_service_account_names": ["a"], "bound_service_account_namespaces": ["b"], "token_policies": ["app"]}"#,
    );
    assert!(steps_of("auth/k8s/role/ci", &[policy, k8s]).is_empty());
    let config = ("sys/policies/acl/app.hcl", r#"path "auth/ldap/config" { capabilities = ["update"] }"#);
    let group = ("auth/ldap/groups/all.json", r#"{"policies": ["app"]}"#);
    assert_eq!(steps_of("auth/ldap/groups/all", &[config, group]), ["E12"]);
}

#[test]
fn aws_credentials_lead_back_to_vault() {
    let role = |document: &str| {
        format!(r#"{{"credential_type": "iam_user", "policy_document": "{}"}}"#, document.replace('"', "\\\""))
    };
    let statement = |action: &str, resource: &str| {
        format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"{action}","Resource":"{resource}"}}]}}"#
        )
    };
    let table = [
        (statement("iam:*", "*"), true),
        (statement("iam:UpdateAssumeRolePolicy", "arn:aws:iam::111122223333:role/admin"), true),
        (statement("iam:UpdateAssumeRolePolicy", "arn:aws:iam::111122223333:role/other"), false),
        (statement("s3:*", "*"), false),
        // The role's trust, which the model does not have, has to allow it too.
        (statement("sts:AssumeRole", "*"), false),
    ];
    for (document, admin) in table {
        let role = role(&document);
        let files = [
            BOSS,
            ("auth/approle/role/ci.json", r#"{"token_policies": ["app"], "bind_secret_id": true}"#),
            ("sys/policies/acl/app.hcl", r#"path "aws/creds/deploy" { capabilities = ["read"] }"#),
            ("aws/roles/deploy.json", role.as_str()),
            (
                "auth/aws/role/boss.json",
                r#"{"auth_type": "iam", "bound_iam_principal_arn": ["arn:aws:iam::111122223333:role/admin"], "token_policies": ["boss"]}"#,
            ),
        ];
        let found = steps_of("auth/approle/role/ci", &files);
        assert_eq!(found == ["E31", "E1"], admin, "{document}: {found:?}");
    }
}

#[test]
fn a_ca_that_a_certificate_role_trusts_leads_to_it() {
    let main = r#"
resource "vault_mount" "pki" {
  path = "pki"
  type = "pki"
}
resource "vault_pki_secret_backend_root_cert" "ca" {
  backend     = vault_mount.pki.path
  type        = "internal"
  common_name = "ca"
}
resource "vault_cert_auth_backend_role" "boss" {
  name           = "boss"
  certificate    = vault_pki_secret_backend_root_cert.ca.certificate
  allowed_common_names = ["boss"]
  token_policies = ["boss"]
}
resource "vault_approle_auth_backend_role" "ci" {
  role_name      = "ci"
  token_policies = ["app"]
}
resource "vault_policy" "boss" {
  name   = "boss"
  policy = "path \"sys/policies/acl/boss\" { capabilities = [\"update\"] }"
}
resource "vault_policy" "app" {
  name   = "app"
  policy = "path \"pki/APP\" { capabilities = [\"update\"] }"
}
"#;
    for (path, admin) in [("sign-verbatim", true), ("root/sign-intermediate", true), ("sign/web", false)] {
        let text = main.replace("APP", path);
        let found = steps_of("auth/approle/role/ci", &[("main.tf", &text)]);
        assert_eq!(found == ["E32", "E1"], admin, "{path}: {found:?}");
    }
}

#[test]
fn service_accounts_lead_from_one_engine_to_another() {
    let common = r#"
resource "vault_policy" "boss" {
  name   = "boss"
  policy = "path \"sys/policies/acl/boss\" { capabilities = [\"update\"] }"
}
resource "vault_policy" "app" {
  name   = "app"
  policy = "path \"PATH\" { capabilities = [\"read\", \"update\"] }"
}
resource "vault_approle_auth_backend_role" "ci" {
  role_name      = "ci"
  token_policies = ["app"]
}
"#;
    let kubernetes = r#"
resource "vault_kubernetes_secret_backend" "here" {
  path            = "kubernetes"
  kubernetes_host = "https://one"
}
resource "vault_kubernetes_secret_backend_role" "deployer" {
  backend                       = "kubernetes"
  name                          = "deployer"
  service_account_name          = "deployer"
  allowed_kubernetes_namespaces = ["ops"]
}
resource "vault_kubernetes_auth_backend_config" "there" {
  backend         = "kubernetes"
  kubernetes_host = "HOST"
}
resource "vault_kubernetes_auth_backend_role" "ops" {
  role_name                        = "ops"
  backend                          = "kubernetes"
  bound_service_account_names      = ["deploy*"]
  bound_service_account_namespaces = ["ops"]
  token_policies                   = ["boss"]
}
"#;
    let gcp = r#"
resource "vault_gcp_secret_static_account" "ops" {
  backend               = "gcp"
  static_account        = "ops"
  secret_type           = "KIND"
  service_account_email = "ops@p.iam.gserviceaccount.com"
}
resource "vault_gcp_auth_backend_role" "ops" {
  role                   = "ops"
  type                   = "iam"
  bound_service_accounts = ["ops@p.iam.gserviceaccount.com"]
  token_policies         = ["boss"]
}
"#;
    let table = [
        (kubernetes.replace("HOST", "https://one"), "kubernetes/creds/deployer", vec!["E35", "E1"]),
        (kubernetes.replace("HOST", "https://two"), "kubernetes/creds/deployer", vec![]),
        (kubernetes.replace("HOST", "https://one"), "kubernetes/creds/other", vec![]),
        (gcp.replace("KIND", "service_account_key"), "gcp/static-account/ops/key", vec!["E36", "E1"]),
        (gcp.replace("KIND", "access_token"), "gcp/static-account/ops/key", vec![]),
    ];
    for (resources, path, expected) in table {
        let text = common.replace("PATH", path) + &resources;
        assert_eq!(steps_of("auth/approle/role/ci", &[("main.tf", &text)]), expected, "{path}");
    }
}

#[test]
fn aws_credentials_reach_a_bound_role_through_compute_and_through_others() {
    let statement = |actions: &str, resource: &str, more: &str| {
        format!(r#"{{"Effect":"Allow","Action":{actions},"Resource":"{resource}"{more}}}"#)
    };
    let bound = "arn:aws:iam::111122223333:role/vault-admin";
    let pass = statement(r#""iam:PassRole""#, bound, "");
    let run = statement(r#""ec2:RunInstances""#, "*", "");
    let to = |service: &str| {
        let more = format!(r#","Condition":{{"StringEquals":{{"iam:PassedToService":"{service}"}}}}"#);
        statement(r#""iam:PassRole""#, bound, &more)
    };
    let lambda = statement(r#"["lambda:CreateFunction"]"#, "*", "");
    let denied = run.replace("Allow", "Deny");
    let table = [
        (vec![pass.clone(), run.clone()], true),
        (vec![to("ec2.amazonaws.com"), run.clone()], true),
        // One of the two is missing, for another role, for another service, or denied.
        (vec![pass.clone()], false),
        (vec![run.clone()], false),
        (vec![statement(r#""iam:PassRole""#, "arn:aws:iam::111122223333:role/app", ""), run.clone()], false),
        (vec![to("lambda.amazonaws.com"), run.clone()], false),
        (vec![pass.clone(), run.clone(), denied], false),
        // The role's trust lets no function in.
        (vec![pass.clone(), lambda], false),
        // Through another role of the model, which may rewrite the trust.
        (vec![statement(r#""sts:AssumeRole""#, "arn:aws:iam::111122223333:role/between", "")], true),
        (vec![statement(r#""sts:AssumeRole""#, "arn:aws:iam::111122223333:role/other", "")], false),
    ];
    let account = r#"{"UserDetailList": [], "GroupDetailList": [], "Policies": [], "RoleDetailList": [
      {"RoleName": "vault-admin", "Arn": "arn:aws:iam::111122223333:role/vault-admin", "Path": "/",
       "RolePolicyList": [], "AttachedManagedPolicies": [],
       "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [
         {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]}},
      {"RoleName": "between", "Arn": "arn:aws:iam::111122223333:role/between", "Path": "/",
       "AttachedManagedPolicies": [], "RolePolicyList": [{"PolicyName": "p", "PolicyDocument":
         {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iam:UpdateAssumeRolePolicy",
          "Resource": "arn:aws:iam::111122223333:role/vault-admin"}]}}],
       "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [
         {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "sts:AssumeRole"}]}}]}"#;
    for (statements, admin) in table {
        let document = format!(r#"{{"Version":"2012-10-17","Statement":[{}]}}"#, statements.join(","));
        let role =
            format!(r#"{{"credential_type": "iam_user", "policy_document": "{}"}}"#, document.replace('"', "\\\""));
        let files = [
            BOSS,
            ("account.json", account),
            ("auth/approle/role/ci.json", r#"{"token_policies": ["app"], "bind_secret_id": true}"#),
            ("sys/policies/acl/app.hcl", r#"path "aws/creds/deploy" { capabilities = ["read"] }"#),
            ("aws/roles/deploy.json", role.as_str()),
            (
                "auth/aws/role/boss.json",
                r#"{"auth_type": "iam", "bound_iam_principal_arn": ["arn:aws:iam::111122223333:role/vault-admin"], "token_policies": ["boss"]}"#,
            ),
        ];
        let found = steps_of("auth/approle/role/ci", &files);
        assert_eq!(found == ["E31", "E1"], admin, "{document}: {found:?}");
    }
}

#[test]
fn a_secret_that_holds_credentials_leads_to_whose_they_are() {
    let main = r#"
resource "vault_approle_auth_backend_role" "boss" {
  role_name      = "boss"
  token_policies = ["boss"]
}
resource "vault_approle_auth_backend_role_secret_id" "boss" {
  role_name = vault_approle_auth_backend_role.boss.role_name
}
resource "vault_token" "boss" {
  policies = ["boss"]
}
resource "vault_mount" "kv" {
  path = "kv"
  type = "kv-v2"
}
resource "vault_kv_secret_v2" "stored" {
  mount     = vault_mount.kv.path
  name      = "boss/login"
  data_json = jsonencode(DATA)
}
resource "vault_policy" "boss" {
  name   = "boss"
  policy = "path \"sys/policies/acl/boss\" { capabilities = [\"update\"] }"
}
resource "vault_policy" "app" {
  name   = "app"
  policy = "path \"PATH\" { capabilities = [\"read\"] }"
}
resource "vault_approle_auth_backend_role" "ci" {
  role_name      = "ci"
  token_policies = ["app"]
}
"#;
    let (role, id) = ("vault_approle_auth_backend_role.boss", "vault_approle_auth_backend_role_secret_id.boss");
    let both = format!("{{ role_id = {role}.role_id, secret_id = {id}.secret_id }}");
    let table = [
        (both.clone(), "kv/data/boss/login", true),
        (both.clone(), "kv/data/*", true),
        (both.clone(), "kv/metadata/boss/login", false),
        (both, "kv/data/other", false),
        // Half of what it takes, or none of it.
        (format!("{{ secret_id = {id}.secret_id }}"), "kv/data/boss/login", false),
        (format!("{{ role_id = {role}.role_id }}"), "kv/data/boss/login", false),
        (format!("{{ accessor = {id}.accessor }}"), "kv/data/boss/login", false),
        ("{ token = vault_token.boss.client_token }".to_owned(), "kv/data/boss/login", true),
        ("{ token = vault_token.boss.id }".to_owned(), "kv/data/boss/login", false),
    ];
    for (data, path, admin) in table {
        let text = main.replace("DATA", &data).replace("PATH", path);
        let found = steps_of("auth/approle/role/ci", &[("main.tf", &text)]);
        assert_eq!(found == ["E38", "E1"], admin, "{data} {path}: {found:?}");
    }
}
