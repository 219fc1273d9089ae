//! Pulumi programs in TypeScript and JavaScript → resource records.
//!
//! The program is read as its twin for Python is: statement by statement, over values
//! that are known, or unknown with what they refer to. Nothing is executed; where a branch
//! cannot be decided both sides are read, and functions and classes that the program never
//! uses are read once with unknown arguments. What a value is before Pulumi knows it
//! (outputs, promises) is passed over: an output is its value.

mod assign;
mod call;
mod class;
mod construct;
mod eval;
mod exec;
mod library;
mod loops;
mod method;
mod modules;
mod object;
mod operator;
mod value;

use std::collections::BTreeSet;
use std::rc::Rc;

use memchr::memmem;
use oxc_allocator::Allocator;
use oxc_span::{GetSpan, Span as Range};

use super::pulumi_program::scope::Scopes;
use super::pulumi_program::{Language, Program, Reading};
use crate::source::{SourceId, SourceMap, Span};
use crate::syntax::{Node, Value, python, typescript};
use modules::Module;
use value::{Class, Function, Val};

/// Whether a text imports a package whose resources are read.
#[must_use]
pub fn imports_package(text: &str) -> bool {
    let bytes = text.as_bytes();
    let quote = |byte: Option<&u8>| matches!(byte, Some(b'"' | b'\'' | b'`'));
    memmem::find_iter(bytes, b"@pulumi/").any(|start| {
        let rest = bytes.get(start + 8..).unwrap_or_default();
        let name = rest.strip_prefix(b"vault").or_else(|| rest.strip_prefix(b"aws-native"));
        let after = name.or_else(|| rest.strip_prefix(b"aws")).map(|rest| rest.first());
        let before = start.checked_sub(1).and_then(|before| bytes.get(before));
        // The documentation of the packages themselves shows programs in comments.
        let line = text.get(..start).and_then(|before| before.rsplit('\n').next()).unwrap_or_default().trim_start();
        let is_comment = line.starts_with('*') || line.starts_with("//");
        quote(before) && !is_comment && after.is_some_and(|next| quote(next) || next == Some(&b'/'))
    })
}

/// Reads a program.
#[must_use]
pub fn read(sources: &SourceMap, source: SourceId) -> Program {
    read_waiting(sources, source, false)
}

/// The same; with `waits`, a program that asks for files which are not there is not read.
pub(super) fn read_waiting(sources: &SourceMap, source: SourceId, waits: bool) -> Program {
    if !imports_package(sources.text(source)) {
        return Program::default();
    }
    python::with_deep_stack(|| run(sources, source, waits)).unwrap_or_default()
}

fn run(sources: &SourceMap, source: SourceId, waits: bool) -> Program {
    let allocator = Allocator::default();
    let parsed = typescript::parse(&allocator, sources.name(source), sources.text(source), source);
    let (modules, wants) = modules::collect(sources, source, parsed.statements, &allocator);
    if waits && !wants.is_empty() {
        return Program { wants, waits: true, ..Program::default() };
    }
    let mut reader = Reader::new(sources, source, modules);
    reader.reading.wants = wants;
    reader.program(parsed.statements);
    let mut program = reader.reading.finish();
    program.diagnostics.extend(parsed.error);
    program
}

/// Reads one program; holds what is known at the point it has come to.
struct Reader<'a> {
    reading: Reading<'a>,
    /// The other files of the program.
    modules: Vec<Module<'a>>,
    scopes: Scopes<Val<'a>>,
    /// What each running call may return.
    returns: Vec<Vec<Val<'a>>>,
    /// Functions of the program in the order they were made, each once.
    functions: Vec<Rc<Function<'a>>>,
    listed: BTreeSet<(SourceId, u32)>,
    /// Classes of the program, with an instance of each that was made.
    classes: Vec<(Rc<Class<'a>>, Option<value::Object>)>,
    /// Constructors that are running, with what they make.
    constructing: Vec<(Rc<Class<'a>>, value::Object)>,
    /// Places of structures that were written as JSON: texts, whose members are the user's.
    texts: BTreeSet<Span>,
}

impl<'a> Reader<'a> {
    fn new(sources: &'a SourceMap, source: SourceId, modules: Vec<Module<'a>>) -> Self {
        Self {
            reading: Reading::new(Language::TypeScript, sources, source),
            modules,
            scopes: Scopes::new(),
            returns: Vec::new(),
            functions: Vec::new(),
            listed: BTreeSet::new(),
            classes: Vec::new(),
            constructing: Vec::new(),
            texts: BTreeSet::new(),
        }
    }

    fn span(&self, range: Range) -> Span {
        typescript::span(self.reading.source, range)
    }

    fn span_of(&self, ranged: &impl GetSpan) -> Span {
        self.span(ranged.span())
    }

    /// What is written there, as a value that is not known.
    fn unknown(&self, place: Span) -> Val<'a> {
        Val::node(self.reading.unknown(place))
    }

    /// A value made of parts that were copied.
    fn copied(&mut self, place: Span, value: Value) -> Val<'a> {
        let copy = self.reading.copy(&Rc::new(Node::new(place, value)));
        copy.map_or_else(|| self.unknown(place), Val::node)
    }

    /// A value as data: itself where nothing else holds it, else a copy.
    fn data(&mut self, value: Val<'a>, place: Span) -> Node {
        match value {
            Val::Node(node) => Rc::try_unwrap(node)
                .unwrap_or_else(|shared| self.reading.copy(&shared).unwrap_or_else(|| self.reading.unknown(place))),
            Val::Import(path) => library::constant(&path, place).unwrap_or_else(|| self.reading.unknown(place)),
            Val::Object(object) if !object.is_made => self.members_as_data(object, place),
            _ => self.reading.unknown(place),
        }
    }

    /// The data that a value is, if it is nothing else.
    fn as_data(value: &Val<'a>) -> Option<Rc<Node>> {
        match value {
            Val::Node(node) => Some(Rc::clone(node)),
            _ => None,
        }
    }
}
