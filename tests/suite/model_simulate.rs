//! Decisions, access tables and holders for principals of a model.

use overgrant::aws::context::Context;
use overgrant::decision::Decision;
use overgrant::simulate::principal::{AwsQuestion, Principal, Session, VaultQuestion, decide_aws, name_of, resolve};
use overgrant::simulate::{access, who_can};
use overgrant::vault::capability::Capability;
use overgrant::vault::dialect::Dialect;

use crate::model_vault::model_of;

const FILES: &[(&str, &str)] = &[
    (
        "sys/auth.json",
        r#"{"approle/": {"type": "approle", "accessor": "auth_approle_1"},
        "userpass/": {"type": "userpass", "accessor": "auth_userpass_1"},
        "ldap/": {"type": "ldap", "accessor": "auth_ldap_1"}, "token/": {"type": "token"}}"#,
    ),
    ("sys/mounts.json", r#"{"secret/": {"type": "kv", "options": {"version": "2"}}, "ca/": {"type": "pki"}}"#),
    ("auth/approle/role/ci.json", r#"{"token_policies": ["deploy"], "bind_secret_id": true}"#),
    (
        "auth/approle/role/bare.json",
        r#"{"token_policies": ["deploy"], "token_no_default_policy": true, "bind_secret_id": true}"#,
    ),
    ("auth/approle/role/half.json", r#"{"token_policies": ["deploy", "gone"], "bind_secret_id": true}"#),
    ("auth/userpass/users/bob.json", r#"{"token_policies": ["web"]}"#),
    ("auth/ldap/groups/ops.json", r#"{"policies": ["web"]}"#),
    ("auth/ldap/config.json", r#"{"url": "ldaps://ldap", "token_policies": ["everybody"]}"#),
    ("auth/token/roles/nomad.json", r#"{"allowed_policies": ["deploy"]}"#),
    (
        "identity/entity/name/bob.json",
        r#"{"id": "e1", "name": "bob", "policies": ["personal"],
        "metadata": {"team": "blue"}, "aliases": [{"name": "bob", "mount_accessor": "auth_userpass_1"}]}"#,
    ),
    ("identity/group/name/inner.json", r#"{"id": "g1", "name": "inner", "policies": [], "member_entity_ids": ["e1"]}"#),
    (
        "identity/group/name/outer.json",
        r#"{"id": "g2", "name": "outer", "policies": ["web2"], "member_group_ids": ["g1"]}"#,
    ),
    (
        "identity/group/name/ops.json",
        r#"{"id": "g3", "name": "ops", "type": "external", "policies": ["external"],
        "alias": {"name": "ops", "mount_accessor": "auth_ldap_1"}}"#,
    ),
    (
        "sys/policies/acl/deploy.hcl",
        r#"
        path "secret/data/deploy/*" { capabilities = ["create", "update"] }
        path "secret/data/deploy/prod" { capabilities = ["deny"] }
        path "ca/root/sign-self-issued" { capabilities = ["update"] }"#,
    ),
    ("sys/policies/acl/web.hcl", r#"path "secret/data/web" { capabilities = ["read"] }"#),
    ("sys/policies/acl/web2.hcl", r#"path "secret/data/web2" { capabilities = ["read"] }"#),
    (
        "sys/policies/acl/personal.hcl",
        r#"
        path "secret/data/{{identity.entity.metadata.team}}/*" { capabilities = ["read"] }
        path "secret/data/{{identity.entity.name}}" { capabilities = ["read"] }"#,
    ),
    ("sys/policies/acl/everybody.hcl", r#"path "secret/data/shared" { capabilities = ["read"] }"#),
    ("sys/policies/acl/external.hcl", r#"path "secret/data/external" { capabilities = ["read"] }"#),
];

#[test]
fn principals_get_what_the_server_would_give() {
    use Capability::{Create, List, Read, Sudo, Update};
    use Decision::{Allowed, Denied, Undetermined};
    let (sources, model, carried) = model_of(FILES);
    assert_eq!(carried.diagnostics, []);
    let table = [
        ("auth/approle/role/ci", Update, "secret/data/deploy/x", Allowed),
        ("auth/approle/role/ci", Update, "secret/data/deploy/prod", Denied),
        ("auth/approle/role/ci", Read, "secret/data/deploy/x", Denied),
        // `default` comes along, unless it is turned off.
        ("auth/approle/role/ci", Read, "auth/token/lookup-self", Allowed),
        ("auth/approle/role/bare", Read, "auth/token/lookup-self", Denied),
        // The mount's type makes the path root-protected.
        ("auth/approle/role/ci", Update, "ca/root/sign-self-issued", Denied),
        ("auth/approle/role/ci", Sudo, "ca/root/sign-self-issued", Denied),
        // A policy that is not in the model may add or take away; an exact denial stands.
        ("auth/approle/role/half", Read, "secret/data/else", Undetermined),
        ("auth/approle/role/half", Update, "secret/data/deploy/x", Undetermined),
        ("auth/approle/role/half", Update, "secret/data/deploy/prod", Denied),
        // A user's alias tells the entity, and so groups and templates.
        ("auth/userpass/users/bob", Read, "secret/data/web", Allowed),
        ("auth/userpass/users/bob", Read, "secret/data/web2", Allowed),
        ("auth/userpass/users/bob", Read, "secret/data/bob", Allowed),
        ("auth/userpass/users/bob", Read, "secret/data/blue/x", Allowed),
        ("auth/userpass/users/bob", Read, "secret/data/red/x", Denied),
        ("entity:bob", Read, "secret/data/web", Denied),
        ("entity:bob", Read, "secret/data/web2", Allowed),
        // Configuration gives to all; an external group comes with its alias.
        ("auth/ldap/groups/ops", Read, "secret/data/shared", Allowed),
        ("auth/ldap/groups/ops", Read, "secret/data/external", Allowed),
        ("auth/ldap/groups/ops", Read, "secret/data/deploy/x", Denied),
        ("token-role:nomad", Create, "secret/data/deploy/x", Allowed),
        ("policy:web", Read, "secret/data/web", Allowed),
        ("policy:web", Read, "auth/token/lookup-self", Denied),
        ("group:outer", Read, "secret/data/web2", Allowed),
        ("auth/approle/role/ci", List, "cubbyhole", Allowed),
    ];
    for (name, capability, path, expected) in table {
        let Principal::Vault(principal) = resolve(&model, name).unwrap() else { panic!("{name}") };
        let session = Session::new(&model, principal, Dialect::default());
        let answer = session.ask(&model, &sources, &VaultQuestion::new(capability, path));
        assert_eq!(answer.decision, expected, "{name} {capability} {path}: {}", answer.reason);
        assert_eq!(answer.principal, name);
        assert_eq!(answer.decision == Undetermined, !answer.depends_on.is_empty(), "{answer:?}");
        serde_json::to_value(&answer).unwrap();
    }
}

#[test]
fn the_chain_leads_from_the_principal_to_the_stanza() {
    let (sources, model, _) = model_of(FILES);
    let Principal::Vault(bob) = resolve(&model, "auth/userpass/users/bob").unwrap() else { panic!() };
    let session = Session::new(&model, bob, Dialect::default());
    let answer = session.ask(&model, &sources, &VaultQuestion::new(Capability::Read, "secret/data/web2"));
    let names: Vec<_> = answer.chains[0].iter().map(|link| link.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "auth/userpass/users/bob",
            "entity:bob",
            "group:inner",
            "group:outer",
            "policy web2",
            "stanza `secret/data/web2`"
        ]
    );
    let place = answer.chains[0].last().unwrap().place.as_ref().unwrap();
    assert_eq!((place.file.as_str(), place.line), ("sys/policies/acl/web2.hcl", 1));
}

#[test]
fn names_mean_one_principal_or_say_which() {
    let (_, model, _) = model_of(FILES);
    let unique = [
        ("ci", "auth/approle/role/ci"),
        ("approle/role/ci", "auth/approle/role/ci"),
        ("nomad", "token-role:nomad"),
        ("outer", "group:outer"),
        ("policy:web", "policy:web"),
    ];
    for (name, full) in unique {
        let principal = resolve(&model, name).unwrap();
        assert_eq!(name_of(&model, principal), full, "{name}");
    }
    let error = resolve(&model, "bob").unwrap_err();
    assert_eq!(error.candidates, ["auth/userpass/users/bob", "entity:bob"]);
    assert_eq!(error.to_string(), "`bob` could be `auth/userpass/users/bob` or `entity:bob`");
    assert_eq!(resolve(&model, "nobody").unwrap_err().to_string(), "no principal `nobody` in the model");
    // Every name that the program prints means that principal.
    for principal in overgrant::simulate::principal::all(&model) {
        assert_eq!(resolve(&model, &name_of(&model, principal)), Ok(principal));
    }
}

#[test]
fn who_can_lists_every_holder_with_its_chain() {
    let (sources, model, _) = model_of(FILES);
    let answer = who_can::vault(&model, &sources, Dialect::default(), Capability::Update, "secret/data/deploy/x");
    let names = |list: &[who_can::Holder]| list.iter().map(|h| h.principal.clone()).collect::<Vec<_>>();
    assert_eq!(names(&answer.allowed), ["auth/approle/role/ci", "auth/approle/role/bare", "token-role:nomad"]);
    assert_eq!(names(&answer.undetermined), ["auth/approle/role/half"]);
    assert!(answer.undetermined[0].depends_on[0].contains("`gone`"));
    assert_eq!(answer.allowed[0].chains[0].last().unwrap().name, "stanza `secret/data/deploy/*`");
}

#[test]
fn the_access_table_leaves_out_what_is_shadowed() {
    let (sources, model, _) = model_of(&[
        (
            "auth/approle/role/ci.json",
            r#"{"token_policies": ["a", "b"], "token_no_default_policy": true, "bind_secret_id": true}"#,
        ),
        ("sys/mounts.json", r#"{"kv/": {"type": "kv", "options": {"version": "2"}}}"#),
        (
            "sys/policies/acl/a.hcl",
            r#"
            path "kv/data/*" { capabilities = ["read", "list"] }
            path "kv/data/app/secret" { capabilities = ["deny"] }
            path "other/x" { capabilities = ["deny"] }"#,
        ),
        (
            "sys/policies/acl/b.hcl",
            r#"
            path "kv/data/app/*" { capabilities = ["create", "update"] required_parameters = ["data"] }"#,
        ),
    ]);
    let ci = resolve(&model, "ci").unwrap();
    let table = access::access(&model, &sources, Dialect::default(), ci);
    let rows: Vec<_> = table.rows.iter().map(|row| (row.pattern.as_str(), row.can.join(","), row.denies)).collect();
    assert_eq!(
        rows,
        [
            ("kv/data/app/secret", "deny".to_owned(), true),
            ("kv/data/app/*", "create,update".to_owned(), false),
            ("kv/data/*", "list,read".to_owned(), false),
        ],
        "a denial of what nothing grants is left out"
    );
    assert_eq!(table.rows[1].limits, ["requires data"]);
    assert_eq!(table.rows[2].gives, ["stored secrets"]);
    serde_json::to_value(&table).unwrap();
}

const TERRAFORM: &str = r#"
resource "aws_iam_user" "ann" {
  name = "ann"
}
resource "aws_iam_group" "ops" {
  name = "ops"
}
resource "aws_iam_user_group_membership" "m" {
  user   = aws_iam_user.ann.name
  groups = [aws_iam_group.ops.name]
}
resource "aws_iam_policy" "logs" {
  name   = "logs"
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Sid = "Logs", Effect = "Allow", Action = "logs:*", Resource = "*" }] })
}
resource "aws_iam_group_policy_attachment" "a" {
  group      = aws_iam_group.ops.name
  policy_arn = aws_iam_policy.logs.arn
}
resource "aws_iam_role" "app" {
  name               = "app"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ec2.amazonaws.com" } }] })
}
resource "aws_iam_role_policy" "inline" {
  name   = "inline"
  role   = aws_iam_role.app.id
  policy = jsonencode({ Version = "2012-10-17", Statement = [
    { Effect = "Allow", Action = "s3:GetObject", Resource = "arn:aws:s3:::data/*" },
    { Effect = "Deny", Action = "s3:GetObject", Resource = "arn:aws:s3:::data/private/*" },
  ] })
}
resource "aws_iam_role" "elsewhere" {
  name               = "elsewhere"
  assume_role_policy = "{}"
}
resource "aws_iam_role_policy_attachment" "managed" {
  role       = aws_iam_role.elsewhere.name
  policy_arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
}
"#;

#[test]
fn aws_identities_have_what_is_attached_to_them() {
    let (sources, model, _) = model_of(&[("main.tf", TERRAFORM)]);
    let table = [
        ("user/ann", "logs:CreateLogGroup", "arn:aws:logs:eu-west-1:000000000000:log-group:x", Decision::Allowed),
        ("user/ann", "s3:GetObject", "arn:aws:s3:::data/x", Decision::Denied),
        ("role/app", "logs:CreateLogGroup", "arn:aws:logs:eu-west-1:000000000000:log-group:x", Decision::Denied),
        ("app", "s3:GetObject", "arn:aws:s3:::data/private/x", Decision::Denied),
        ("role/elsewhere", "s3:GetObject", "arn:aws:s3:::data/x", Decision::Undetermined),
    ];
    for (name, action, resource, expected) in table {
        let Principal::Aws(id) = resolve(&model, name).unwrap() else { panic!("{name}") };
        let question = AwsQuestion { action, resource, context: Context::new(false), resource_account: None };
        let answer = decide_aws(&model, &sources, id, &question).unwrap();
        assert_eq!(answer.decision, expected, "{name} {action}: {answer:?}");
    }
    let who = who_can::aws(
        &model,
        &sources,
        Dialect::default(),
        &AwsQuestion {
            action: "logs:CreateLogGroup",
            resource: "arn:aws:logs:eu-west-1:000000000000:log-group:x",
            context: Context::new(false),
            resource_account: None,
        },
    )
    .unwrap();
    assert_eq!(who.allowed.iter().map(|h| h.principal.as_str()).collect::<Vec<_>>(), ["user/ann"]);
    assert_eq!(who.undetermined.iter().map(|h| h.principal.as_str()).collect::<Vec<_>>(), ["role/elsewhere"]);
    assert_eq!(who.allowed[0].statements[0].statement, "Logs");
    let ann = access::access(&model, &sources, Dialect::default(), resolve(&model, "ann").unwrap());
    assert_eq!(ann.rows[0].pattern, "logs:*");
    assert_eq!(ann.rows[0].chain[1].name, "group/ops");
}
