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
