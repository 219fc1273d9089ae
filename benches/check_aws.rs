//! All AWS rules over generated policies: small ones and ones as large as AWS's own, at
//! three sizes, so that a cost which grows faster than what is read is seen.

use std::fmt::Write as _;

use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use overgrant::aws::catalog::catalog;
use overgrant::carrier::{self, Format, ReadOptions};
use overgrant::lint::{self, Inputs, Selection};
use overgrant::model::Model;
use overgrant::source::{SourceId, SourceMap};
use overgrant::vault::dialect::Dialect;

fn main() {
    divan::main();
}

/// Numbers that look random and are the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % limit.max(1)
    }
}

/// A policy of so many statements: actions of a service by name and by pattern, on all or
/// some resources, every third under a condition.
fn policy(numbers: &mut Numbers, statements: usize) -> String {
    let mut text = String::from("{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": [");
    for index in 0..statements {
        let prefix = catalog().prefixes().get(numbers.below(catalog().prefixes().len())).copied().unwrap_or("s3");
        let Some(service) = catalog().service(prefix) else { continue };
        let comma = if index == 0 { "" } else { "," };
        let effect = if numbers.below(12) == 0 { "Deny" } else { "Allow" };
        let _ = write!(
            text,
            "{comma}\n    {{\n      \"Sid\": \"S{index}\",\n      \"Effect\": \"{effect}\",\n      \"Action\": ["
        );
        for action in 0..=numbers.below(24) {
            let comma = if action == 0 { "" } else { "," };
            let name = service.actions.get(numbers.below(service.actions.len())).map_or("*", |a| a.name.as_str());
            let (name, star) = if numbers.below(8) == 0 { (name.get(..5).unwrap_or(name), "*") } else { (name, "") };
            let _ = write!(text, "{comma}\n        \"{prefix}:{name}{star}\"");
        }
        text.push_str("\n      ],\n      \"Resource\": ");
        match numbers.below(3) {
            0 => text.push_str("\"*\""),
            1 => {
                let _ = write!(text, "\"arn:aws:{prefix}:*:111122223333:thing/team-{index}/*\"");
            }
            _ => {
                let _ = write!(
                    text,
                    "[\"arn:aws:{prefix}:eu-west-1:111122223333:a/*\", \"arn:aws:{prefix}:*:*:b/${{aws:username}}\"]"
                );
            }
        }
        if index % 3 == 2 {
            text.push_str(
                ",\n      \"Condition\": { \"StringEquals\": { \"aws:ResourceAccount\": \"111122223333\" } }",
            );
        }
        text.push_str("\n    }");
    }
    text.push_str("\n  ]\n}\n");
    text
}

/// So many policies, one in twenty large.
fn policies(count: usize) -> (SourceMap, Vec<(SourceId, Format)>, usize) {
    let mut numbers = Numbers(7);
    let mut sources = SourceMap::new();
    let (mut inputs, mut bytes) = (Vec::new(), 0);
    for index in 0..count {
        let statements = if index % 20 == 0 { 120 } else { 1 + numbers.below(8) };
        let text = policy(&mut numbers, statements);
        bytes += text.len();
        inputs.push((sources.add(format!("policies/P{index}.json"), text), Format::IamDocument));
    }
    (sources, inputs, bytes)
}

/// Reads and checks them, and gives the number of findings.
fn check(sources: &SourceMap, inputs: &[(SourceId, Format)]) -> usize {
    let carried = carrier::read_all(sources, inputs, &ReadOptions::default());
    let model = Model::build(carried.declarations, sources);
    let inputs = Inputs { sources, model: &model, records: &carried.records, dialect: Dialect::default() };
    lint::run(&inputs, lint::builtin(), &Selection::default()).findings.len()
}

#[divan::bench(args = [200, 400, 800])]
fn aws_policies(bencher: Bencher<'_, '_>, count: usize) {
    let (sources, inputs, bytes) = policies(count);
    bencher.counter(BytesCount::new(bytes)).bench_local(|| check(black_box(&sources), black_box(&inputs)));
}

/// What a hook waits for: one small file.
#[divan::bench]
fn one_small_policy(bencher: Bencher<'_, '_>) {
    let mut sources = SourceMap::new();
    let text = policy(&mut Numbers(3), 2);
    let id = sources.add("policy.json", text);
    let inputs = [(id, Format::IamDocument)];
    bencher.bench_local(|| check(black_box(&sources), black_box(&inputs)));
}
