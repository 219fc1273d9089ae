//! Pulumi programs in Python → resource records.
//!
//! The program is read the way it would run, statement by statement, over values that
//! are known, or unknown with what they refer to. Nothing is executed: imports are names,
//! files are read only if they are among the sources, loops and calls are bounded, and
//! where a branch cannot be decided both sides are read. Functions that the program
//! never calls are read once with unknown arguments, so that no resource is missed.

mod call;
mod construct;
mod eval;
mod exec;
mod method;
mod modules;
mod notes;
mod scope;
mod text;
mod value;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use memchr::memmem;
use ruff_text_size::TextRange;
use smol_str::SmolStr;

use super::pulumi_names::{Class, Package};
use super::record::{Record, RecordNote};
use crate::diagnostic::Diagnostic;
use crate::source::{SourceId, SourceMap, Span, Unknown};
use crate::syntax::{Node, Value, python};
use modules::Module;
pub(super) use modules::Parses;
use value::{Function, Scope, Val};

/// Evaluation steps after which everything is unknown: no program that people write
/// comes near.
const STEPS: u32 = 200_000;
/// Nodes that may be copied from one value into others.
const COPIES: usize = 1_000_000;
/// Records that one program may make.
const RECORDS: usize = 10_000;
/// Nesting of expressions and statements.
const DEPTH: u32 = 400;
/// Calls of the program's own functions inside one another.
const CALLS: u32 = 24;
/// Elements up to which a loop over a known list is read element by element.
const UNROLL: usize = 64;

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

/// Whether a text can hold resources of a package that is read.
#[must_use]
pub fn mentions_package(text: &str) -> bool {
    memmem::find(text.as_bytes(), b"pulumi_vault").is_some() || memmem::find(text.as_bytes(), b"pulumi_aws").is_some()
}

/// Reads a program.
#[must_use]
pub fn read(sources: &SourceMap, source: SourceId) -> Program {
    read_among(sources, source, &Parses::default())
}

/// The same for one of several programs, which share the files that they import.
pub(super) fn read_among(sources: &SourceMap, source: SourceId, parses: &Parses) -> Program {
    if !mentions_package(sources.text(source)) {
        return Program::default();
    }
    python::with_deep_stack(|| run(sources, source, parses)).unwrap_or_default()
}

fn run(sources: &SourceMap, source: SourceId, parses: &Parses) -> Program {
    let text = sources.text(source);
    let Some(parsed) = python::parse(text) else { return Program::default() };
    let (files, wants) = modules::collect(sources, source, parsed.suite(), parses);
    if parses.waits && !wants.is_empty() {
        return Program { wants, waits: true, ..Program::default() };
    }
    let mut reader = Reader::new(sources, source, text);
    reader.wants = wants;
    reader.modules =
        files.iter().map(|file| Module { source: file.source, suite: file.parsed.suite(), scope: None }).collect();
    reader.collect_bound_names(parsed.suite());
    reader.bind_module_names();
    let _ = reader.block(parsed.suite());
    reader.enter_uncalled();
    let mut program = reader.finish();
    program.diagnostics.extend(python::syntax_error(&parsed, source));
    program
}

/// Reads one program; holds what is known at the point it has come to.
struct Reader<'a> {
    sources: &'a SourceMap,
    /// The program's own file.
    root: SourceId,
    /// The file that is being read, and its text.
    source: SourceId,
    text: &'a str,
    /// The other files of the program.
    modules: Vec<Module<'a>>,
    /// How many imports are being run inside one another.
    importing: u32,
    scopes: Vec<Scope<'a>>,
    /// The scope that names are looked up from.
    scope: usize,
    /// What each running call may return.
    returns: Vec<Vec<Val<'a>>>,
    /// Functions of the program in source order, and those that were entered.
    functions: Vec<Rc<Function<'a>>>,
    entered: BTreeSet<(SourceId, u32)>,
    /// Records of functions that nothing called, by address, with the function.
    uncalled: Vec<(SmolStr, u32)>,
    steps: u32,
    copies: usize,
    depth: u32,
    calls: u32,
    /// The name that the value being made is assigned to.
    naming: Option<SmolStr>,
    records: Vec<Record>,
    /// Each record by its address.
    made: BTreeMap<SmolStr, Made>,
    /// How often each address was wanted.
    numbers: BTreeMap<SmolStr, u32>,
    /// Policy documents whose text was put into another record.
    used: BTreeSet<SmolStr>,
    /// Records that another file makes when it is imported.
    imported: BTreeSet<SmolStr>,
    /// What decides whether the statements that are read run at all.
    conditions: Vec<Unknown>,
    notes: Vec<RecordNote>,
    noted: BTreeSet<(u32, &'static str)>,
    wants: Vec<String>,
    /// Whether a member of an object was bound (`self.policy = …`).
    has_members: bool,
    /// Every name that the file binds anywhere.
    bound: BTreeSet<SmolStr>,
    /// A star import or `exec` may bind further names.
    binds_more: bool,
}

/// What is known of a record by its address.
#[derive(Debug, Clone, Copy)]
struct Made {
    index: usize,
    class: Option<Class>,
}

impl<'a> Reader<'a> {
    fn new(sources: &'a SourceMap, source: SourceId, text: &'a str) -> Self {
        Self {
            sources,
            root: source,
            source,
            text,
            modules: Vec::new(),
            importing: 0,
            scopes: vec![Scope::default()],
            scope: 0,
            returns: Vec::new(),
            functions: Vec::new(),
            entered: BTreeSet::new(),
            uncalled: Vec::new(),
            steps: STEPS,
            copies: COPIES,
            depth: 0,
            calls: 0,
            naming: None,
            records: Vec::new(),
            made: BTreeMap::new(),
            numbers: BTreeMap::new(),
            used: BTreeSet::new(),
            imported: BTreeSet::new(),
            conditions: Vec::new(),
            notes: Vec::new(),
            noted: BTreeSet::new(),
            wants: Vec::new(),
            has_members: false,
            bound: BTreeSet::new(),
            binds_more: false,
        }
    }

    fn finish(mut self) -> Program {
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
        Program { records: self.records, wants: self.wants, functions, ..Program::default() }
    }

    fn span(&self, range: TextRange) -> Span {
        python::span(self.source, range)
    }

    /// The text of a range on one line, cut where it is long: how an unknown value is named.
    fn excerpt(&self, range: TextRange) -> SmolStr {
        let written = self.text.get(range.start().to_usize()..range.end().to_usize()).unwrap_or("");
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

    fn unknown(&self, range: TextRange) -> Node {
        self.unknown_ref(self.excerpt(range), range)
    }

    fn unknown_ref(&self, reference: SmolStr, range: TextRange) -> Node {
        let span = self.span(range);
        Node::new(span, Value::Unknown(Unknown { refs: vec![reference], span }))
    }

    /// A copy of a value to put into another, or nothing once too much was copied.
    fn copy(&mut self, node: &Rc<Node>) -> Option<Node> {
        let size = size(node, 0);
        self.copies = self.copies.checked_sub(size)?;
        Some(Node::clone(node))
    }

    /// A value as data: itself where nothing else holds it, else a copy.
    fn data(&mut self, value: Val<'a>, range: TextRange) -> Node {
        match value {
            Val::Node(node) => {
                Rc::try_unwrap(node).unwrap_or_else(|shared| self.copy(&shared).unwrap_or_else(|| self.unknown(range)))
            }
            _ => self.unknown(range),
        }
    }
}

/// Nodes and kilobytes of a value.
fn size(node: &Node, depth: u32) -> usize {
    if depth > DEPTH {
        return 1;
    }
    match &node.value {
        Value::List(items) => 1 + items.iter().map(|item| size(item, depth + 1)).sum::<usize>(),
        Value::Map(entries) => 1 + entries.iter().map(|entry| 1 + size(&entry.value, depth + 1)).sum::<usize>(),
        Value::String(text) => 1 + text.raw().len() / 1024,
        _ => 1,
    }
}

/// The package and path of a dotted name, with the aliases that older SDKs had.
fn package_of(path: &str) -> Option<(Package, &str)> {
    Package::of(path).filter(|(_, rest)| !rest.is_empty())
}
