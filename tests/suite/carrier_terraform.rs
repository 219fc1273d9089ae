//! The same policies in every carrier of infrastructure code say the same.

use overgrant::carrier::declaration::{Carrier, Item};
use overgrant::carrier::{Carried, ReadOptions, read_all, recognise};
use overgrant::source::SourceMap;

fn read(name: &str, text: &str) -> (SourceMap, Carried) {
    let mut sources = SourceMap::new();
    let id = sources.add(name, text);
    let format = recognise(name, text).unwrap_or_else(|| panic!("{name} is not recognised"));
    let carried = read_all(&sources, &[(id, format)], &ReadOptions::default());
    assert_eq!(carried.diagnostics, [], "{name}");
    (sources, carried)
}

/// What policies say: kind, whom they are on, and each statement's parts; and the text
/// that each action's span covers.
fn told(sources: &SourceMap, carried: &Carried) -> (Vec<String>, Vec<String>) {
    let (mut said, mut places) = (Vec::new(), Vec::new());
    for declaration in &carried.declarations {
        let Item::AwsPolicy(policy) = &declaration.item else { continue };
        for statement in &policy.document.statements {
            let list = |element: Option<&overgrant::aws::document::ListElement>| {
                element.map_or_else(String::new, |e| {
                    let items: Vec<String> = e.items.iter().map(|item| item.text.display()).collect();
                    format!("{}{}", if e.negated { "not " } else { "" }, items.join(","))
                })
            };
            let conditions: Vec<String> =
                statement.conditions.iter().map(|c| format!("{} {}", c.operator.raw(), c.key.raw())).collect();
            said.push(format!(
                "{:?} {:?} {} on {} if {}",
                policy.kind,
                statement.effect,
                list(statement.action.as_ref()),
                list(statement.resource.as_ref()),
                conditions.join(",")
            ));
            let actions = statement.action.iter().flat_map(|element| &element.items);
            places.extend(actions.map(|item| sources.slice(item.span).replace(['"', '\\', '\''], "")));
        }
    }
    said.sort();
    places.sort();
    (said, places)
}

const HCL: &str = r#"
resource "aws_iam_role" "app" {
  name               = "app"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [
    { Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ec2.amazonaws.com" } }] })
}
resource "aws_iam_role_policy" "p" {
  name   = "p"
  role   = aws_iam_role.app.id
  policy = <<-EOT
    {
      "Version": "2012-10-17",
      "Statement": [{ "Effect": "Allow", "Action": ["s3:GetObject", "s3:Put*"], "Resource": "arn:aws:s3:::b/*" }]
    }
  EOT
}
resource "aws_s3_bucket_policy" "b" {
  bucket = "b"
  policy = data.aws_iam_policy_document.b.json
}
data "aws_iam_policy_document" "b" {
  statement {
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = ["*"]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}
"#;

const TEMPLATE: &str = r#"AWSTemplateFormatVersion: "2010-09-09"
Resources:
  App:
    Type: AWS::IAM::Role
    Properties:
      RoleName: app
      AssumeRolePolicyDocument:
        Version: "2012-10-17"
        Statement: {Effect: Allow, Action: "sts:AssumeRole", Principal: {Service: ec2.amazonaws.com}}
      Policies:
        - PolicyName: p
          PolicyDocument:
            Version: "2012-10-17"
            Statement:
              - Effect: Allow
                Action: [s3:GetObject, "s3:Put*"]
                Resource: !Join ["", ["arn:aws:s3:::", b, "/*"]]
  B:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: b
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - Effect: Deny
            Action: s3:*
            Resource: "*"
            Principal: "*"
            Condition: {Bool: {aws:SecureTransport: "false"}}
"#;

const PLAN: &str = r#"{"format_version": "1.2", "terraform_version": "1.9.0", "resource_changes": [
 {"address": "aws_iam_role.app", "mode": "managed", "type": "aws_iam_role", "name": "app", "change": {"actions": ["create"], "after": {"name": "app",
  "assume_role_policy": "{\"Statement\":[{\"Action\":\"sts:AssumeRole\",\"Effect\":\"Allow\",\"Principal\":{\"Service\":\"ec2.amazonaws.com\"}}],\"Version\":\"2012-10-17\"}"}, "after_unknown": {}}},
 {"address": "aws_iam_role_policy.p", "mode": "managed", "type": "aws_iam_role_policy", "name": "p", "change": {"actions": ["create"], "after": {"name": "p", "role": "app",
  "policy": "{\"Statement\":[{\"Action\":[\"s3:GetObject\",\"s3:Put*\"],\"Effect\":\"Allow\",\"Resource\":\"arn:aws:s3:::b/*\"}],\"Version\":\"2012-10-17\"}"}, "after_unknown": {}}},
 {"address": "aws_s3_bucket_policy.b", "mode": "managed", "type": "aws_s3_bucket_policy", "name": "b", "change": {"actions": ["create"], "after": {"bucket": "b",
  "policy": "{\"Statement\":[{\"Action\":\"s3:*\",\"Condition\":{\"Bool\":{\"aws:SecureTransport\":\"false\"}},\"Effect\":\"Deny\",\"Principal\":\"*\",\"Resource\":\"*\"}],\"Version\":\"2012-10-17\"}"}, "after_unknown": {}}}]}"#;

#[test]
fn terraform_plan_and_template_say_the_same() {
    let (sources, carried) = read("main.tf", HCL);
    let expected = told(&sources, &carried);
    assert_eq!(expected.0.len(), 3);
    assert_eq!(expected.1, ["s3:*", "s3:GetObject", "s3:Put*", "sts:AssumeRole"]);
    for (name, text, carrier) in
        [("plan.json", PLAN, Carrier::TerraformPlan), ("stack.yaml", TEMPLATE, Carrier::CloudFormation)]
    {
        let (sources, carried) = read(name, text);
        assert!(carried.declarations.iter().all(|d| d.carrier == carrier));
        assert_eq!(told(&sources, &carried), expected, "{name}");
    }
}
