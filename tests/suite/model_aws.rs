//! What AWS identities of a model can do: what gives nothing, what is attached perhaps,
//! what came close.

use overgrant::aws::context::{Context, ContextValue};
use overgrant::decision::Decision;
use overgrant::simulate::access;
use overgrant::simulate::principal::{AwsDecision, AwsQuestion, Principal, decide_aws, resolve};
use overgrant::vault::dialect::Dialect;

use crate::model_vault::model_of;

const BOUNDED: &[(&str, &str)] = &[(
    "main.tf",
    r#"
resource "aws_iam_policy" "limit" {
  name   = "limit"
  policy = jsonencode({ Version = "2012-10-17", Statement = [
    { Effect = "Allow", Action = ["s3:*", "sqs:*"], Resource = "*" },
    { Effect = "Deny", Action = "s3:PutObject", Resource = "*" },
  ] })
}
resource "aws_iam_role" "app" {
  name                 = "app"
  permissions_boundary = aws_iam_policy.limit.arn
  assume_role_policy   = jsonencode({ Version = "2012-10-17", Statement = [] })
}
resource "aws_iam_role_policy" "app" {
  name   = "app"
  role   = aws_iam_role.app.id
  policy = jsonencode({ Version = "2012-10-17", Statement = [
    { Sid = "Read", Effect = "Allow", Action = "s3:GetObject", Resource = "arn:aws:s3:::data/*" },
    { Sid = "Write", Effect = "Allow", Action = "s3:PutObject", Resource = "arn:aws:s3:::data/*" },
    { Sid = "Run", Effect = "Allow", Action = "ec2:RunInstances", Resource = "*" },
    { Sid = "Send", Effect = "Allow", Action = "sqs:SendMessage", Resource = "*" },
    { Sid = "NoSend", Effect = "Deny", Action = "sqs:*", Resource = "*" },
    { Sid = "Mfa", Effect = "Allow", Action = "s3:DeleteObject", Resource = "arn:aws:s3:::data/*",
      Condition = { Bool = { "aws:MultiFactorAuthPresent" = "true" } } },
  ] })
}
"#,
)];

fn ask(files: &[(&str, &str)], who: &str, action: &str, resource: &str, context: Context) -> AwsDecision {
    let (sources, model, _) = model_of(files);
    let Principal::Aws(id) = resolve(&model, who).unwrap() else { panic!("{who}") };
    let question = AwsQuestion { action, resource, context, resource_account: Some("000000000000") };
    decide_aws(&model, &sources, id, &question).unwrap()
}

#[test]
fn statements_that_give_nothing_are_no_access() {
    let (sources, model, _) = model_of(BOUNDED);
    let table = access::access(&model, &sources, Dialect::default(), resolve(&model, "role/app").unwrap());
    let rows: Vec<_> = table.rows.iter().map(|row| (row.can[0].as_str(), row.pattern.as_str())).collect();
    assert_eq!(rows, [("deny", "sqs:*"), ("allow", "s3:GetObject"), ("allow", "s3:DeleteObject")]);
    for (name, why) in [
        ("Write", "all of it is denied"),
        ("Send", "all of it is denied"),
        ("Run", "the permissions boundary `limit` allows none of it"),
    ] {
        let found = table.notes.iter().any(|note| note.contains(name) && note.ends_with(why));
        assert!(found, "{name}: {:?}", table.notes);
    }
}

#[test]
fn what_nothing_allows_tells_what_came_close() {
    let mut context = Context::new(true);
    context.set("aws:MultiFactorAuthPresent", ContextValue::One("false".into()));
    let answer = ask(BOUNDED, "role/app", "s3:DeleteObject", "arn:aws:s3:::data/x", context);
    assert_eq!(answer.decision, Decision::Denied);
    let near = answer.near_misses.first().unwrap();
    assert_eq!((near.element, near.statement.statement.as_str()), ("condition", "Mfa"));
    assert!(near.statement.place.is_some() && near.why.contains("MultiFactorAuthPresent"), "{near:?}");

    let answer = ask(BOUNDED, "role/app", "s3:GetObject", "arn:aws:s3:::other/x", Context::new(true));
    let near = answer.near_misses.first().unwrap();
    assert_eq!((near.element, near.statement.statement.as_str()), ("resource", "Read"));

    let answer = ask(BOUNDED, "role/app", "s3:DeleteObject", "arn:aws:s3:::data/x", Context::new(false));
    assert_eq!(answer.depends_on, ["aws:MultiFactorAuthPresent"]);
}

const CONDITIONAL: &[(&str, &str)] = &[(
    "stack.json",
    r#"{
  "AWSTemplateFormatVersion": "2010-09-09",
  "Parameters": { "Stage": { "Type": "String" } },
  "Conditions": { "IsProd": { "Fn::Equals": [ { "Ref": "Stage" }, "prod" ] } },
  "Resources": {
    "App": { "Type": "AWS::IAM::Role", "Properties": {
      "RoleName": "app",
      "AssumeRolePolicyDocument": { "Version": "2012-10-17", "Statement": [] } } },
    "Capped": { "Type": "AWS::IAM::Role", "Properties": {
      "RoleName": "capped",
      "PermissionsBoundary": { "Ref": "Limit" },
      "Policies": [ { "PolicyName": "all", "PolicyDocument": { "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Action": "*", "Resource": "*" } ] } } ],
      "AssumeRolePolicyDocument": { "Version": "2012-10-17", "Statement": [] } } },
    "Limit": { "Type": "AWS::IAM::ManagedPolicy", "Condition": "IsProd", "Properties": {
      "ManagedPolicyName": "limit",
      "PolicyDocument": { "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Action": "s3:*", "Resource": "*" } ] } } },
    "Sure": { "Type": "AWS::IAM::Policy", "Properties": {
      "PolicyName": "sure", "Roles": [ { "Ref": "App" } ],
      "PolicyDocument": { "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "*" } ] } } },
    "Perhaps": { "Type": "AWS::IAM::Policy", "Condition": "IsProd", "Properties": {
      "PolicyName": "perhaps", "Roles": [ { "Ref": "App" } ],
      "PolicyDocument": { "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*" },
        { "Effect": "Deny", "Action": "s3:PutObject", "Resource": "*" } ] } } }
  }
}"#,
)];

#[test]
fn what_is_perhaps_there_decides_nothing_for_certain() {
    let table = [
        ("role/app", "s3:GetObject", "arn:aws:s3:::b/k", Decision::Allowed),
        ("role/app", "s3:PutObject", "arn:aws:s3:::b/k", Decision::Undetermined),
        ("role/app", "sqs:SendMessage", "arn:aws:sqs:eu-west-1:000000000000:q", Decision::Undetermined),
        ("role/app", "sqs:DeleteQueue", "arn:aws:sqs:eu-west-1:000000000000:q", Decision::Denied),
        ("role/capped", "s3:GetObject", "arn:aws:s3:::b/k", Decision::Allowed),
        ("role/capped", "sqs:DeleteQueue", "arn:aws:sqs:eu-west-1:000000000000:q", Decision::Undetermined),
    ];
    for (who, action, resource, decision) in table {
        let answer = ask(CONDITIONAL, who, action, resource, Context::new(true));
        assert_eq!(answer.decision, decision, "{who} {action}: {answer:?}");
        if decision == Decision::Undetermined {
            assert_eq!(answer.depends_on, ["IsProd"], "{who} {action}");
            assert!(answer.condition.as_ref().is_some_and(|text| text.contains("`IsProd` decides")), "{answer:?}");
        }
    }
    let (sources, model, _) = model_of(CONDITIONAL);
    let rows = access::access(&model, &sources, Dialect::default(), resolve(&model, "role/app").unwrap()).rows;
    let certain: Vec<_> = rows.iter().map(|row| (row.pattern.as_str(), row.undetermined)).collect();
    assert_eq!(certain, [("s3:PutObject", true), ("s3:GetObject, s3:PutObject", false), ("sqs:SendMessage", true)]);
}

const KEPT: &[(&str, &str)] = &[
    (
        "account.json",
        r#"{"UserDetailList": [
            {"UserName": "ann", "Arn": "arn:aws:iam::000000000000:user/ann", "GroupList": [], "AttachedManagedPolicies": [],
             "UserPolicyList": [{"PolicyName": "all", "PolicyDocument": {"Version": "2012-10-17", "Statement":
               [{"Effect": "Allow", "Action": ["s3:GetObject", "sts:AssumeRole"], "Resource": "*"}]}}]},
            {"UserName": "eve", "Arn": "arn:aws:iam::000000000000:user/eve", "GroupList": [], "AttachedManagedPolicies": []}],
          "GroupDetailList": [], "Policies": [],
          "RoleDetailList": [{"RoleName": "admin", "Arn": "arn:aws:iam::000000000000:role/admin",
            "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
              "Principal": {"AWS": "arn:aws:iam::000000000000:user/eve"}, "Action": "sts:AssumeRole"}]},
            "RolePolicyList": [], "AttachedManagedPolicies": [], "InstanceProfileList": []}]}"#,
    ),
    (
        "bucket-policy.json",
        r#"{"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::000000000000:user/eve"}, "Action": "s3:GetObject",
             "Resource": "arn:aws:s3:::data/open/*"},
            {"Effect": "Deny", "Principal": "*", "Action": "s3:*",
             "Resource": ["arn:aws:s3:::data", "arn:aws:s3:::data/closed/*"]}]}"#,
    ),
];

#[test]
fn policies_of_resources_count_where_they_are_kept() {
    let role = "arn:aws:iam::000000000000:role/admin";
    for (who, action, resource, expected) in [
        ("eve", "sts:AssumeRole", role, Decision::Allowed),
        ("ann", "sts:AssumeRole", role, Decision::Denied),
        ("eve", "iam:GetRole", role, Decision::Denied),
        ("eve", "s3:GetObject", "arn:aws:s3:::data/open/x", Decision::Allowed),
        ("eve", "s3:GetObject", "arn:aws:s3:::data/x", Decision::Denied),
        ("ann", "s3:GetObject", "arn:aws:s3:::data/x", Decision::Allowed),
        ("ann", "s3:GetObject", "arn:aws:s3:::data/closed/x", Decision::Denied),
        ("ann", "s3:GetObject", "arn:aws:s3:::data2/closed/x", Decision::Allowed),
    ] {
        let answer = ask(KEPT, who, action, resource, Context::new(true));
        assert_eq!(answer.decision, expected, "{who} {action} {resource}: {answer:?}");
    }
    let answer = ask(KEPT, "eve", "s3:GetObject", "arn:aws:s3:::data/open/x", Context::new(true));
    assert!(answer.notes.iter().any(|note| note.contains("`bucket-policy` is taken to be")), "{:?}", answer.notes);
    let several = [
        KEPT[0],
        (
            "p.json",
            r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*",
        "Action": "s3:*", "Resource": ["arn:aws:s3:::data/*", "arn:aws:s3:::other/*"]}]}"#,
        ),
    ];
    let answer = ask(&several, "ann", "s3:GetObject", "arn:aws:s3:::data/x", Context::new(true));
    assert_eq!(answer.decision, Decision::Allowed, "a file that names two buckets is the policy of neither");
    assert!(answer.notes.iter().any(|note| note.starts_with("`p` speaks of this resource")), "{:?}", answer.notes);
}

#[test]
fn a_resource_that_is_only_referred_to_is_named() {
    let files = &[(
        "main.tf",
        r#"
resource "aws_iam_user" "dev" { name = "dev" }
resource "aws_iam_user_policy" "dev" {
  name   = "dev"
  user   = aws_iam_user.dev.name
  policy = jsonencode({ Version = "2012-10-17", Statement = [
    { Effect = "Allow", Action = "iam:GetUser", Resource = aws_iam_user.dev.arn },
    { Effect = "Allow", Action = "sqs:SendMessage", Resource = aws_sqs_queue.q.arn },
  ] })
}
"#,
    )];
    let (sources, model, _) = model_of(files);
    let table = access::access(&model, &sources, Dialect::default(), resolve(&model, "user/dev").unwrap());
    assert_eq!(table.rows[0].resources, ["${aws_iam_user.dev.arn}"]);
    let queue = "arn:aws:sqs:eu-west-1:000000000000:q";
    let answer = ask(files, "user/dev", "sqs:SendMessage", queue, Context::new(false));
    assert_eq!(answer.depends_on, ["aws_sqs_queue.q.arn"]);
    assert_eq!(
        answer.condition.as_deref(),
        Some("allowed if `${aws_sqs_queue.q.arn}` covers `arn:aws:sqs:eu-west-1:000000000000:q`")
    );
}

/// In what Terraform makes, `aws_iam_user.ann.arn` is as good as the user's ARN, and was once
/// said to be anybody's.
#[test]
fn a_reference_to_the_arn_of_an_identity_means_that_one() {
    use Decision::{Allowed, Denied, Undetermined};
    let trusting = |principal: &str| {
        format!(
            r#"
variable "other" {{}}
locals {{ ann = aws_iam_user.ann.arn }}
resource "aws_iam_user" "ann" {{ name = "ann" }}
resource "aws_iam_user" "eve" {{ name = "eve" }}
resource "aws_iam_role" "app" {{
  name = "app"
  assume_role_policy = jsonencode({{ Version = "2012-10-17", Statement = [
    {{ Effect = "Allow", Action = "sts:AssumeRole", {principal} }},
  ] }})
}}
"#
        )
    };
    let table = [
        ("Principal = { AWS = aws_iam_user.ann.arn }", Allowed, Denied),
        ("Principal = { AWS = [aws_iam_user.ann.arn] }", Allowed, Denied),
        ("Principal = { AWS = [\"${aws_iam_user.ann.arn}\", aws_iam_user.eve.arn] }", Allowed, Allowed),
        ("Principal = { AWS = local.ann }", Allowed, Denied),
        ("Principal = { AWS = \"*\" }, Condition = { Null = { \"aws:username\" = \"true\" } }", Denied, Denied),
        // another text than the reference, or besides it
        ("Principal = { AWS = replace(aws_iam_user.ann.arn, \"ann\", \"eve\") }", Undetermined, Undetermined),
        ("Principal = { AWS = \"${aws_iam_user.ann.arn}2\" }", Undetermined, Undetermined),
        ("Principal = { AWS = trimsuffix(\"${aws_iam_user.ann.arn}\", \"x\") }", Undetermined, Undetermined),
        ("Principal = { AWS = try(aws_iam_user.ann.arn, aws_iam_user.eve.arn) }", Undetermined, Undetermined),
        ("Principal = { AWS = var.other ? aws_iam_user.ann.arn : aws_iam_user.eve.arn }", Undetermined, Undetermined),
        ("Principal = { AWS = [aws_iam_user.ann.arn, var.other] }", Allowed, Undetermined),
        ("Principal = { (var.other) = \"x\", AWS = aws_iam_user.ann.arn }", Allowed, Undetermined),
    ];
    let templated = r"
AWSTemplateFormatVersion: '2010-09-09'
Resources:
  Ann: {Type: AWS::IAM::User, Properties: {UserName: ann}}
  Eve: {Type: AWS::IAM::User, Properties: {UserName: eve}}
  App:
    Type: AWS::IAM::Role
    Properties:
      RoleName: app
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement: [{Effect: Allow, Action: 'sts:AssumeRole', Principal: {AWS: ANN}}]
";
    let program = r#"
import json
import pulumi_aws as aws
ann = aws.iam.User("ann", name="ann")
eve = aws.iam.User("eve", name="eve")
aws.iam.Role("app", name="app", assume_role_policy=pulumi.Output.json_dumps({
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": ann.arn}}]}))
"#;
    let mut texts: Vec<(&str, String, Decision, Decision)> =
        table.iter().map(|(principal, ann, eve)| ("main.tf", trusting(principal), *ann, *eve)).collect();
    for ann in ["!GetAtt Ann.Arn", "!Sub '${Ann.Arn}'", "{'Fn::GetAtt': [Ann, Arn]}"] {
        texts.push(("t.yaml", templated.replace("ANN", ann), Allowed, Denied));
    }
    for made in ["!Sub '${Ann.Arn}2'", "!Select [1, !Split ['/', !GetAtt Ann.Arn]]"] {
        texts.push(("t.yaml", templated.replace("ANN", made), Undetermined, Undetermined));
    }
    texts.push(("__main__.py", program.to_owned(), Allowed, Denied));
    for made in ["ann.arn.apply(lambda a: a.replace('ann', 'eve'))", "ann.arn[3:]", "ann.arn.upper()", "f'{ann.arn}2'"]
    {
        texts.push(("__main__.py", program.replace("ann.arn", made), Undetermined, Undetermined));
    }
    let script = r#"
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
const ann = new aws.iam.User("ann", {name: "ann"});
const eve = new aws.iam.User("eve", {name: "eve"});
new aws.iam.Role("app", {name: "app", assumeRolePolicy: pulumi.jsonStringify({
    Version: "2012-10-17",
    Statement: [{Effect: "Allow", Action: "sts:AssumeRole", Principal: {AWS: ann.arn}}]})});
"#;
    if cfg!(feature = "typescript") {
        texts.push(("index.ts", script.to_owned(), Allowed, Denied));
        for made in
            ["ann.arn.apply(a => a.replace('ann', 'eve'))", "ann.arn.apply(a => a + '2')", "`${ann.arn}`.slice(2)"]
        {
            texts.push(("index.ts", script.replace("ann.arn", made), Undetermined, Undetermined));
        }
    }
    let role = "arn:aws:iam::111122223333:role/app";
    for (file, text, ann, eve) in texts {
        let files = [(file, text.as_str())];
        for (who, expected) in [("user/ann", ann), ("user/eve", eve)] {
            let mut context = Context::new(true);
            context.set("aws:username", ContextValue::One(who[5..].into()));
            let answer = ask(&files, who, "sts:AssumeRole", role, context);
            assert_eq!(answer.decision, expected, "{who}: {text}: {answer:?}");
        }
    }
}

/// A user whom only the policy of a bucket, or of a role, lets in was said to have nothing.
#[test]
fn what_names_an_identity_is_part_of_its_access() {
    let files = &[(
        "main.tf",
        r#"
resource "aws_iam_user" "ann" { name = "ann" }
resource "aws_iam_user" "eve" { name = "eve" }
resource "aws_s3_bucket_policy" "b" {
  bucket = "logs"
  policy = jsonencode({ Version = "2012-10-17", Statement = [
    { Effect = "Allow", Principal = { AWS = aws_iam_user.ann.arn }, Action = "s3:GetObject", Resource = "arn:aws:s3:::logs/*" },
    { Effect = "Deny", Principal = { AWS = [aws_iam_user.ann.arn] }, Action = "s3:PutObject", Resource = "arn:aws:s3:::logs/*" },
    { Effect = "Allow", Principal = "*", Action = "s3:ListBucket", Resource = "arn:aws:s3:::logs" },
  ] })
}
resource "aws_iam_role" "app" {
  name = "app"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [
    { Effect = "Allow", Action = "sts:AssumeRole", Principal = { AWS = "arn:aws:iam::111122223333:user/ann" } },
  ] })
}
"#,
    )];
    let (sources, model, _) = model_of(files);
    let rows = |who: &str| -> Vec<(String, String, String)> {
        let table = access::access(&model, &sources, Dialect::default(), resolve(&model, who).unwrap());
        let told = table.rows.iter().map(|row| (row.can.join(""), row.pattern.clone(), row.resources.join(" ")));
        told.collect()
    };
    let row = |can: &str, action: &str, on: &str| (can.to_owned(), action.to_owned(), on.to_owned());
    let expected = [
        row("deny", "s3:PutObject", "arn:aws:s3:::logs/*"),
        row("allow", "sts:AssumeRole", "role/app"),
        row("allow", "s3:GetObject", "arn:aws:s3:::logs/*"),
    ];
    assert_eq!(rows("user/ann"), expected);
    assert_eq!(rows("user/eve"), []);
}

#[test]
fn the_arn_of_a_bucket_is_made_of_its_name() {
    let files = [(
        "main.tf",
        r#"
variable "name" {}
resource "aws_s3_bucket" "b" { bucket = "logs" }
resource "aws_s3_bucket" "c" { bucket = var.name }
resource "aws_iam_user" "ann" { name = "ann" }
resource "aws_iam_user_policy" "ann" {
  user   = aws_iam_user.ann.name
  policy = jsonencode({ Version = "2012-10-17", Statement = [
    { Effect = "Allow", Action = "s3:GetObject", Resource = "${aws_s3_bucket.b.arn}/in/*" },
    { Effect = "Allow", Action = "s3:ListBucket", Resource = aws_s3_bucket.c.arn },
  ] })
}
"#,
    )];
    for (action, resource, expected) in [
        ("s3:GetObject", "arn:aws:s3:::logs/in/x", Decision::Allowed),
        ("s3:GetObject", "arn:aws:s3:::logs/out/x", Decision::Denied),
        ("s3:GetObject", "arn:aws:s3:::other/in/x", Decision::Denied),
        ("s3:ListBucket", "arn:aws:s3:::logs", Decision::Undetermined),
    ] {
        let answer = ask(&files, "user/ann", action, resource, Context::new(true));
        assert_eq!(answer.decision, expected, "{action} {resource}: {answer:?}");
    }
}

/// What `get-account-authorization-details` prints of an account with one role, which may do
/// `action`.
fn account(account: &str, action: &str) -> String {
    format!(
        r#"{{"UserDetailList": [], "GroupDetailList": [], "Policies": [], "RoleDetailList": [{{
          "RoleName": "app", "Arn": "arn:aws:iam::{account}:role/app",
          "AssumeRolePolicyDocument": {{"Version": "2012-10-17", "Statement": []}},
          "RolePolicyList": [{{"PolicyName": "own", "PolicyDocument": {{"Version": "2012-10-17",
            "Statement": [{{"Effect": "Allow", "Action": "{action}", "Resource": "*"}}]}}}}]}}]}}"#
    )
}

#[test]
fn roles_of_one_name_in_two_accounts_are_two() {
    let (dev, prod) = (account("111111111111", "*"), account("222222222222", "s3:GetObject"));
    let files = [("dev.json", dev.as_str()), ("prod.json", prod.as_str())];
    let (sources, model, _) = model_of(&files);
    for (who, can) in [("111111111111", "*"), ("222222222222", "s3:GetObject")] {
        let role = resolve(&model, &format!("arn:aws:iam::{who}:role/app")).unwrap();
        let table = access::access(&model, &sources, Dialect::default(), role);
        let rows: Vec<_> = table.rows.iter().map(|row| row.pattern.as_str()).collect();
        assert_eq!(rows, [can], "{who}");
    }
    assert!(resolve(&model, "role/app").is_err());
}

#[test]
fn two_deployments_may_each_make_a_role_of_one_name() {
    let module = |action: &str| {
        format!(
            r#"
resource "aws_iam_role" "app" {{
  name               = "app"
  assume_role_policy = jsonencode({{ Version = "2012-10-17", Statement = [] }})
}}
resource "aws_iam_role_policy" "app" {{
  role   = aws_iam_role.app.name
  policy = jsonencode({{ Version = "2012-10-17", Statement = [{{ Effect = "Allow", Action = "{action}", Resource = "*" }}] }})
}}
"#
        )
    };
    let (dev, prod) = (module("sqs:*"), module("sns:*"));
    let (_, model, _) = model_of(&[("dev/main.tf", dev.as_str()), ("prod/main.tf", prod.as_str())]);
    let policies: Vec<usize> =
        model.aws.identities().filter_map(|id| model.aws.identity(id)).map(|role| role.policies.len()).collect();
    assert_eq!(policies, [1, 1]);
}
