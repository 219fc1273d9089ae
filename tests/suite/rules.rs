//! Every rule page is tested by its own examples.

use std::collections::BTreeSet;

use overgrant::lint;

#[test]
fn every_page_reads_and_its_examples_hold() {
    let rules = lint::builtin();
    let only = std::env::var("RULE").ok();
    let mut complaints = Vec::new();
    for (id, text) in lint::builtin_pages() {
        if only.as_ref().is_some_and(|only| !id.contains(only.as_str())) {
            continue;
        }
        match lint::page_error(id, text) {
            Some(error) => {
                let line = text.get(..error.at.start).unwrap_or("").lines().count().max(1);
                complaints.push(format!("rules/{id}.md:{line}: {}", error.message));
            }
            None => complaints.extend(lint::examine(rules, id, text)),
        }
    }
    assert!(complaints.is_empty(), "{} complaints:\n{}", complaints.len(), complaints.join("\n"));
}

#[test]
fn every_native_check_has_a_page() {
    let pages: BTreeSet<&str> = lint::builtin_pages().iter().map(|(id, _)| *id).collect();
    let without: Vec<&str> = lint::native_ids().filter(|id| !pages.contains(id)).collect();
    assert!(without.is_empty(), "native checks without a page: {without:?}");
}

#[test]
fn unless_names_rules_that_exist() {
    let rules = lint::builtin();
    for rule in rules.iter() {
        for name in &rule.unless {
            assert!(rules.iter().any(|other| other.is_named_by(name)), "{}: `unless` names `{name}`", rule.id);
        }
    }
}

/// Words in the parsers' sources that are written like a problem's name and are none.
const NO_PROBLEMS: [&str; 4] = ["alias-lookahead", "assume-role", "read-only", "resolve-role"];

/// Each text between quotes that is written like a rule's name, outside tests.
fn rule_names(source: &str) -> BTreeSet<&str> {
    let code = source.split("#[cfg(test)]").next().unwrap_or_default();
    let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
    let quoted = lines.flat_map(|line| line.split('"').skip(1).step_by(2));
    let name = |text: &&str| {
        let letters = |part: &str| {
            part.starts_with(|c: char| c.is_ascii_lowercase())
                && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        };
        text.contains('-') && text.split('-').all(letters)
    };
    quoted.filter(name).filter(|text| !NO_PROBLEMS.contains(text)).collect()
}

#[test]
fn every_problem_of_the_parsers_has_a_page() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let pages: BTreeSet<&str> = lint::builtin_pages().iter().map(|(id, _)| *id).collect();
    let mut names = 0;
    let mut without = Vec::new();
    for (system, directory) in [("aws", "src/aws/document"), ("vault", "src/vault/policy")] {
        for entry in std::fs::read_dir(root.join(directory)).unwrap() {
            let source = std::fs::read_to_string(entry.unwrap().path()).unwrap();
            for name in rule_names(&source) {
                names += 1;
                if !pages.contains(format!("{system}/{name}").as_str()) {
                    without.push(format!("{system}/{name}"));
                }
            }
        }
    }
    assert!(names > 60, "only {names} names were found");
    assert!(without.is_empty(), "problems without a page: {without:?}");
}
