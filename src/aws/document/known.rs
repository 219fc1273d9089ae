//! Statements that were read before, text for text: the versions of a policy that an account
//! keeps, accounts that are made alike. Their text is not read again.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use rustc_hash::FxHashMap;

use super::{Document, Statement};
use crate::source::{SourceId, Span};

/// Bytes that the texts of known statements are told apart by at first.
const HEAD: usize = 64;
/// Statements of one head that are kept.
const MOST: usize = 8;

/// A number that statements share which were read from the same text, if any was looked for.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Print {
    number: Option<u64>,
    again: bool,
}

impl Print {
    fn next() -> Self {
        /// None is given twice.
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self { number: Some(NEXT.fetch_add(1, Ordering::Relaxed)), again: false }
    }

    /// That of a statement whose text stood somewhere else before.
    pub(super) fn again(self) -> Self {
        Self { again: true, ..self }
    }

    /// The number.
    pub(crate) fn number(self) -> Option<u64> {
        self.number
    }

    /// The number, where the text stood somewhere else before.
    pub(crate) fn repeated(self) -> Option<u64> {
        self.number.filter(|_| self.again)
    }
}

impl fmt::Debug for Print {
    /// Not the number: it differs from run to run and says nothing.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Print")
    }
}

/// Statements of JSON texts that AWS has nothing against, for texts that hold the same again.
#[derive(Debug, Default)]
pub struct Library<'s> {
    known: Mutex<FxHashMap<&'s [u8], Vec<Known<'s>>>>,
}

#[derive(Debug, Clone)]
struct Known<'s> {
    text: &'s str,
    /// As it is in the text that it was read from.
    statement: Arc<Statement>,
}

impl<'s> Library<'s> {
    /// Begins to read a text.
    pub fn reading(&self, source: SourceId, text: &'s str) -> Reading<'_, 's> {
        Reading { library: self, source, text, found: Vec::new() }
    }

    fn find(&self, rest: &str) -> Option<Known<'s>> {
        let head = rest.as_bytes().get(..HEAD)?;
        let known = self.known.lock().ok()?;
        known.get(head)?.iter().rev().find(|known| rest.starts_with(known.text)).cloned()
    }
}

/// A text that is being read.
#[derive(Debug)]
pub struct Reading<'l, 's> {
    library: &'l Library<'s>,
    source: SourceId,
    text: &'s str,
    /// The known statements found in it, in order, with their offsets.
    found: Vec<(usize, Known<'s>)>,
}

impl Reading<'_, '_> {
    /// The offset behind the known statement whose text starts at `at`, if there is one. It
    /// belongs to the document from then on.
    pub fn skip(&mut self, at: usize) -> Option<usize> {
        let known = self.library.find(self.text.get(at..)?)?;
        let end = at + known.text.len();
        self.found.push((at, known));
        Some(end)
    }

    /// Whether any statement was skipped.
    #[must_use]
    pub fn skipped(&self) -> bool {
        !self.found.is_empty()
    }

    /// The known statement that was skipped at `start`.
    fn skipped_at(&self, start: u32) -> Option<&Known<'_>> {
        let at = self.found.binary_search_by_key(&(start as usize), |(at, _)| *at).ok()?;
        self.found.get(at).map(|(_, known)| known)
    }

    /// The statement that was skipped here.
    pub(super) fn statement(&self, span: Span) -> Option<Statement> {
        self.skipped_at(span.start)?.statement.moved(self.source, span.start)
    }

    /// Keeps the statements that were not known for the next texts.
    pub(super) fn keep(&self, document: &mut Document) {
        let mut faults: Vec<u32> = document.problems.iter().map(|problem| problem.span.start).collect();
        faults.sort_unstable();
        let Ok(mut library) = self.library.known.lock() else { return };
        for statement in &mut document.statements {
            let span = statement.span;
            let next = faults.partition_point(|at| *at < span.start);
            let faulty = faults.get(next).is_some_and(|at| *at < span.end);
            if faulty || self.skipped_at(span.start).is_some() || !statement.stands_as_it_is() {
                continue;
            }
            let text = self.text.get(span.range()).unwrap_or_default();
            let Some(head) = text.as_bytes().get(..HEAD) else { continue };
            let Some(own) = Arc::get_mut(statement) else { continue };
            own.print = Print::next();
            let alike = library.entry(head).or_default();
            if alike.len() >= MOST {
                alike.remove(0);
            }
            alike.push(Known { text, statement: Arc::clone(statement) });
        }
    }
}
