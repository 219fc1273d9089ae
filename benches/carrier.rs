//! How fast infrastructure code is read, from text to declarations.

use std::fmt::Write as _;

use divan::counter::BytesCount;
use overgrant::carrier::{Format, ReadOptions, read_all};
use overgrant::source::{Fragment, SourceId, SourceMap};
use overgrant::syntax::{hcl2, yaml};

fn main() {
    divan::main();
}

fn terraform(resources: usize) -> String {
    let mut text = String::from("variable \"env\" {\n  default = \"dev\"\n}\n");
    for index in 0..resources {
        let _ = write!(
            text,
            r#"
resource "aws_iam_policy" "p{index}" {{
  name   = "policy-${{var.env}}-{index}"
  policy = <<-EOT
    {{
      "Version": "2012-10-17",
      "Statement": [{{
        "Effect": "Allow",
        "Action": ["s3:GetObject", "s3:ListBucket"],
        "Resource": "arn:aws:s3:::bucket-{index}/*"
      }}]
    }}
  EOT
}}

resource "vault_policy" "v{index}" {{
  name   = "app-{index}"
  policy = <<EOT
path "secret/data/app-{index}/*" {{
  capabilities = ["read", "list"]
}}
EOT
}}
"#
        );
    }
    text
}

fn template(resources: usize) -> String {
    let mut text = String::from("AWSTemplateFormatVersion: \"2010-09-09\"\nResources:\n");
    for index in 0..resources {
        let _ = write!(
            text,
            "  Policy{index}:\n    Type: AWS::IAM::ManagedPolicy\n    Properties:\n      ManagedPolicyName: policy-{index}\n      PolicyDocument:\n        Version: \"2012-10-17\"\n        Statement:\n          - Effect: Allow\n            Action:\n              - s3:GetObject\n              - s3:ListBucket\n            Resource: !Sub arn:${{AWS::Partition}}:s3:::bucket-{index}/*\n"
        );
    }
    text
}

fn plan(resources: usize) -> String {
    let changes: Vec<String> = (0..resources)
        .map(|index| {
            format!(
                r#"{{"address":"aws_instance.i{index}","mode":"managed","type":"aws_instance","name":"i{index}","change":{{"actions":["create"],"after":{{"ami":"ami-{index}","tags":{{"a":"b"}}}},"after_unknown":{{"id":true}}}}}},{{"address":"aws_iam_policy.p{index}","mode":"managed","type":"aws_iam_policy","name":"p{index}","change":{{"actions":["create"],"after":{{"name":"p{index}","policy":"{{\"Statement\":[{{\"Action\":\"s3:*\",\"Effect\":\"Allow\",\"Resource\":\"*\"}}]}}"}},"after_unknown":{{"arn":true}}}}}}"#
            )
        })
        .collect();
    format!("{{\"format_version\":\"1.2\",\"resource_changes\":[{}]}}", changes.join(","))
}

fn whole(bencher: divan::Bencher<'_, '_>, name: &str, text: &str, format: Format) {
    let mut sources = SourceMap::new();
    let id = sources.add(name, text);
    bencher
        .counter(BytesCount::of_str(text))
        .bench_local(|| read_all(&sources, &[(id, format)], &ReadOptions::default()).declarations.len());
}

#[divan::bench(args = [100, 1000])]
fn terraform_parsed(bencher: divan::Bencher<'_, '_>, resources: usize) {
    let text = terraform(resources);
    bencher
        .counter(BytesCount::of_str(&text))
        .bench_local(|| hcl2::parse(&Fragment::plain(SourceId(0), 0, &text)).map(|body| body.blocks.len()));
}

#[divan::bench(args = [100, 1000])]
fn terraform_declared(bencher: divan::Bencher<'_, '_>, resources: usize) {
    whole(bencher, "main.tf", &terraform(resources), Format::Terraform);
}

#[divan::bench(args = [100, 1000])]
fn yaml_parsed(bencher: divan::Bencher<'_, '_>, resources: usize) {
    let text = template(resources);
    bencher
        .counter(BytesCount::of_str(&text))
        .bench_local(|| yaml::parse(&Fragment::plain(SourceId(0), 0, &text)).0.len());
}

#[divan::bench(args = [100, 1000])]
fn cloudformation_declared(bencher: divan::Bencher<'_, '_>, resources: usize) {
    whole(bencher, "stack.yaml", &template(resources), Format::CloudFormationYaml);
}

#[divan::bench(args = [1000, 10_000])]
fn plan_declared(bencher: divan::Bencher<'_, '_>, resources: usize) {
    whole(bencher, "plan.json", &plan(resources), Format::TerraformPlan);
}
