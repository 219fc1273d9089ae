//! Where Vault and AWS meet: credentials that an engine hands out, roles that IAM
//! principals log in by.

use overgrant::aws::context::Context;
use overgrant::aws::document::PolicyKind;
use overgrant::carrier::declaration::Item;
use overgrant::decision::Decision;
use overgrant::model::Model;
use overgrant::simulate::bridge::decide_through;
use overgrant::simulate::principal::{AwsQuestion, Principal, resolve};
use overgrant::simulate::{access, who_can};
use overgrant::source::SourceMap;
use overgrant::vault::capability::Capability;
use overgrant::vault::dialect::Dialect;

use crate::model_vault::model_of;

const DOCUMENT: &str = r#"{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"s3:GetObject\",\"Resource\":\"arn:aws:s3:::data/*\"}]}"#;

/// The same role in each carrier: name, text.
fn carriers() -> Vec<(&'static str, String)> {
    let plain = DOCUMENT.replace("\\\"", "\"");
    vec![
        (
            "aws/roles/deploy.json",
            format!(
                r#"{{"data": {{"credential_type": "iam_user", "policy_document": "{DOCUMENT}"}}, "request_id": "1"}}"#
            ),
        ),
        (
            "main.tf",
            format!(
                "resource \"vault_aws_secret_backend_role\" \"deploy\" {{\n  backend = \"aws\"\n  name = \"deploy\"\n  \
                 credential_type = \"iam_user\"\n  policy_document = <<EOT\n{plain}\nEOT\n}}\n"
            ),
        ),
        (
            "main2.tf",
            "resource \"vault_aws_secret_backend_role\" \"deploy\" {\n  backend = \"aws\"\n  name = \"deploy\"\n  \
             credential_type = \"iam_user\"\n  policy_document = jsonencode({ Version = \"2012-10-17\", Statement = \
             [{ Effect = \"Allow\", Action = \"s3:GetObject\", Resource = \"arn:aws:s3:::data/*\" }] })\n}\n"
                .to_owned(),
        ),
        (
            "Pulumi.yaml",
            format!(
                "name: x\nruntime: yaml\nresources:\n  deploy:\n    type: vault:aws:SecretBackendRole\n    properties:\n      \
                 backend: aws\n      name: deploy\n      credentialType: iam_user\n      policyDocument: '{plain}'\n"
            ),
        ),
        (
            "__main__.py",
            format!(
                "import json\nimport pulumi_vault as vault\nvault.aws.SecretBackendRole(\"deploy\", backend=\"aws\", \
                 name=\"deploy\", credential_type=\"iam_user\", policy_document=json.dumps({plain}))\n"
            ),
        ),
        (
            "vault-config.yml",
            format!(
                "secrets:\n- type: aws\n  path: aws\n  configuration:\n    roles:\n    - name: deploy\n      \
                 credential_type: iam_user\n      policy_document: '{plain}'\n"
            ),
        ),
    ]
}

#[test]
fn the_document_of_a_role_is_an_iam_policy_in_every_carrier() {
    for (name, text) in carriers() {
        let (sources, model, carried) = model_of(&[(name, &text)]);
        let errors: Vec<_> = carried.diagnostics.iter().filter(|d| d.code != "vault/guessed-kind").collect();
        assert!(errors.is_empty(), "{name}: {errors:?}");
        let policies: Vec<_> = model
            .declarations()
            .iter()
            .filter_map(|d| match &d.item {
                Item::AwsPolicy(policy) => Some(policy),
                _ => None,
            })
            .collect();
        let [policy] = policies.as_slice() else { panic!("{name}: {policies:?}") };
        assert_eq!(policy.kind, PolicyKind::Identity, "{name}");
        let action = &policy.document.statements[0].action.as_ref().unwrap().items[0];
        let at = sources.slice(action.span);
        assert!(at.contains("s3:GetObject"), "{name}: the span is of {at:?}");
        assert_eq!(model.aws.issued().count(), 1, "{name}");
    }
}

#[test]
fn a_document_only_limits_an_assumed_role() {
    let role =
        |kind: &str| format!(r#"{{"credential_type": "{kind}", "role_arns": [], "policy_document": "{DOCUMENT}"}}"#);
    for (kind, expected) in [
        ("iam_user", PolicyKind::Identity),
        ("federation_token", PolicyKind::Identity),
        ("assumed_role", PolicyKind::Session),
    ] {
        let (_, model, _) = model_of(&[("aws/roles/deploy.json", &role(kind))]);
        let found = model.aws.policies.iter().find_map(|id| match &model.declaration(*id)?.item {
            Item::AwsPolicy(policy) => Some(policy.kind),
            _ => None,
        });
        assert_eq!(found, Some(expected), "{kind}");
    }
    // An empty document, a null and an ARN are no documents.
    for empty in [r#""""#, "null"] {
        let role = format!(r#"{{"credential_type": "iam_user", "policy_document": {empty}}}"#);
        let (_, model, _) = model_of(&[("aws/roles/deploy.json", &role)]);
        assert!(model.aws.policies.is_empty(), "{empty}");
    }
}

/// Two roles of an engine, those who may read them, and a login by an IAM role.
const BRIDGE: &[(&str, &str)] = &[
    ("sys/mounts.json", r#"{"cloud/": {"type": "aws"}, "secret/": {"type": "kv", "options": {"version": "2"}}}"#),
    ("sys/auth.json", r#"{"approle/": {"type": "approle"}, "aws/": {"type": "aws"}}"#),
    (
        "cloud/roles/reader.json",
        r#"{"credential_type": "iam_user", "policy_document": "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"s3:GetObject\",\"Resource\":\"arn:aws:s3:::data/*\"}]}"}"#,
    ),
    (
        "cloud/roles/app.json",
        r#"{"credential_type": "assumed_role", "role_arns": ["arn:aws:iam::111122223333:role/app"],
        "policy_document": "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"sqs:*\",\"Resource\":\"*\"}]}"}"#,
    ),
    (
        "cloud/roles/elsewhere.json",
        r#"{"credential_type": "assumed_role", "role_arns": ["arn:aws:iam::444455556666:role/x"]}"#,
    ),
    ("auth/approle/role/reads.json", r#"{"token_policies": ["reads"], "bind_secret_id": true}"#),
    ("auth/approle/role/queues.json", r#"{"token_policies": ["queues"], "bind_secret_id": true}"#),
    ("auth/approle/role/none.json", r#"{"token_policies": ["none"], "bind_secret_id": true}"#),
    (
        "auth/aws/role/ec2.json",
        r#"{"auth_type": "iam", "bound_iam_principal_arn": ["arn:aws:iam::111122223333:role/app"], "token_policies": ["secrets"]}"#,
    ),
    ("sys/policies/acl/reads.hcl", r#"path "cloud/creds/reader" { capabilities = ["read"] }"#),
    ("sys/policies/acl/queues.hcl", r#"path "cloud/sts/+" { capabilities = ["update"] }"#),
    ("sys/policies/acl/none.hcl", r#"path "cloud/sts/reader" { capabilities = ["read", "update"] }"#),
    ("sys/policies/acl/secrets.hcl", r#"path "secret/data/x" { capabilities = ["read"] }"#),
    (
        "account.json",
        r#"{"UserDetailList": [], "GroupDetailList": [], "Policies": [], "RoleDetailList": [{"RoleName": "app",
        "Arn": "arn:aws:iam::111122223333:role/app", "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []},
        "RolePolicyList": [{"PolicyName": "own", "PolicyDocument": {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": ["sqs:SendMessage", "sns:Publish"], "Resource": "*"}]}}], "AttachedManagedPolicies": []}]}"#,
    ),
];

fn through(model: &Model, sources: &SourceMap, name: &str, action: &str, resource: &str) -> Option<Decision> {
    let Principal::Vault(principal) = resolve(model, name).unwrap() else { panic!("{name}") };
    let question =
        AwsQuestion { action, resource, context: Context::new(false), resource_account: Some("111122223333") };
    decide_through(model, sources, Dialect::default(), principal, &question).unwrap().map(|answer| answer.decision)
}

#[test]
fn vault_principals_have_what_their_credentials_allow() {
    let (sources, model, carried) = model_of(BRIDGE);
    assert_eq!(carried.diagnostics, []);
    let (queue, topic) = ("arn:aws:sqs:eu-west-1:111122223333:q", "arn:aws:sns:eu-west-1:111122223333:t");
    let table = [
        ("reads", "s3:GetObject", "arn:aws:s3:::data/x", Some(Decision::Allowed)),
        ("reads", "s3:GetObject", "arn:aws:s3:::other/x", Some(Decision::Denied)),
        // What the role and the document both allow, and nothing else.
        ("queues", "sqs:SendMessage", queue, Some(Decision::Allowed)),
        // Another role of the engine, which the model does not have, may allow it.
        ("queues", "sns:Publish", topic, Some(Decision::Undetermined)),
        // `sts/` does not hand out users.
        ("none", "s3:GetObject", "arn:aws:s3:::data/x", None),
    ];
    for (name, action, resource, expected) in table {
        assert_eq!(through(&model, &sources, name, action, resource), expected, "{name} {action}");
    }
    let question = AwsQuestion {
        action: "s3:GetObject",
        resource: "arn:aws:s3:::data/x",
        context: Context::new(false),
        resource_account: Some("111122223333"),
    };
    let who = who_can::aws(&model, &sources, Dialect::default(), &question).unwrap();
    let names: Vec<_> = who.allowed.iter().map(|holder| holder.principal.as_str()).collect();
    assert_eq!(names, ["cloud/roles/reader", "auth/approle/role/reads"]);
    let chain = &who.allowed[1].statements[0].chain;
    assert_eq!(chain.first().map(String::as_str), Some("auth/approle/role/reads"));
    assert!(chain.contains(&"read cloud/creds/reader".to_owned()), "{chain:?}");
    let table = access::access(&model, &sources, Dialect::default(), resolve(&model, "reads").unwrap());
    assert!(table.rows.iter().any(|row| row.pattern == "s3:GetObject" && !row.undetermined), "{table:?}");
}

#[test]
fn iam_principals_have_what_the_role_that_lets_them_in_has() {
    let (sources, model, _) = model_of(BRIDGE);
    let who = who_can::vault(&model, &sources, Dialect::default(), Capability::Read, "secret/data/x");
    let names: Vec<_> = who.allowed.iter().map(|holder| holder.principal.as_str()).collect();
    // The credentials of the engine's role are a session of the bound role, and log in too.
    assert_eq!(names, ["auth/aws/role/ec2", "arn:aws:iam::111122223333:role/app", "cloud/roles/app"]);
    let app = access::access(
        &model,
        &sources,
        Dialect::default(),
        resolve(&model, "arn:aws:iam::111122223333:role/app").unwrap(),
    );
    assert!(app.notes.iter().any(|note| note.contains("auth/aws/role/ec2")), "{:?}", app.notes);
}

#[test]
fn what_is_taken_for_granted_of_an_account_is_said() {
    let role = BRIDGE[2];
    let other = r#"{"UserDetailList": [], "GroupDetailList": [], "Policies": [], "RoleDetailList": [{"RoleName": "x",
        "Arn": "arn:aws:iam::999988887777:role/x", "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []},
        "RolePolicyList": [], "AttachedManagedPolicies": []}]}"#;
    let notes = |files: &[(&str, &str)], resource: &str, owner: Option<&str>| {
        let (sources, model, _) = model_of(files);
        let id = model.aws.issued().next().unwrap();
        let question =
            AwsQuestion { action: "s3:GetObject", resource, context: Context::new(false), resource_account: owner };
        let answer = overgrant::simulate::principal::decide_aws(&model, &sources, id, &question).unwrap();
        (answer.decision, answer.notes)
    };
    let data = "arn:aws:s3:::data/x";
    let (decision, said) = notes(&[role], data, Some("111122223333"));
    assert_eq!(decision, Decision::Allowed);
    assert_eq!(said, ["callers of which nothing tells the account are taken to be in the resource's"]);
    // The account that the model speaks of, though the resource is of another.
    let (decision, said) = notes(&[role, ("account.json", other)], data, Some("111122223333"));
    assert_eq!(decision, Decision::Denied);
    assert_eq!(said, ["callers of which nothing tells the account are taken to be in 999988887777, as the others are"]);
    let (decision, _) = notes(&[role, ("account.json", other)], data, Some("999988887777"));
    assert_eq!(decision, Decision::Allowed);
}
