//! What the readers of Pulumi programs share, whatever language the program is in: the
//! values that names stand for, the records that constructors make, what is wrong with
//! them, and how much work is done at most.

pub(super) mod data;
pub(super) mod file;
pub(super) mod notes;
pub(super) mod resource;
pub(super) mod scope;
pub(super) mod text;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use smol_str::SmolStr;

use super::cost;
use super::pulumi_names::Class;
use super::record::{Record, RecordNote};
use crate::diagnostic::Diagnostic;
use crate::source::{SourceId, SourceMap, Span, Unknown};
use crate::syntax::{Node, TextBuilder};

/// Evaluation steps after which everything is unknown: no program that people write
/// comes near.
const STEPS: u32 = 200_000;
/// Nodes that may be copied from one value into others.
const COPIES: usize = 1_000_000;
/// What texts may be joined of: pieces that stand apart in the program, and each so many bytes.
/// A text that grows by a letter at a time is copied as often.
const JOINED: usize = 4_000_000;
/// Bytes that count as one piece.
const PIECE: usize = 16;
/// Records that one program may make.
const RECORDS: usize = 10_000;
/// Nesting of expressions and statements.
pub(super) const DEPTH: u32 = 400;
/// Calls of the program's own functions inside one another.
pub(super) const CALLS: u32 = 24;
/// Elements up to which a loop over a known list is read element by element.
pub(super) const UNROLL: usize = 64;

/// What a program declares, before it is mapped to declarations.
#[derive(Debug, Default)]
pub struct Program {
    /// The resources and data sources, in the order the program makes them.
    pub records: Vec<Record>,
    /// What could not be parsed.
    pub diagnostics: Vec<Diagnostic>,
    /// Names of files the program reads that are not among the sources.
    pub wants: Vec<String>,
    /// How its functions and those of other files call each other.
    pub functions: Functions,
    /// Whether it waits for the files that it asks for, and was not read.
    pub(super) waits: bool,
}

/// Functions across files.
#[derive(Debug, Default)]
pub struct Functions {
    /// Addresses of the records that stand in a function which the file itself never
    /// calls, with where the function starts: read with unknown arguments.
    pub uncalled: Vec<(SmolStr, u32)>,
    /// Functions of other files that the program calls.
    pub called: BTreeSet<(SourceId, u32)>,
}

/// The language that a program is in, where it shows in values and messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    Python,
    /// TypeScript and JavaScript: names in camel case.
    #[cfg(feature = "typescript")]
    TypeScript,
}

/// One program while it is read: where the reader is, what it may still do, and the
/// records made so far.
pub(super) struct Reading<'a> {
    pub(super) language: Language,
    pub(super) sources: &'a SourceMap,
    /// The program's own file.
    pub(super) root: SourceId,
    /// The file that is being read.
    pub(super) source: SourceId,
    /// How many imports are being run inside one another.
    pub(super) importing: u32,
    pub(super) steps: u32,
    copies: usize,
    joined: usize,
    pub(super) depth: u32,
    /// Where the reader first went no further, for what the program would take.
    cut: Option<Span>,
    pub(super) calls: u32,
    /// The name that the value being made is assigned to.
    pub(super) naming: Option<SmolStr>,
    pub(super) records: Vec<Record>,
    /// Each record by its address.
    made: BTreeMap<SmolStr, Made>,
    /// How often each address was wanted.
    numbers: BTreeMap<SmolStr, u32>,
    /// Policy documents whose text was put into another record.
    used: BTreeSet<SmolStr>,
    /// Records that another file makes when it is imported.
    imported: BTreeSet<SmolStr>,
    /// Functions that were entered.
    pub(super) entered: BTreeSet<(SourceId, u32)>,
    /// Records of functions that nothing called, by address, with the function.
    pub(super) uncalled: Vec<(SmolStr, u32)>,
    /// What decides whether the statements that are read run at all.
    pub(super) conditions: Vec<Unknown>,
    notes: Vec<RecordNote>,
    noted: BTreeSet<(u32, &'static str)>,
    pub(super) wants: Vec<String>,
}

/// What is known of a record by its address.
#[derive(Debug, Clone, Copy)]
struct Made {
    index: usize,
    class: Option<Class>,
}

impl<'a> Reading<'a> {
    pub(super) fn new(language: Language, sources: &'a SourceMap, source: SourceId) -> Self {
        Self {
            language,
            sources,
            root: source,
            source,
            importing: 0,
            steps: STEPS,
            copies: COPIES,
            joined: JOINED,
            depth: 0,
            cut: None,
            calls: 0,
            naming: None,
            records: Vec::new(),
            made: BTreeMap::new(),
            numbers: BTreeMap::new(),
            used: BTreeSet::new(),
            imported: BTreeSet::new(),
            entered: BTreeSet::new(),
            uncalled: Vec::new(),
            conditions: Vec::new(),
            notes: Vec::new(),
            noted: BTreeSet::new(),
            wants: Vec::new(),
        }
    }

    /// Goes one deeper, to read what stands at a place; false where that is too deep.
    pub(super) fn descend(&mut self, place: Span) -> bool {
        let may = self.depth < DEPTH;
        if may {
            self.depth += 1;
        } else {
            self.cut_at(place);
        }
        may
    }

    /// The same for an expression, which counts as work.
    pub(super) fn step(&mut self, place: Span) -> bool {
        let Some(steps) = self.steps.checked_sub(1) else {
            self.cut_at(place);
            return false;
        };
        let may = self.descend(place);
        if may {
            self.steps = steps;
        }
        may
    }

    /// Remembers that what stands at a place was left out.
    fn cut_at(&mut self, place: Span) {
        self.cut.get_or_insert(place);
    }

    /// The text of the file that is being read.
    pub(super) fn text(&self) -> &'a str {
        self.sources.text(self.source)
    }

    pub(super) fn finish(mut self) -> Program {
        // What was noted outside any resource belongs to the file; the first resource carries it.
        if let Some(first) = self.records.first_mut() {
            first.notes.append(&mut self.notes);
        }
        let (used, imported) = (self.used, self.imported);
        self.records.retain(|record| {
            !imported.contains(&record.address) && (!used.contains(&record.address) || !record.notes.is_empty())
        });
        self.wants.sort();
        self.wants.dedup();
        let called = self.entered.into_iter().filter(|(source, _)| *source != self.root).collect();
        let functions = Functions { uncalled: self.uncalled, called };
        let diagnostics = self.cut.map(too_large).into_iter().collect();
        Program { records: self.records, wants: self.wants, functions, diagnostics, ..Program::default() }
    }

    /// The text of a place on one line, cut where it is long: how an unknown value is named.
    pub(super) fn excerpt(&self, place: Span) -> SmolStr {
        let written = self.sources.text(place.source).get(place.range()).unwrap_or("");
        let one_line = |text: &str| {
            let blank = |c: char| c.is_whitespace() && c != ' ';
            let plain = text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
            !text.contains("  ") && (plain || !text.contains(blank))
        };
        if written.len() <= 80 && one_line(written) {
            return SmolStr::new(written);
        }
        let written = written.get(..written.floor_char_boundary(400)).unwrap_or(written);
        let mut out = String::new();
        for word in written.split_ascii_whitespace() {
            if out.len() > 80 {
                out.push('…');
                break;
            }
            if !out.is_empty() {
                out.push(' ');
            }
            out.push_str(word.char_indices().nth(80).and_then(|(end, _)| word.get(..end)).unwrap_or(word));
        }
        SmolStr::from(out)
    }

    /// What is written at a place, as a value that is not known.
    pub(super) fn unknown(&self, place: Span) -> Node {
        data::unknown(self.excerpt(place), place)
    }

    /// The condition of what may or may not run.
    pub(super) fn condition(&self, place: Span) -> Unknown {
        Unknown::new(vec![self.excerpt(place)], place)
    }

    /// Where a value that is put into another stands: its own place in this file.
    pub(super) fn place(&self, node: &Node, place: Span) -> Span {
        if node.span.source == self.source { node.span } else { place }
    }

    /// Adds a value to a text as the language turns it into a string; as one that is not known
    /// once too much was joined.
    pub(super) fn put(&mut self, builder: &mut TextBuilder, node: &Node, place: Span) {
        let pieces = cost::of_members(node, |text| text.pieces() + text.raw().len() / PIECE);
        let left = pieces.and_then(|pieces| self.joined.checked_sub(pieces));
        self.joined = left.unwrap_or(0);
        if left.is_some() {
            text::push(builder, node, place, self.language);
        } else {
            self.cut_at(place);
            builder.hole_at(self.condition(place), place);
        }
    }

    /// A copy of a value to put into another, or nothing once too much was copied.
    pub(super) fn copy(&mut self, node: &Rc<Node>) -> Option<Node> {
        // nodes and kilobytes
        let size = cost::of_members(node, |text| 1 + text.raw().len() / 1024)?;
        self.copies = self.copies.checked_sub(size)?;
        Some(Node::clone(node))
    }

    /// What a function that nothing calls made is remembered with where it starts.
    pub(super) fn made_uncalled(&mut self, before: usize, start: u32) {
        let made = self.records.get(before..).unwrap_or_default();
        self.uncalled.extend(made.iter().map(|record| (record.address.clone(), start)));
    }
}

/// That a program takes more work than is done for one: what it makes from there on is not
/// known, and must not pass as if it made nothing.
pub(super) fn too_large(place: Span) -> Diagnostic {
    let message = "the program needs too much work to be evaluated further";
    Diagnostic::error("pulumi/too-large", message, place)
        .with_help("what it makes from here on is left out: move it into a program of its own, or check the preview")
}
