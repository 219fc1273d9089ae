//! What runs with a role, in each carrier, and who takes it over.

use crate::cli::{directory, overgrant};

const TRUST: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":"lambda.amazonaws.com"}}]}"#;
const ADMIN: &str = "arn:aws:iam::aws:policy/AdministratorAccess";

/// A role, a function that runs with it and a user who may change the function's code, in
/// each carrier; the resource of the user's policy as each refers to the function.
fn carriers(managed: &str) -> Vec<(&'static str, String)> {
    let python_trust = TRUST;
    let policy = |resource: &str| {
        format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"lambda:UpdateFunctionCode","Resource":{resource}}}]}}"#
        )
    };
    let by_name = policy(r#""arn:aws:lambda:eu-west-1:111122223333:function:deploy""#);
    let plan = |kind: &str, name: &str, after: &str| {
        format!(
            r#"{{"address":"{kind}.{name}","mode":"managed","type":"{kind}","name":"{name}","change":{{"actions":["create"],"before":null,"after":{after},"after_unknown":{{}},"after_sensitive":{{}}}}}}"#
        )
    };
    let quoted = |text: &str| format!("{text:?}");
    vec![
        (
            "main.tf",
            format!(
                r#"
resource "aws_iam_role" "admin" {{
  name                = "admin"
  assume_role_policy  = jsonencode({TRUST})
  managed_policy_arns = ["{managed}"]
}}
resource "aws_lambda_function" "deploy" {{
  count         = 1
  function_name = "${{var.prefix}}-deploy"
  role          = aws_iam_role.admin.arn
}}
resource "aws_iam_user" "dev" {{ name = "dev" }}
resource "aws_iam_user_policy" "dev" {{
  name   = "dev"
  user   = aws_iam_user.dev.name
  policy = jsonencode({})
}}
"#,
                policy("aws_lambda_function.deploy[0].arn")
            ),
        ),
        (
            "plan.json",
            format!(
                r#"{{"format_version":"1.2","terraform_version":"1.9.0","resource_changes":[{},{},{},{}]}}"#,
                plan(
                    "aws_iam_role",
                    "admin",
                    &format!(
                        r#"{{"name":"admin","assume_role_policy":{},"managed_policy_arns":["{managed}"]}}"#,
                        quoted(TRUST)
                    )
                ),
                plan(
                    "aws_lambda_function",
                    "deploy",
                    r#"{"function_name":"deploy","role":"arn:aws:iam::111122223333:role/admin"}"#
                ),
                plan("aws_iam_user", "dev", r#"{"name":"dev"}"#),
                plan(
                    "aws_iam_user_policy",
                    "dev",
                    &format!(r#"{{"name":"dev","user":"dev","policy":{}}}"#, quoted(&by_name))
                ),
            ),
        ),
        (
            "template.yaml",
            format!(
                r#"
Resources:
  Admin:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {TRUST}
      ManagedPolicyArns: ["{managed}"]
  Deploy:
    Type: AWS::Lambda::Function
    Properties:
      Role: !GetAtt Admin.Arn
  Dev:
    Type: AWS::IAM::User
    Properties:
      Policies:
        - PolicyName: dev
          PolicyDocument: {}
"#,
                policy("!GetAtt Deploy.Arn")
            ),
        ),
        (
            "sam.yaml",
            format!(
                r#"
Transform: AWS::Serverless-2016-10-31
Resources:
  Deploy:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: deploy
      Policies: ["{managed}"]
  Dev:
    Type: AWS::IAM::User
    Properties:
      Policies:
        - PolicyName: dev
          PolicyDocument: {}
"#,
                policy(r#"!Sub "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:deploy""#)
            ),
        ),
        (
            "__main__.py",
            format!(
                r#"
import json
import pulumi_aws as aws
role = aws.iam.Role("admin", assume_role_policy=json.dumps({python_trust}), managed_policy_arns=["{managed}"])
function = aws.lambda_.Function("deploy", role=role.arn)
user = aws.iam.User("dev")
aws.iam.UserPolicy("dev", user=user.name, policy=function.arn.apply(lambda arn: json.dumps({})))
"#,
                policy("arn")
            ),
        ),
    ]
}

fn found(name: &str, text: &str) -> String {
    let dir = directory(&[(name, text.as_bytes())]);
    let out = overgrant(dir.path(), &["check", "--format", "json"]);
    out.stdout
}

#[test]
fn a_function_that_runs_as_an_administrator_is_linked_in_every_carrier() {
    for (name, text) in carriers(ADMIN) {
        let out = found(name, &text);
        assert!(out.contains("lambda:UpdateFunctionCode"), "{name}:\n{text}\n{out}");
        assert!(out.contains("which runs with the role"), "{name}: {out}");
    }
}

#[test]
fn a_function_with_a_role_of_its_own_work_is_none() {
    for (name, text) in carriers("arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess") {
        let out = found(name, &text);
        assert!(!out.contains("lambda:UpdateFunctionCode"), "{name}: {out}");
    }
}
