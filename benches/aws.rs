//! Throughput of the AWS side: JSON text, documents, decisions, request lines.

use std::fmt::Write as _;

use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use overgrant::aws::context::{Context, ContextValue};
use overgrant::aws::document::{self, PolicyKind};
use overgrant::aws::evaluate::{Policies, PreparedPolicy, Request, decide, explain};
use overgrant::simulate;
use overgrant::source::{Fragment, SourceId};
use overgrant::syntax::json;

fn main() {
    divan::main();
}

/// A managed policy as AWS writes them: many statements, long action lists.
fn large_document() -> String {
    let mut text = String::from("{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [\n");
    for statement in 0..40 {
        let comma = if statement == 39 { "" } else { "," };
        let _ = writeln!(
            text,
            "    {{\n      \"Sid\": \"Statement{statement}\",\n      \"Effect\": \"Allow\",\n      \"Action\": ["
        );
        for action in 0..24 {
            let comma = if action == 23 { "" } else { "," };
            let _ = writeln!(text, "        \"service{statement}:DescribeThings{action}\"{comma}");
        }
        let _ = write!(
            text,
            "      ],\n      \"Resource\": [\n        \"arn:aws:service{statement}:*:111111111111:thing/team-{statement}/*\"\n      ],\n      \"Condition\": {{\n        \"StringEquals\": {{\n          \"aws:RequestedRegion\": [\"eu-west-1\", \"eu-central-1\"]\n        }}\n      }}\n    }}{comma}\n"
        );
    }
    text.push_str("  ]\n}\n");
    text
}

#[divan::bench]
fn json_text(bencher: Bencher<'_, '_>) {
    let text = large_document();
    bencher.counter(BytesCount::of_str(&text)).bench_local(|| {
        let fragment = Fragment::plain(SourceId(0), 0, black_box(&text));
        json::parse(&fragment)
    });
}

#[divan::bench]
fn json_text_with_escapes(bencher: Bencher<'_, '_>) {
    let text = serde_json::to_string(&[large_document(), large_document()]).unwrap_or_default();
    bencher.counter(BytesCount::of_str(&text)).bench_local(|| {
        let fragment = Fragment::plain(SourceId(0), 0, black_box(&text));
        json::parse(&fragment)
    });
}

#[divan::bench]
fn document(bencher: Bencher<'_, '_>) {
    let text = large_document();
    let Some(node) = json::parse(&Fragment::plain(SourceId(0), 0, &text)).0 else { return };
    bencher.counter(BytesCount::of_str(&text)).bench_local(|| document::parse(black_box(&node)));
}

fn prepared(name: &str, text: &str, kind: PolicyKind) -> Option<PreparedPolicy> {
    let node = json::parse(&Fragment::plain(SourceId(0), 0, text)).0?;
    Some(PreparedPolicy::new(name, document::parse(&node), kind))
}

/// A developer's policies under an SCP and a boundary, and a bucket policy.
fn world() -> Option<[PreparedPolicy; 5]> {
    Some([
        prepared(
            "developer",
            r#"{"Version":"2012-10-17","Statement":[
                {"Effect":"Allow","Action":["ec2:Describe*","logs:Get*","logs:List*","cloudwatch:*"],"Resource":"*"},
                {"Effect":"Allow","Action":["sqs:SendMessage","sqs:ReceiveMessage"],"Resource":"arn:aws:sqs:*:111111111111:dev-*"},
                {"Effect":"Allow","Action":["s3:GetObject","s3:PutObject"],"Resource":["arn:aws:s3:::logs/*","arn:aws:s3:::data/team/*"],
                 "Condition":{"StringEquals":{"aws:PrincipalTag/team":"blue"},"Bool":{"aws:SecureTransport":"true"}}},
                {"Effect":"Deny","Action":"iam:*","Resource":"*"}]}"#,
            PolicyKind::Identity,
        )?,
        prepared(
            "home",
            r#"{"Version":"2012-10-17","Statement":[
                {"Effect":"Allow","Action":"s3:ListBucket","Resource":"arn:aws:s3:::home","Condition":{"StringLike":{"s3:prefix":"${aws:username}/*"}}},
                {"Effect":"Allow","Action":"s3:*Object","Resource":"arn:aws:s3:::home/${aws:username}/*"}]}"#,
            PolicyKind::Identity,
        )?,
        prepared(
            "boundary",
            r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","NotAction":["iam:*","organizations:*"],"Resource":"*"}]}"#,
            PolicyKind::Boundary,
        )?,
        prepared(
            "scp",
            r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},
                {"Effect":"Deny","NotAction":["iam:*","sts:*","support:*"],"Resource":"*","Condition":{"StringNotEquals":{"aws:RequestedRegion":["eu-west-1","eu-central-1"]}}}]}"#,
            PolicyKind::Scp,
        )?,
        prepared(
            "bucket",
            r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::data","arn:aws:s3:::data/*"],
                "Condition":{"Bool":{"aws:SecureTransport":"false"}}}]}"#,
            PolicyKind::Resource,
        )?,
    ])
}

fn requests() -> Vec<Request> {
    let table = [
        ("s3:GetObject", "arn:aws:s3:::data/team/x"),
        ("s3:PutObject", "arn:aws:s3:::home/alice/notes"),
        ("s3:ListBucket", "arn:aws:s3:::home"),
        ("ec2:DescribeInstances", "*"),
        ("sqs:SendMessage", "arn:aws:sqs:eu-west-1:111111111111:dev-jobs"),
        ("sqs:SendMessage", "arn:aws:sqs:eu-west-1:111111111111:prod-jobs"),
        ("iam:CreateUser", "arn:aws:iam::111111111111:user/x"),
        ("kms:Decrypt", "arn:aws:kms:eu-west-1:111111111111:key/1234"),
    ];
    let request = |(action, resource): (&str, &str)| {
        let mut context = Context::new(true);
        for (key, value) in [
            ("aws:PrincipalTag/team", "blue"),
            ("aws:SecureTransport", "true"),
            ("aws:RequestedRegion", "eu-west-1"),
            ("aws:username", "alice"),
            ("s3:prefix", "alice/notes"),
        ] {
            context.set(key, ContextValue::One(value.into()));
        }
        Request::new("arn:aws:iam::111111111111:user/alice", action, resource, context).ok()
    };
    table.into_iter().filter_map(request).collect()
}

fn policies(world: &[PreparedPolicy; 5]) -> Policies<'_> {
    let [developer, home, boundary, scp, bucket] = world;
    Policies {
        identity: vec![developer, home],
        boundary: vec![boundary],
        scps: vec![vec![scp]],
        resource: vec![bucket],
        ..Policies::default()
    }
}

#[divan::bench]
fn decisions_identity_only(bencher: Bencher<'_, '_>) {
    let Some(world) = world() else { return };
    let [developer, home, ..] = &world;
    let policies = Policies { identity: vec![developer, home], ..Policies::default() };
    let requests = requests();
    bencher.counter(ItemsCount::new(requests.len())).bench_local(|| {
        for request in &requests {
            black_box(decide(black_box(request), &policies));
        }
    });
}

#[divan::bench]
fn decisions_all_layers(bencher: Bencher<'_, '_>) {
    let Some(world) = world() else { return };
    let policies = policies(&world);
    let requests = requests();
    bencher.counter(ItemsCount::new(requests.len())).bench_local(|| {
        for request in &requests {
            black_box(decide(black_box(request), &policies));
        }
    });
}

#[divan::bench]
fn explanations_all_layers(bencher: Bencher<'_, '_>) {
    let Some(world) = world() else { return };
    let policies = policies(&world);
    let requests = requests();
    bencher.counter(ItemsCount::new(requests.len())).bench_local(|| {
        for request in &requests {
            black_box(explain(black_box(request), &policies));
        }
    });
}

/// The conformance table, as a request file with inline policies.
#[divan::bench]
fn request_lines(bencher: Bencher<'_, '_>) {
    let table = include_str!("../fixtures/cases/aws-evaluation.jsonl");
    let lines: Vec<&str> = table.lines().collect();
    bencher.counter(ItemsCount::new(lines.len())).counter(BytesCount::of_str(table)).bench_local(|| {
        for line in &lines {
            black_box(simulate::answer_line(black_box(line.as_bytes())));
        }
    });
}
