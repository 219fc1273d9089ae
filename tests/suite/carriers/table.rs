//! Policies of every kind, with what is known about each.

/// What a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A Vault ACL policy.
    Policy,
    /// A Vault login or token role, as the API has it, of the type Terraform gives it. Its
    /// policies are cited by name.
    Role(&'static str),
    /// An IAM policy inline on a role.
    Identity,
    /// A role's trust policy.
    Trust,
    /// A policy on a resource, of the type Terraform gives it.
    Resource(&'static str),
    /// A service control policy.
    Scp,
}

/// One policy or role.
#[derive(Debug)]
pub(super) struct Case {
    /// Its name.
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    /// HCL of a Vault policy, JSON of everything else.
    pub(super) text: &'static str,
    /// Findings that must be there: the rule, and the text it points at.
    pub(super) finds: &'static [(&'static str, &'static str)],
    /// What is asked: capability and path, or action and resource (the rest after spaces:
    /// context keys); and the decision.
    pub(super) asks: &'static [(&'static str, &'static str, &'static str)],
}

const fn case(
    name: &'static str,
    kind: Kind,
    text: &'static str,
    finds: &'static [(&'static str, &'static str)],
    asks: &'static [(&'static str, &'static str, &'static str)],
) -> Case {
    Case { name, kind, text, finds, asks }
}

use Kind::{Identity, Policy, Resource, Role, Scp, Trust};

pub(super) const CASES: &[Case] = &[
    // Vault policies.
    case(
        "admin",
        Policy,
        r#"path "*" {
  capabilities = ["create", "read", "update", "delete", "list", "sudo"]
}
"#,
        &[("vault/path-star-all", "*")],
        &[("read", "secret/data/x", "allowed"), ("sudo", "sys/raw/x", "allowed"), ("patch", "a", "denied")],
    ),
    case(
        "reader",
        Policy,
        r#"# what the application reads
path "secret/data/app/*" { capabilities = ["read"] }
path "secret/metadata/app/*" { capabilities = ["list"] }
"#,
        &[],
        &[
            ("read", "secret/data/app/db", "allowed"),
            ("list", "secret/metadata/app/", "allowed"),
            ("read", "secret/data/other", "denied"),
        ],
    ),
    case(
        "policy-writer",
        Policy,
        r#"path "sys/policies/acl/*" {
  capabilities = ["create", "update"]
}
path "auth/token/create" { capabilities = ["update", "sudo"] }
"#,
        &[("vault/token-create-sudo", "sudo"), ("vault/write-acl-policy", "update")],
        &[
            ("update", "sys/policies/acl/x", "allowed"),
            ("delete", "sys/policies/acl/x", "denied"),
            ("update", "auth/token/create", "allowed"),
        ],
    ),
    case(
        "typo",
        Policy,
        r#"path "secret/data/a/" { capabilities = ["list"] }
path "/secret/data/b" { capabilities = ["read"] }
path "secret/data/a*b" { capabilities = ["read"] }
"#,
        &[("vault/leading-slash", "/secret/data/b"), ("vault/list-only-wildcard", "list")],
        &[
            ("read", "secret/data/b", "allowed"),
            ("list", "secret/data/a", "allowed"),
            ("read", "secret/data/axb", "denied"),
        ],
    ),
    case(
        "denied-under-glob",
        Policy,
        r#"path "kv/data/*" { capabilities = ["read", "update"] }
path "kv/data/prod/*" { capabilities = ["deny", "read"] }
path "kv/data/+/secret" { capabilities = ["read"] }
"#,
        &[
            ("vault/deny-with-others", "deny"),
            ("vault/kv-mount-wide-write", "update"),
            ("vault/narrowing-accident", "kv/data/+/secret"),
        ],
        &[
            ("read", "kv/data/dev/x", "allowed"),
            ("read", "kv/data/prod/x", "denied"),
            ("update", "kv/data/dev/x", "allowed"),
        ],
    ),
    case(
        "templated",
        Policy,
        r#"path "secret/data/{{identity.entity.name}}/*" {
  capabilities = ["create", "read", "update", "delete"]
}
path "secret/data/{{identity.entity.metadata.team}}" { capabilities = ["read"] }
"#,
        &[
            ("vault/template-mutable", "identity.entity.metadata.team secret/data/"),
            ("vault/template-mutable", "/* identity.entity.name secret/data/"),
        ],
        &[("read", "secret/data/x/y", "undetermined"), ("read", "other", "denied"), ("list", "secret", "denied")],
    ),
    case(
        "parameters",
        Policy,
        r#"path "database/config/*" {
  capabilities = ["create", "update"]
  allowed_parameters = {
    "plugin_name" = ["mysql-\"x\"", "postgres"]
    "*" = []
  }
  denied_parameters = { "password" = [] }
}
"#,
        &[("vault/database-config-write", "create")],
        &[
            ("update", "database/config/a", "allowed"),
            ("read", "database/config/a", "denied"),
            ("delete", "database/config/a", "denied"),
        ],
    ),
    case(
        "legacy",
        Policy,
        r#"path "secret/*" { policy = "write" }
path "sys/auth/*" { capabilities = ["create", "update", "sudo"] }
"#,
        &[
            ("vault/deprecated-policy-key", "write"),
            ("vault/kv-mount-wide-write", "write"),
            ("vault/write-auth-mount", "sudo"),
        ],
        &[("read", "secret/x", "allowed"), ("delete", "secret/x", "allowed"), ("update", "sys/auth/github", "allowed")],
    ),
    case(
        "accented",
        Policy,
        "path \"secret/data/équipe/🔑/*\" {\n\tcapabilities = [ \"read\",\t\"sudo\" ] // tab and é\n}\n",
        &[("vault/sudo-unneeded", "sudo")],
        &[
            ("read", "secret/data/équipe/🔑/a", "allowed"),
            ("list", "secret/data/équipe/🔑/a", "denied"),
            ("read", "secret/data/equipe", "denied"),
        ],
    ),
    case(
        "heredoc-escapes",
        Policy,
        r#"path "secret/data/a\"b" { capabilities = ["read"] }
path "sys/raw/*" { capabilities = ["read", "update", "sudo"] }
path "identity/entity/id/*" { capabilities = ["update"] }
"#,
        &[("vault/identity-entity-write", "update"), ("vault/sys-raw", "sudo")],
        &[
            ("read", "secret/data/a\"b", "allowed"),
            ("update", "identity/entity/id/x", "allowed"),
            ("read", "sys/raw/core", "allowed"),
        ],
    ),
    case(
        "wrapped",
        Policy,
        r#"path "auth/approle/role/ci/secret-id" {
  capabilities = ["update"]
  min_wrapping_ttl = "1s"
  max_wrapping_ttl = "90s"
}
path "auth/approle/role/+" { capabilities = ["create", "update"] }
"#,
        &[("vault/auth-role-write", "create")],
        &[
            ("update", "auth/approle/role/ci/secret-id", "denied"),
            ("update", "auth/approle/role/x", "allowed"),
            ("read", "auth/approle/role/x", "denied"),
        ],
    ),
    case(
        "shadowed",
        Policy,
        r#"path "a/*" { capabilities = ["read"] }
path "a/+/*" { capabilities = ["update"] }
path "pki/sign-verbatim/*" { capabilities = ["update"] }
path "transit/export/*" { capabilities = ["read"] }
"#,
        &[
            ("vault/narrowing-accident", "a/*"),
            ("vault/pki-ca-ops", "update"),
            ("vault/shadowed-stanza", "a/+/*"),
            ("vault/transit-export", "read"),
        ],
        &[("read", "a/b/c", "allowed"), ("update", "pki/sign-verbatim/x", "allowed"), ("read", "pki/ca", "denied")],
    ),
    // Vault roles.
    case(
        "ci",
        Role("vault_jwt_auth_backend_role"),
        r#"{"role_type": "jwt", "bound_audiences": ["https://vault.example.com"], "user_claim": "sub",
            "bound_claims": {"repository": "*"}, "bound_claims_type": "glob", "token_policies": ["cited"], "token_ttl": 86400}"#,
        &[("vault/jwt-bound-claims-glob-any", "*"), ("vault/jwt-renameable", "repository")],
        &[("read", "secret/data/cited", "allowed"), ("read", "x", "denied"), ("update", "secret/data/cited", "denied")],
    ),
    case(
        "anyone",
        Role("vault_kubernetes_auth_backend_role"),
        r#"{"bound_service_account_names": ["*"], "bound_service_account_namespaces": ["*"],
            "token_policies": ["cited", "root"]}"#,
        &[("vault/k8s-no-audience", "*"), ("vault/k8s-sa-star", "*"), ("vault/role-root-policy", "root")],
        &[],
    ),
    case(
        "forever",
        Role("vault_approle_auth_backend_role"),
        r#"{"token_policies": ["cited"], "token_period": 86400, "secret_id_ttl": 0, "secret_id_num_uses": 0,
            "bind_secret_id": false, "token_bound_cidrs": ["0.0.0.0/0"]}"#,
        &[
            ("vault/approle-no-secretid", "false"),
            ("vault/role-cidr-any", "0.0.0.0/0"),
            ("vault/role-periodic-unbounded", "86400"),
        ],
        &[("read", "secret/data/cited", "allowed"), ("read", "x", "denied"), ("update", "secret/data/cited", "denied")],
    ),
    case(
        "narrow",
        Role("vault_approle_auth_backend_role"),
        r#"{"token_policies": ["cited"], "token_ttl": 600, "token_max_ttl": 1200, "secret_id_ttl": 600,
            "secret_id_num_uses": 1, "secret_id_bound_cidrs": ["10.1.2.0/24"], "token_bound_cidrs": ["10.1.2.0/24"]}"#,
        &[],
        &[("read", "secret/data/cited", "allowed"), ("read", "x", "denied"), ("update", "secret/data/cited", "denied")],
    ),
    case(
        "spawner",
        Role("vault_token_auth_backend_role"),
        r#"{"allowed_policies": ["cited", "root"], "orphan": true, "token_period": 3600}"#,
        &[("vault/token-role-orphan-periodic", "3600"), ("vault/token-role-root-allowed", "root")],
        &[],
    ),
    case(
        "worker",
        Role("vault_aws_auth_backend_role"),
        r#"{"auth_type": "iam", "bound_iam_principal_arns": ["arn:aws:iam::111122223333:*"],
            "token_policies": ["cited"], "token_max_ttl": 3600}"#,
        &[("vault/aws-principal-star", "arn:aws:iam::111122223333:*")],
        &[("read", "secret/data/cited", "allowed"), ("read", "x", "denied"), ("update", "secret/data/cited", "denied")],
    ),
    case(
        "unbound",
        Role("vault_jwt_auth_backend_role"),
        r#"{"role_type": "jwt", "user_claim": "email", "token_policies": ["cited"], "token_ttl": 600}"#,
        &[("vault/jwt-mutable-user-claim", "email"), ("vault/jwt-user-claim-mixed", "email")],
        &[("read", "secret/data/cited", "allowed"), ("read", "x", "denied"), ("update", "secret/data/cited", "denied")],
    ),
    case(
        "nobody",
        Role("vault_kubernetes_auth_backend_role"),
        r#"{"bound_service_account_names": ["app"], "bound_service_account_namespaces": ["prod"],
            "token_policies": ["cited"], "token_ttl": 900, "audience": "vault"}"#,
        &[],
        &[("read", "secret/data/cited", "allowed"), ("read", "x", "denied"), ("update", "secret/data/cited", "denied")],
    ),
    // IAM policies of a role.
    case(
        "star",
        Identity,
        r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}"#,
        &[("aws/admin-star-star", "*")],
        &[
            ("s3:GetObject", "arn:aws:s3:::b/k", "allowed"),
            ("iam:CreateUser", "arn:aws:iam::111122223333:user/x", "allowed"),
            ("ec2:RunInstances", "*", "allowed"),
        ],
    ),
    case(
        "bucket-owner",
        Identity,
        r#"{"Version": "2012-10-17", "Statement": [
            {"Sid": "Objects", "Effect": "Allow", "Action": ["s3:*"], "Resource": ["arn:aws:s3:::b", "arn:aws:s3:::b/*"]},
            {"Sid": "Never", "Effect": "Deny", "Action": "s3:DeleteBucket", "Resource": "*"}]}"#,
        &[("aws/service-star", "s3:*")],
        &[
            ("s3:GetObject", "arn:aws:s3:::b/k", "allowed"),
            ("s3:DeleteBucket", "arn:aws:s3:::b", "denied"),
            ("s3:GetObject", "arn:aws:s3:::c/k", "denied"),
        ],
    ),
    case(
        "pass-role",
        Identity,
        r#"{"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": ["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"], "Resource": "*"}]}"#,
        &[("aws/passrole-star", "iam:PassRole")],
        &[
            ("iam:PassRole", "arn:aws:iam::111122223333:role/admin", "allowed"),
            ("lambda:CreateFunction", "arn:aws:lambda:eu-west-1:111122223333:function:f", "allowed"),
            ("lambda:DeleteFunction", "arn:aws:lambda:eu-west-1:111122223333:function:f", "denied"),
        ],
    ),
    case(
        "misspelt",
        Identity,
        r#"{"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": ["s3:GetObjcet", "dynamodb:GetItem"], "Resource": "arn:aws:dynamodb:eu-west-1:111122223333:table/t"}]}"#,
        &[("aws/action-unknown", "s3:GetObjcet")],
        &[
            ("dynamodb:GetItem", "arn:aws:dynamodb:eu-west-1:111122223333:table/t", "allowed"),
            ("dynamodb:PutItem", "arn:aws:dynamodb:eu-west-1:111122223333:table/t", "denied"),
            ("s3:GetObject", "arn:aws:s3:::b/k", "denied"),
        ],
    ),
    case(
        "own-folder",
        Identity,
        r#"{"Version": "2012-10-17", "Statement": [
            {"Sid": "Home", "Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "arn:aws:s3:::home/${aws:username}/*",
             "Condition": {"Bool": {"aws:SecureTransport": "true"}, "IpAddress": {"aws:SourceIp": ["10.0.0.0/8"]}}}]}"#,
        &[("aws/ip-private-source", "aws:SourceIp")],
        &[
            ("s3:GetObject", "arn:aws:s3:::home/x/y", "denied"),
            ("s3:GetObject", "arn:aws:s3:::other/x", "denied"),
            ("s3:DeleteObject", "arn:aws:s3:::home/x/y", "denied"),
        ],
    ),
    case(
        "not-action",
        Identity,
        r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "NotAction": ["iam:*", "organizations:*"], "Resource": "*"}}"#,
        &[],
        &[
            ("s3:GetObject", "arn:aws:s3:::b/k", "allowed"),
            ("iam:CreateUser", "arn:aws:iam::111122223333:user/x", "denied"),
            ("ec2:RunInstances", "*", "allowed"),
        ],
    ),
    case(
        "self-attach",
        Identity,
        r#"{"Version": "2012-10-17", "Statement": [
            {"Sid": "Grow", "Effect": "Allow", "Action": ["iam:AttachRolePolicy", "iam:PutRolePolicy"], "Resource": "arn:aws:iam::111122223333:role/*"}]}"#,
        &[("aws/privesc-self", "iam:AttachRolePolicy")],
        &[
            ("iam:PutRolePolicy", "arn:aws:iam::111122223333:role/x", "allowed"),
            ("iam:PutRolePolicy", "arn:aws:iam::444455556666:role/x", "denied"),
            ("iam:PutUserPolicy", "arn:aws:iam::111122223333:user/x", "denied"),
        ],
    ),
    case(
        "old-version",
        Identity,
        r#"{"Version": "2008-10-17", "Statement": [
            {"Sid": "dup", "Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:eu-west-1:111122223333:q"},
            {"Sid": "dup", "Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:eu-west-1:111122223333:q"}]}"#,
        &[("aws/sid-duplicate", "dup"), ("aws/statement-duplicate", "sqs:SendMessage")],
        &[
            ("sqs:SendMessage", "arn:aws:sqs:eu-west-1:111122223333:q", "allowed"),
            ("sqs:ReceiveMessage", "arn:aws:sqs:eu-west-1:111122223333:q", "denied"),
            ("sqs:SendMessage", "arn:aws:sqs:eu-west-1:111122223333:r", "denied"),
        ],
    ),
    // Trust policies.
    case(
        "open-trust",
        Trust,
        r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]}"#,
        &[("aws/trust-principal-star", "*")],
        &[
            ("sts:AssumeRole", "", "allowed"),
            ("sts:TagSession", "", "denied"),
            ("sts:AssumeRoleWithSAML", "", "denied"),
        ],
    ),
    case(
        "service-trust",
        Trust,
        r#"{"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": {"Service": ["lambda.amazonaws.com", "aiforecasts.amazonaws.com"]}, "Action": "sts:AssumeRole"}]}"#,
        &[
            ("aws/trust-confused-deputy", "aiforecasts.amazonaws.com"),
            ("aws/trust-service-unknown", "aiforecasts.amazonaws.com"),
        ],
        &[("sts:AssumeRole", "", "denied"), ("sts:TagSession", "", "denied"), ("sts:GetCallerIdentity", "", "allowed")],
    ),
    case(
        "github-trust",
        Trust,
        r#"{"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"},
             "Action": "sts:AssumeRoleWithWebIdentity",
             "Condition": {"StringLike": {"token.actions.githubusercontent.com:sub": "repo:*"},
                           "StringEquals": {"token.actions.githubusercontent.com:aud": "sts.amazonaws.com"}}}]}"#,
        &[("aws/trust-github-sub-wildcard", "repo:*")],
        &[
            ("sts:AssumeRole", "", "denied"),
            ("sts:AssumeRoleWithWebIdentity", "", "denied"),
            ("sts:TagSession", "", "denied"),
        ],
    ),
    case(
        "partner-trust",
        Trust,
        r#"{"Version": "2012-10-17", "Statement": [
            {"Sid": "Partner", "Effect": "Allow", "Principal": {"AWS": ["arn:aws:iam::444455556666:root", "111122223333"]}, "Action": ["sts:AssumeRole", "sts:TagSession"]}]}"#,
        &[],
        &[("sts:AssumeRole", "", "denied"), ("sts:TagSession", "", "denied"), ("sts:SetSourceIdentity", "", "denied")],
    ),
    // Policies on resources.
    case(
        "public-bucket",
        Resource("aws_s3_bucket_policy"),
        r#"{"Version": "2012-10-17", "Statement": [
            {"Sid": "Public", "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::public-bucket/*"}]}"#,
        &[("aws/public-principal", "*")],
        &[
            ("s3:GetObject", "arn:aws:s3:::public-bucket/k", "allowed"),
            ("s3:PutObject", "arn:aws:s3:::public-bucket/k", "denied"),
            ("s3:GetObject", "arn:aws:s3:::other/k", "denied"),
        ],
    ),
    case(
        "tls-only",
        Resource("aws_s3_bucket_policy"),
        r#"{"Version": "2012-10-17", "Statement": [
            {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": ["arn:aws:s3:::tls-only", "arn:aws:s3:::tls-only/*"],
             "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
            {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::444455556666:root"}, "Action": ["s3:GetObject", "s3:ListBucket"],
             "Resource": ["arn:aws:s3:::tls-only", "arn:aws:s3:::tls-only/*"]}]}"#,
        &[],
        &[
            ("s3:GetObject", "arn:aws:s3:::tls-only/k", "denied"),
            ("s3:PutObject", "arn:aws:s3:::tls-only/k", "denied"),
            ("s3:ListBucket", "arn:aws:s3:::tls-only", "denied"),
        ],
    ),
    case(
        "open-key",
        Resource("aws_kms_key"),
        r#"{"Version": "2012-10-17", "Statement": [
            {"Sid": "Root", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "kms:*", "Resource": "*"},
            {"Sid": "Everyone", "Effect": "Allow", "Principal": {"AWS": "*"}, "Action": ["kms:Decrypt", "kms:CreateGrant"], "Resource": "*"}]}"#,
        &[("aws/kms-grant-unscoped", "kms:CreateGrant"), ("aws/public-principal", "*")],
        &[
            ("kms:Decrypt", "arn:aws:kms:eu-west-1:111122223333:key/k", "allowed"),
            ("kms:Encrypt", "arn:aws:kms:eu-west-1:111122223333:key/k", "denied"),
            ("kms:CreateGrant", "arn:aws:kms:eu-west-1:111122223333:key/k", "allowed"),
        ],
    ),
    case(
        "queue",
        Resource("aws_sqs_queue_policy"),
        r#"{"Version": "2012-10-17", "Id": "q", "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:eu-west-1:111122223333:queue"},
            {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sqs:*", "Resource": "*",
             "Condition": {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::b"}}}]}"#,
        &[("aws/service-principal-no-source", "sns.amazonaws.com"), ("aws/sqs-action-star", "sqs:*")],
        &[
            ("sqs:SendMessage", "arn:aws:sqs:eu-west-1:111122223333:queue", "denied"),
            ("s3:GetObject", "arn:aws:s3:::b/k", "denied"),
            ("sqs:DeleteQueue", "arn:aws:sqs:eu-west-1:111122223333:queue", "denied"),
        ],
    ),
    case(
        "topic",
        Resource("aws_sns_topic_policy"),
        r#"{"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": ["sns:Publish", "sns:Subscribe"], "Resource": "arn:aws:sns:eu-west-1:111122223333:topic"}]}"#,
        &[("aws/public-principal", "*")],
        &[
            ("sns:Publish", "arn:aws:sns:eu-west-1:111122223333:topic", "allowed"),
            ("sns:DeleteTopic", "arn:aws:sns:eu-west-1:111122223333:topic", "denied"),
            ("sns:Subscribe", "arn:aws:sns:eu-west-1:111122223333:topic", "allowed"),
        ],
    ),
    case(
        "shared-secret",
        Resource("aws_secretsmanager_secret_policy"),
        r#"{"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::444455556666:role/app"}, "Action": "secretsmanager:*", "Resource": "*"}]}"#,
        &[],
        &[
            ("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:s", "denied"),
            ("secretsmanager:DeleteSecret", "arn:aws:secretsmanager:eu-west-1:111122223333:secret:s", "denied"),
            ("s3:GetObject", "arn:aws:s3:::b/k", "denied"),
        ],
    ),
    case(
        "images",
        Resource("aws_ecr_repository_policy"),
        r#"{"Version": "2012-10-17", "Statement": [
            {"Sid": "Pull", "Effect": "Allow", "Principal": "*", "Action": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]}]}"#,
        &[("aws/public-principal", "*")],
        &[
            ("ecr:BatchGetImage", "arn:aws:ecr:eu-west-1:111122223333:repository/images", "allowed"),
            ("ecr:PutImage", "arn:aws:ecr:eu-west-1:111122223333:repository/images", "denied"),
            ("ecr:GetDownloadUrlForLayer", "arn:aws:ecr:eu-west-1:111122223333:repository/images", "allowed"),
        ],
    ),
    case(
        "guardrail",
        Scp,
        r#"{"Version": "2012-10-17", "Statement": [
            {"Sid": "Regions", "Effect": "Deny", "NotAction": ["iam:*", "sts:*"], "Resource": "*",
             "Condition": {"StringNotEquals": {"aws:RequestedRegion": ["eu-west-1"]}}},
            {"Sid": "Trail", "Effect": "Deny", "Action": "cloudtrail:StopLogging", "Resource": "*"}]}"#,
        &[("aws/scp-region-deny-global", "aws:RequestedRegion")],
        &[
            ("cloudtrail:StopLogging", "arn:aws:cloudtrail:eu-west-1:111122223333:trail/t", "denied"),
            ("iam:CreateUser", "arn:aws:iam::111122223333:user/x", "allowed"),
            ("ec2:RunInstances", "*", "undetermined"),
        ],
    ),
];
