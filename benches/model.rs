//! Linking and linting a whole Vault: policies, roles and entities, at three sizes.
//! The cost has to grow no faster than the size.

#![allow(clippy::unwrap_used, reason = "a benchmark may panic")]

use std::fmt::Write as _;

use divan::Bencher;
use overgrant::carrier::{self, Format, ReadOptions};
use overgrant::lint::{Inputs, Selection, builtin, run};
use overgrant::model::Model;
use overgrant::source::SourceMap;
use overgrant::vault::dialect::Dialect;

fn main() {
    divan::main();
}

/// A Vault of 40 policies, 100 roles and 400 entities for each unit of size; 50 units are
/// 2,000 policies, 5,000 roles and 20,000 entities.
fn vault(size: usize) -> (SourceMap, Vec<(overgrant::source::SourceId, Format)>) {
    let mut sources = SourceMap::new();
    let mut inputs = Vec::new();
    let mut add = |name: String, text: String| {
        let format = carrier::recognise(&name, &text).unwrap();
        inputs.push((sources.add(name, text), format));
    };
    for index in 0..size * 40 {
        let mut text = String::new();
        for stanza in 0..8 {
            let _ = writeln!(
                text,
                "path \"secret/data/team{index}/app{stanza}/*\" {{\n  capabilities = [\"create\", \"read\", \"update\"]\n}}"
            );
        }
        let _ = writeln!(text, "path \"secret/metadata/team{index}/*\" {{ capabilities = [\"list\"] }}");
        if index % 50 == 0 {
            text.push_str("path \"sys/policies/acl/*\" { capabilities = [\"create\", \"update\"] }\n");
        }
        add(format!("sys/policies/acl/p{index}.hcl"), text);
    }
    for index in 0..size * 100 {
        let policy = |n: usize| (index * 7 + n * 13) % (size * 40);
        let text = format!(
            "{{\"token_policies\": [\"p{}\", \"p{}\", \"p{}\"], \"token_ttl\": \"20m\", \"secret_id_ttl\": \"10m\"}}",
            policy(0),
            policy(1),
            policy(2)
        );
        add(format!("auth/approle/role/r{index}.json"), text);
    }
    for index in 0..size * 400 {
        let text = format!(
            "{{\"id\": \"e{index}\", \"name\": \"user{index}\", \"policies\": [\"p{}\"], \"metadata\": {{\"team\": \"t\"}}}}",
            (index * 11) % (size * 40)
        );
        add(format!("identity/entity/name/user{index}.json"), text);
    }
    (sources, inputs)
}

#[divan::bench(args = [5, 15, 50], sample_count = 5)]
fn link_and_lint(bencher: Bencher<'_, '_>, size: usize) {
    let (sources, inputs) = vault(size);
    bencher.bench(|| {
        let carried = carrier::read_all(&sources, &inputs, &ReadOptions::default());
        let model = Model::build(carried.declarations, &sources);
        let inputs =
            Inputs { sources: &sources, model: &model, records: &carried.records, dialect: Dialect::default() };
        run(&inputs, builtin(), &Selection::default())
    });
}

#[divan::bench(args = [5, 15, 50], sample_count = 5)]
fn link(bencher: Bencher<'_, '_>, size: usize) {
    let (sources, inputs) = vault(size);
    let carried = carrier::read_all(&sources, &inputs, &ReadOptions::default());
    bencher
        .with_inputs(|| carried.declarations.clone())
        .bench_values(|declarations| Model::build(declarations, &sources));
}

#[divan::bench(args = [5, 15, 50], sample_count = 5)]
fn escalation(bencher: Bencher<'_, '_>, size: usize) {
    let (sources, inputs) = vault(size);
    let carried = carrier::read_all(&sources, &inputs, &ReadOptions::default());
    let model = Model::build(carried.declarations, &sources);
    bencher.bench(|| model.escalation(Dialect::default()));
}
