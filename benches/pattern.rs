//! How fast patterns match, and how fast regions are decided.

use divan::{Bencher, black_box};
use overgrant::aws::document::parse;
use overgrant::pattern::glob::{Glob, matches, union_contains};
use overgrant::pattern::path::PathLang;
use overgrant::region::aws::{Policies, Region};
use overgrant::source::{Fragment, SourceId};
use overgrant::syntax::json;

fn main() {
    divan::main();
}

const TEXT: &str = "arn:aws:s3:::company-data-eu-west-1/team/reports/2024/11/report-000123.parquet";
const PATTERNS: [&str; 6] = [
    "*",
    "arn:aws:s3:::company-data-*",
    "arn:aws:s3:::company-data-eu-west-1/*/2024/*.parquet",
    "arn:aws:s3:::other/*",
    "arn:*:s3:::*/report-??????.parquet",
    "*team*reports*11*parquet",
];

#[divan::bench(args = PATTERNS)]
fn compiled_match(bencher: Bencher<'_, '_>, pattern: &str) {
    let glob = Glob::new(pattern);
    bencher.bench(|| glob.matches(black_box(TEXT)));
}

#[divan::bench(args = PATTERNS)]
fn text_match(pattern: &str) -> bool {
    matches(black_box(pattern), black_box(TEXT))
}

#[divan::bench]
fn compile() -> Glob {
    Glob::new(black_box("arn:aws:s3:::company-data-eu-west-1/*/2024/*.parquet"))
}

#[divan::bench]
fn overlap() -> Option<String> {
    Glob::new(black_box("arn:aws:s3:::company-*/data/*")).overlaps(&Glob::new(black_box("arn:aws:s3:::*-prod/*/x")))
}

#[divan::bench]
fn union_containment(bencher: Bencher<'_, '_>) {
    let outer: Vec<Glob> = (0..100).map(|n| Glob::new(&format!("s3:Get{n}*"))).collect();
    let inner = Glob::new("s3:Get99Object*");
    bencher.bench(|| union_contains(black_box(&outer), black_box(&inner)));
}

#[divan::bench]
fn path_difference(bencher: Bencher<'_, '_>) {
    let outer: Vec<PathLang> = (0..100).map(|n| PathLang::parse(&format!("secret/+/team-{n}/*"))).collect();
    let inner = PathLang::parse("secret/*");
    bencher.bench(|| black_box(&inner).escape(black_box(&outer)));
}

/// A policy of this many statements that all are alike and none redundant.
fn policies(statements: usize) -> Policies {
    let statement = |n: usize| {
        format!(
            r#"{{"Effect":"{}","Action":["s3:Get*","s3:List{n}*","ec2:Describe*"],"Resource":"arn:aws:s3:::b-{n}/*",
               "Condition":{{"StringEquals":{{"aws:PrincipalTag/team":"t{n}"}}}}}}"#,
            if n % 5 == 4 { "Deny" } else { "Allow" }
        )
    };
    let list: Vec<String> = (0..statements).map(statement).collect();
    let text = format!(r#"{{"Version":"2012-10-17","Statement":[{}]}}"#, list.join(","));
    let (node, _) = json::parse(&Fragment::plain(SourceId(0), 0, &text));
    let documents: Vec<_> = node.iter().map(parse).collect();
    Policies::new(&documents)
}

#[divan::bench(args = [5, 20, 80])]
fn redundant_statements(bencher: Bencher<'_, '_>, statements: usize) {
    let policies = policies(statements);
    bencher.bench(|| (0..statements).map(|s| policies.redundant(s)).collect::<Vec<_>>());
}

#[divan::bench(args = [5, 20, 80])]
fn reach(bencher: Bencher<'_, '_>, statements: usize) {
    let policies = policies(statements);
    let region = Region::new(&["s3:GetObject"], &["arn:aws:s3:::b-3/*"], &[]);
    bencher.bench(|| policies.reach(black_box(&region)));
}
