//! A plan says of a module what its source says: the same findings, the same answers.

use std::fs;
use std::path::{Path, PathBuf};

use overgrant::aws::context::Context;
use overgrant::carrier::{self, ReadOptions};
use overgrant::lint::{self, Inputs, Selection};
use overgrant::model::Model;
use overgrant::simulate::principal::{AwsQuestion, Principal, Session, VaultQuestion, decide_aws, resolve};
use overgrant::source::SourceMap;
use overgrant::vault::capability::Capability;
use overgrant::vault::dialect::Dialect;

fn files(directory: &Path, into: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() { files(&path, into) } else { into.push(path) }
    }
}

/// Rules about what is not there. A plan may be of a part of a program, so only the source
/// tells.
const WHOLE_PROGRAMS: &[&str] = &["aws/s3-public-access-block-missing"];

/// The findings, by rule and worst first of each, and the answers.
fn told(directory: &Path, asked: &str) -> (Vec<String>, Vec<String>) {
    let mut paths = Vec::new();
    files(directory, &mut paths);
    let mut sources = SourceMap::new();
    let mut inputs = Vec::new();
    for path in paths {
        let name = path.strip_prefix(directory).unwrap().to_str().unwrap().to_owned();
        let text = fs::read_to_string(&path).unwrap();
        let format = carrier::recognise(&name, &text);
        let id = sources.add(name, text);
        inputs.extend(format.map(|format| (id, format)));
    }
    let mut carried = carrier::read_all(&sources, &inputs, &ReadOptions::default());
    assert_eq!(carried.diagnostics, [], "{}", directory.display());
    let model = Model::build(std::mem::take(&mut carried.declarations), &sources);
    let given = Inputs { sources: &sources, model: &model, records: &carried.records, dialect: Dialect::default() };
    let report = lint::run(&given, lint::builtin(), &Selection::default());
    // A plan has each instance's own text, a source one text for all of them.
    let mut findings: Vec<String> = report
        .findings
        .iter()
        .filter(|f| !WHOLE_PROGRAMS.contains(&f.rule.as_str()))
        .map(|f| format!("{} {}", f.rule, f.severity.name()))
        .collect();
    findings.sort();
    findings.dedup();
    let answers = asked.lines().map(|line| {
        let (principal, rest) = line.split_once(" | ").unwrap();
        let (what, _) = rest.split_once(" | ").unwrap();
        let (first, second) = what.split_once(' ').unwrap();
        let decision = match resolve(&model, principal).unwrap_or_else(|why| panic!("{}: {why}", directory.display())) {
            Principal::Vault(principal) => {
                let session = Session::new(&model, principal, Dialect::default());
                session.decide(&model, &VaultQuestion::new(Capability::from_name(first).unwrap(), second))
            }
            Principal::Aws(id) => {
                let context = Context::new(false);
                let question = AwsQuestion { action: first, resource: second, context, resource_account: None };
                decide_aws(&model, &sources, id, &question).unwrap().decision
            }
        };
        format!("{principal} | {what} | {}", decision.name())
    });
    (findings, answers.collect())
}

#[test]
fn plans_say_what_their_sources_say() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/terraform");
    let mut cases: Vec<PathBuf> = fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    assert!(cases.len() >= 6);
    let mut wrong = Vec::new();
    for case in cases {
        let asked = fs::read_to_string(case.join("asked.txt")).unwrap();
        let expected: Vec<&str> = asked.lines().collect();
        let source = told(&case.join("source"), &asked);
        let plan = told(&case.join("plan"), &asked);
        let name = case.file_name().unwrap().to_str().unwrap().to_owned();
        assert!(!source.0.is_empty(), "{name}");
        for (what, answers) in [("source", &source.1), ("plan", &plan.1)] {
            let differ = answers.iter().zip(&expected).filter(|(answer, line)| answer != *line);
            wrong.extend(differ.map(|(answer, line)| format!("{name}, {what}: {answer}, expected {line}")));
        }
        let only = |a: &[String], b: &[String], what: &str| -> Vec<String> {
            a.iter()
                .filter(|finding| !b.contains(finding))
                .map(|f| format!("{name}: only the {what} has {f}"))
                .collect()
        };
        wrong.extend(only(&source.0, &plan.0, "source"));
        wrong.extend(only(&plan.0, &source.0, "plan"));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
