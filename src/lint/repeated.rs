//! Statements that stand in many documents word for word: the versions of a policy that an
//! account keeps, accounts that are made alike.
//!
//! What a rule makes of a statement by itself it makes of every statement with these words.
//! Rules that report nothing, and look at nothing but the statement, are not asked again;
//! [`StatementContext`](super::StatementContext) notes which look around.

use std::hash::{BuildHasher, Hasher};
use std::sync::{Arc, Mutex};

use rustc_hash::{FxBuildHasher, FxHashMap};

use super::needless::Answers;
use crate::aws::document::{PolicyKind, Statement};

/// The rules, by their place in the plan, that have to be asked wherever a statement stands.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Again {
    pub(super) regions: Vec<usize>,
    pub(super) checks: Vec<usize>,
}

/// What is known of the statements seen so far, in whatever document.
#[derive(Debug)]
pub(super) struct Repeated<'s> {
    seen: Mutex<FxHashMap<u64, Vec<Seen<'s>>>>,
    /// Different statements that are kept under one number.
    most: usize,
    /// What statements of a document are to each other.
    pub(super) answers: Answers,
}

#[derive(Debug)]
struct Seen<'s> {
    statement: &'s Statement,
    document: Around,
    again: Arc<Again>,
}

/// What rules may ask of the document without its being noted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Around {
    kind: PolicyKind,
    has_variables: bool,
}

/// A statement of which all is known, in a document of some kind, with a number for its words.
#[derive(Debug, Clone, Copy)]
pub(super) struct Words<'s> {
    statement: &'s Statement,
    document: Around,
    print: u64,
}

impl<'s> Words<'s> {
    /// None where the words do not tell all that the statement says.
    pub(super) fn of(statement: &'s Statement, kind: PolicyKind, has_variables: bool) -> Option<Self> {
        if !statement.is_told() {
            return None;
        }
        let mut state = FxBuildHasher.build_hasher();
        // the same words in another text are asked about anew: to look at all of them costs more
        match statement.print.number() {
            Some(print) => state.write_u64(print),
            None => statement.hash_words(&mut state),
        }
        let document = Around { kind, has_variables };
        Some(Self { statement, document, print: state.finish() })
    }

    fn are(self, seen: &Seen<'_>) -> bool {
        seen.document == self.document && seen.statement.reads_as(self.statement)
    }
}

impl Default for Repeated<'_> {
    fn default() -> Self {
        // more of one number do not come about by chance
        Self { seen: Mutex::default(), most: 4, answers: Answers::of(1 << 16) }
    }
}

impl<'s> Repeated<'s> {
    /// The rules to ask of words that were seen before.
    pub(super) fn get(&self, words: Words<'s>) -> Option<Arc<Again>> {
        let seen = self.seen.lock().ok()?;
        let known = seen.get(&words.print)?.iter().find(|seen| words.are(seen))?;
        Some(Arc::clone(&known.again))
    }

    /// Notes the rules that have to be asked of these words again.
    pub(super) fn put(&self, words: Words<'s>, again: Again) {
        let Ok(mut seen) = self.seen.lock() else { return };
        let known = seen.entry(words.print).or_default();
        if known.len() < self.most && !known.iter().any(|seen| words.are(seen)) {
            known.push(Seen { statement: words.statement, document: words.document, again: Arc::new(again) });
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::needless::Answers;
    use super::Repeated;
    use crate::aws::document::PolicyKind;
    use crate::carrier::declaration::Item;
    use crate::carrier::{Format, ReadOptions, read_all};
    use crate::lint::page::Page;
    use crate::lint::run::run_over;
    use crate::lint::{Inputs, Selection, builtin, builtin_pages};
    use crate::model::Model;
    use crate::source::SourceMap;
    use crate::vault::dialect::Dialect;

    /// All policies of the rules' pages, each as several kinds of policy, and each twice: alone, and
    /// with its statements the other way round and those of another behind them.
    #[test]
    fn a_statement_seen_before_gets_the_findings_it_gets_alone() {
        let mut sources = SourceMap::new();
        let mut inputs = Vec::new();
        let mut before = String::new();
        for (id, text) in builtin_pages() {
            let Ok(page) = Page::parse(text) else { continue };
            for example in page.examples().iter().filter(|example| example.language == "json") {
                let Some(statements) = statements(&example.text) else { continue };
                let turned: Vec<&str> = statements.iter().rev().map(String::as_str).collect();
                let joined = statements.join(",");
                let whole = |list: &str| format!("{{\"Version\": \"2012-10-17\", \"Statement\": [{list}]}}");
                for list in [whole(&joined), whole(&format!("{}{before}", turned.join(",")))] {
                    for name in ["identity", "trust", "resource", "scp"] {
                        // each kind with and without variables
                        let version = if inputs.len() % 8 < 4 { "2012-10-17" } else { "2008-10-17" };
                        let list = list.replace("2012-10-17", version);
                        let source = sources.add(format!("{id}-{name}-{}.json", inputs.len()), list);
                        inputs.push((source, Format::IamDocument));
                    }
                }
                before = format!(",{joined}");
            }
        }
        let mut carried = read_all(&sources, &inputs, &ReadOptions::default());
        for declaration in &mut carried.declarations {
            let name = sources.name(declaration.span.source).to_owned();
            let Item::AwsPolicy(policy) = &mut declaration.item else { continue };
            let kinds = [PolicyKind::Identity, PolicyKind::Trust, PolicyKind::Resource, PolicyKind::Scp];
            let kind = kinds.into_iter().find(|kind| name.contains(&format!("-{}-", kind.name())));
            policy.kind = kind.unwrap_or(policy.kind);
            policy.kind_guessed = false;
        }
        let model = Model::build(carried.declarations, &sources);
        let inputs =
            Inputs { sources: &sources, model: &model, records: &carried.records, dialect: Dialect::default() };
        let (rules, selection) = (builtin(), Selection::default());
        let (remembering, forgetting) =
            (Repeated::default(), Repeated { most: 0, answers: Answers::of(0), ..Repeated::default() });
        let with = run_over(&inputs, rules, &selection, &remembering);
        let without = run_over(&inputs, rules, &selection, &forgetting);
        let asked: BTreeSet<&str> = without.findings.iter().map(|finding| finding.rule.as_str()).collect();
        assert!(asked.len() > 150 && without.findings.len() > 5_000, "{} of {}", without.findings.len(), asked.len());
        assert_eq!(with.findings, without.findings);
        let remembered: usize = remembering.seen.lock().unwrap().values().map(Vec::len).sum();
        assert!(remembered > 500, "{remembered}");
        assert!(remembering.answers.count() > 20, "{}", remembering.answers.count());
        assert_eq!(forgetting.answers.count(), 0);
        assert_eq!(forgetting.seen.lock().unwrap().values().map(Vec::len).sum::<usize>(), 0);
    }

    /// The statements of a policy as they are written; none where it is no JSON policy.
    fn statements(text: &str) -> Option<Vec<String>> {
        let value: serde_json::Value = serde_json::from_str(text).ok()?;
        match value.get("Statement")? {
            serde_json::Value::Array(all) => Some(all.iter().map(ToString::to_string).collect()),
            one @ serde_json::Value::Object(_) => Some(vec![one.to_string()]),
            _ => None,
        }
    }
}
