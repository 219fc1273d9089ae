//! Vault: parsing, preparing and deciding. Run with `cargo bench --bench vault`.
#![allow(clippy::unwrap_used, reason = "a benchmark may panic")]

use std::fmt::Write as _;

use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use overgrant::source::{Fragment, SourceId};
use overgrant::syntax::hcl1;
use overgrant::vault::acl::{Acl, Granted, Request, Settings};
use overgrant::vault::dialect::Dialect;
use overgrant::vault::operation::Operation;
use overgrant::vault::policy::{self, Policy};

fn main() {
    divan::main();
}

/// A policy as teams write them: data and metadata of one application, and its roles.
fn text(team: usize, stanzas: usize) -> String {
    let mut out = String::new();
    for number in 0..stanzas {
        let path = match number % 5 {
            0 => format!("secret/data/team{team}/app{number}/*"),
            1 => format!("secret/metadata/team{team}/app{number}/*"),
            2 => format!("database/creds/team{team}-app{number}"),
            3 => format!("secret/data/team{team}/+/shared{number}"),
            _ => format!("transit/encrypt/team{team}-key{number}"),
        };
        write!(out, "# what team {team} may do\npath \"{path}\" {{\n  capabilities = [\"read\", \"list\"]\n}}\n\n")
            .unwrap();
    }
    out
}

fn parse(text: &str) -> Policy {
    policy::parse(&Fragment::plain(SourceId(0), 0, text), Dialect::VAULT).unwrap()
}

fn policies(count: usize) -> Vec<Policy> {
    (0..count).map(|team| parse(&text(team, 10))).collect()
}

fn acl(policies: &[Policy]) -> Acl {
    let granted: Vec<Granted<'_>> = policies.iter().map(|policy| Granted::new("p", policy)).collect();
    Acl::new(&granted, &Settings::default())
}

#[divan::bench]
fn parse_policy(bencher: Bencher<'_, '_>) {
    let text = text(1, 5_000);
    bencher.counter(BytesCount::of_str(&text)).bench(|| parse(black_box(&text)));
}

/// The syntax alone, without reading it as a policy.
#[divan::bench]
fn parse_hcl1(bencher: Bencher<'_, '_>) {
    let text = text(1, 5_000);
    let options = hcl1::Options { refuse_duplicates: true };
    bencher
        .counter(BytesCount::of_str(&text))
        .bench(|| hcl1::parse(&Fragment::plain(SourceId(0), 0, black_box(&text)), options).unwrap());
}

#[divan::bench(args = [10, 50, 250])]
fn build_acl(bencher: Bencher<'_, '_>, count: usize) {
    let policies = policies(count);
    bencher.counter(ItemsCount::new(count)).bench(|| acl(black_box(&policies)));
}

#[divan::bench]
fn decide_over_50_policies(bencher: Bencher<'_, '_>) {
    let policies = policies(50);
    let acl = acl(&policies);
    let paths: Vec<String> = (0..1000)
        .map(|number| match number % 6 {
            0 => format!("secret/data/team{}/app0/config", number % 50),
            1 => format!("secret/metadata/team{}/app1/", number % 50),
            2 => format!("database/creds/team{}-app2", number % 50),
            3 => format!("secret/data/team{}/x/shared3", number % 50),
            4 => format!("transit/encrypt/team{}-key4", number % 50),
            _ => format!("kv/other/{number}"),
        })
        .collect();
    let requests: Vec<Request<'_>> = paths
        .iter()
        .map(|path| Request::new(if path.ends_with('/') { Operation::List } else { Operation::Read }, path))
        .collect();
    bencher
        .counter(ItemsCount::new(requests.len()))
        .bench(|| requests.iter().filter(|request| acl.decide(black_box(request)).allowed).count());
}
