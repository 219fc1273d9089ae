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
