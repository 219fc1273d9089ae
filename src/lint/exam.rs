//! Runs the examples of a page: what it calls bad must be flagged on the marked lines and
//! nowhere else, what it calls good must not be.

use std::collections::BTreeSet;

use super::page::{Example, Page};
use super::registry::{Engine, Rules};
use super::report::Selection;
use super::{Inputs, run};
use crate::aws::document::PolicyKind;
use crate::carrier::declaration::Item;
use crate::carrier::{self, Format, ReadOptions, recognise};
use crate::diagnostic::Level;
use crate::model::Model;
use crate::source::SourceMap;
use crate::vault::dialect::Dialect;

/// Sections that a page has, in this order.
const SECTIONS: [&str; 4] = ["What it flags", "Why it matters", "How to fix", "What it leaves alone"];

/// What is wrong with the page of a rule: its sections or its examples. Each complaint is
/// one line that starts with the place.
#[must_use]
pub fn examine(rules: &Rules, id: &str, text: &str) -> Vec<String> {
    let page = match Page::parse(text) {
        Ok(page) => page,
        Err(error) => return vec![format!("{id}: {}", error.message)],
    };
    let mut complaints = Vec::new();
    let sections = page.sections();
    if SECTIONS.iter().any(|wanted| !sections.contains(wanted)) {
        complaints.push(format!("{id}: the sections are {sections:?}; a page has {SECTIONS:?}"));
    }
    let examples = page.examples();
    for (bad, word) in [(true, "bad"), (false, "good")] {
        if !examples.iter().any(|example| example.bad == bad) {
            complaints.push(format!("{id}: no example is marked `{word}`"));
        }
    }
    for group in groups(&examples) {
        run_group(rules, id, &group, &mut complaints);
    }
    complaints
}

/// Examples that form one repository: each alone, or all of one `group=`.
fn groups(examples: &[Example]) -> Vec<Vec<&Example>> {
    let mut groups: Vec<(Option<&str>, Vec<&Example>)> = Vec::new();
    for example in examples {
        let name = example.attribute("group");
        match groups.iter_mut().find(|(other, _)| name.is_some() && *other == name) {
            Some((_, members)) => members.push(example),
            None => groups.push((name, vec![example])),
        }
    }
    groups.into_iter().map(|(_, members)| members).collect()
}

fn run_group(rules: &Rules, id: &str, group: &[&Example], complaints: &mut Vec<String>) {
    let place = format!("{id}, example at line {} of the text", group.first().map_or(0, |example| example.line));
    let mut sources = SourceMap::new();
    let mut inputs = Vec::new();
    let mut files = Vec::new();
    for example in group {
        #[cfg(not(feature = "typescript"))]
        if example.language == "typescript" {
            continue;
        }
        let name = example.attribute("file").unwrap_or(default_name(&example.language));
        let kind = example.attribute("kind");
        let format = if kind.is_some() { Some(Format::IamDocument) } else { recognise(name, &example.text) };
        let source = sources.add(name, example.text.clone());
        files.push((source, *example));
        if let Some(format) = format {
            inputs.push((source, format));
        }
    }
    let dialect = group.iter().find_map(|example| example.attribute("dialect"));
    let dialect = dialect.and_then(|name| name.parse().ok()).unwrap_or_else(Dialect::default);
    let options = ReadOptions { dialect, ..ReadOptions::default() };
    let mut carried = carrier::read_all(&sources, &inputs, &options);
    for diagnostic in carried.diagnostics.iter().filter(|d| d.level == Level::Error) {
        complaints.push(format!("{place}: cannot be read: {}", diagnostic.message));
    }
    for declaration in &mut carried.declarations {
        let Some((_, example)) = files.iter().find(|(source, _)| *source == declaration.span.source) else { continue };
        if let Item::AwsPolicy(policy) = &mut declaration.item
            && let Some(kind) = example.attribute("kind").and_then(PolicyKind::from_name)
        {
            policy.kind = kind;
            policy.kind_guessed = false;
            policy.service = example.attribute("service").map(Into::into);
        }
    }
    let model = Model::build(carried.declarations, &sources);
    let selection = Selection { select: selected(rules, id), ..Selection::default() };
    let inputs = Inputs { sources: &sources, model: &model, records: &carried.records, dialect };
    let report = run(&inputs, rules, &selection);
    for (source, example) in files {
        let found: BTreeSet<u32> = report
            .findings
            .iter()
            .filter(|finding| finding.rule == id && finding.span.source == source)
            .filter_map(|finding| sources.positions(finding.span))
            .map(|(start, _)| start.line)
            .collect();
        let marked: BTreeSet<u32> = example.flagged.iter().copied().collect();
        if found != marked {
            let verdict = if example.bad { "bad" } else { "good" };
            complaints.push(format!("{place} ({verdict}): flagged are lines {found:?}, marked are lines {marked:?}"));
        }
    }
    if group.iter().any(|example| example.bad) && group.iter().all(|example| example.flagged.is_empty()) {
        complaints.push(format!("{place}: is bad but marks no line as flagged"));
    }
}

/// The rules to run for a page: itself; for those about ignores everything, because an
/// ignore is idle only where what it names has run.
fn selected(rules: &Rules, id: &str) -> Vec<String> {
    let about_ignores = rules.entries.iter().any(|e| e.rule.id == id && matches!(e.engine, Engine::Ignores));
    if about_ignores { Vec::new() } else { vec![id.to_owned()] }
}

fn default_name(language: &str) -> &'static str {
    match language {
        "hcl" => "example.hcl",
        "json" => "example.json",
        "terraform" => "main.tf",
        "python" => "__main__.py",
        "typescript" => "index.ts",
        "yaml" => "example.yaml",
        _ => "example.txt",
    }
}
