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

/// The same resources in every other way of writing them.
fn written(kind: &str, resources: usize) -> String {
    let policy = |index: usize| {
        format!(
            r#"{{\"Version\":\"2012-10-17\",\"Statement\":[{{\"Effect\":\"Allow\",\"Action\":\"s3:GetObject\",\"Resource\":\"arn:aws:s3:::b{index}/*\"}}]}}"#
        )
    };
    let document = |index: usize| policy(index).replace("\\\"", "\"");
    let joined = |one: &dyn Fn(usize) -> String, between: &str| -> String {
        (0..resources).map(one).collect::<Vec<_>>().join(between)
    };
    match kind {
        "main.tf.json" => {
            let one = |i: usize| format!(r#""p{i}":{{"name":"p{i}","policy":"{}"}}"#, policy(i));
            format!(r#"{{"resource":{{"aws_iam_policy":{{{}}}}}}}"#, joined(&one, ",\n"))
        }
        "terraform.tfstate" => {
            let one = |i: usize| {
                format!(
                    r#"{{"mode":"managed","type":"aws_iam_policy","name":"p{i}","instances":[{{"attributes":{{"name":"p{i}","policy":"{}"}},"sensitive_attributes":[]}}]}}"#,
                    policy(i)
                )
            };
            format!(r#"{{"version":4,"serial":1,"lineage":"x","resources":[{}]}}"#, joined(&one, ",\n"))
        }
        "__main__.py" => {
            let one = |i: usize| {
                format!("aws.iam.Policy(\"p{i}\",\n    name=\"p{i}\",\n    policy=json.dumps({}))\n", document(i))
            };
            format!("import json\nimport pulumi_aws as aws\n\n{}", joined(&one, "\n"))
        }
        "index.ts" => {
            let one = |i: usize| {
                format!(
                    "new aws.iam.Policy(\"p{i}\", {{\n    name: \"p{i}\",\n    policy: JSON.stringify({}),\n}});\n",
                    document(i)
                )
            };
            format!("import * as aws from \"@pulumi/aws\";\n\n{}", joined(&one, "\n"))
        }
        "Pulumi.yaml" => {
            let one = |i: usize| {
                format!(
                    "  p{i}:\n    type: aws:iam:Policy\n    properties:\n      name: p{i}\n      policy:\n        fn::toJSON: {}\n",
                    document(i)
                )
            };
            format!("name: app\nruntime: yaml\nresources:\n{}", joined(&one, ""))
        }
        "stack.json" => {
            let one = |i: usize| {
                format!(
                    r#"{{"urn":"urn:pulumi:dev::app::aws:iam/policy:Policy::p{i}","custom":true,"type":"aws:iam/policy:Policy","inputs":{{"name":"p{i}","policy":"{}"}}}}"#,
                    policy(i)
                )
            };
            format!(r#"{{"version":3,"deployment":{{"manifest":{{}},"resources":[{}]}}}}"#, joined(&one, ",\n"))
        }
        "template.json" => {
            let one = |i: usize| {
                format!(
                    r#""P{i}":{{"Type":"AWS::IAM::ManagedPolicy","Properties":{{"ManagedPolicyName":"p{i}","PolicyDocument":{}}}}}"#,
                    document(i)
                )
            };
            format!(r#"{{"AWSTemplateFormatVersion":"2010-09-09","Resources":{{{}}}}}"#, joined(&one, ",\n"))
        }
        "account.json" => {
            let one = |i: usize| {
                format!(
                    r#"{{"PolicyName":"p{i}","Arn":"arn:aws:iam::111122223333:policy/p{i}","PolicyVersionList":[{{"Document":{},"VersionId":"v1","IsDefaultVersion":true}}]}}"#,
                    document(i)
                )
            };
            format!(
                r#"{{"UserDetailList":[],"GroupDetailList":[],"RoleDetailList":[],"Policies":[{}]}}"#,
                joined(&one, ",\n")
            )
        }
        "mounts.json" => {
            let one = |i: usize| {
                format!(
                    r#""kv-{i}/":{{"type":"kv","description":"","options":{{"version":"2"}},"config":{{"max_lease_ttl":0}}}}"#
                )
            };
            format!("{{{}}}", joined(&one, ",\n"))
        }
        "policies.yaml" => {
            let one = |i: usize| {
                format!(
                    "apiVersion: redhatcop.redhat.io/v1alpha1\nkind: Policy\nmetadata:\n  name: p{i}\nspec:\n  policy: |\n    path \"secret/data/app-{i}/*\" {{\n      capabilities = [\"read\"]\n    }}\n"
                )
            };
            joined(&one, "---\n")
        }
        _ => String::new(),
    }
}

/// The names of the others; TypeScript where it is read.
const OTHERS: &[&str] = &[
    "main.tf.json",
    "terraform.tfstate",
    "__main__.py",
    #[cfg(feature = "typescript")]
    "index.ts",
    "Pulumi.yaml",
    "stack.json",
    "template.json",
    "account.json",
    "mounts.json",
    "policies.yaml",
];

/// Everything else that is read, from text to declarations; each must declare all of it.
#[divan::bench(
    args = OTHERS,
    consts = [100, 1000],
)]
fn others_declared<const RESOURCES: usize>(bencher: divan::Bencher<'_, '_>, name: &str) {
    let text = written(name, RESOURCES);
    let format = match name {
        "main.tf.json" => Format::TerraformJson,
        "terraform.tfstate" => Format::TerraformState,
        "__main__.py" => Format::PulumiPython,
        #[cfg(feature = "typescript")]
        "index.ts" => Format::PulumiTypeScript,
        "Pulumi.yaml" => Format::PulumiYaml,
        "stack.json" => Format::PulumiState,
        "template.json" => Format::CloudFormationJson,
        "account.json" => Format::AwsAccount,
        "mounts.json" => Format::VaultApi,
        _ => Format::KubernetesYaml,
    };
    let mut sources = SourceMap::new();
    let id = sources.add(name, text.as_str());
    bencher.counter(BytesCount::of_str(&text)).bench_local(|| {
        let declared = read_all(&sources, &[(id, format)], &ReadOptions::default()).declarations.len();
        assert_eq!(declared, RESOURCES, "{name}");
    });
}
