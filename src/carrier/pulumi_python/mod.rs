//! Pulumi programs in Python → resource records.
//!
//! The program is read the way it would run, statement by statement, over values that
//! are known, or unknown with what they refer to. Nothing is executed: imports are names,
//! files are read only if they are among the sources, loops and calls are bounded, and
//! where a branch cannot be decided both sides are read. Functions that the program
//! never calls are read once with unknown arguments, so that no resource is missed.

mod call;
mod class;
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

use super::pulumi_names::Package;
use super::pulumi_program::scope::Scopes;
use super::pulumi_program::{Language, Program, Reading, data};
use crate::source::{SourceId, SourceMap, Span};
use crate::syntax::{Node, python};
use modules::Module;
pub(super) use modules::Parses;
use value::{Function, Val};

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
    let parsed = match python::parse(text, source) {
        Ok(parsed) => parsed,
        Err(refused) => return Program { diagnostics: vec![refused], ..Program::default() },
    };
    let (files, wants) = modules::collect(sources, source, parsed.suite(), parses);
    if parses.waits && !wants.is_empty() {
        return Program { wants, waits: true, ..Program::default() };
    }
    let mut reader = Reader::new(sources, source);
    reader.reading.wants = wants;
    reader.modules =
        files.iter().map(|file| Module { source: file.source, suite: file.parsed.suite(), scope: None }).collect();
    reader.collect_bound_names(parsed.suite());
    reader.bind_module_names();
    let _ = reader.block(parsed.suite());
    reader.enter_uncalled();
    let mut program = reader.reading.finish();
    program.diagnostics.extend(python::syntax_error(&parsed, source));
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
    /// Functions of the program in source order.
    functions: Vec<Rc<Function<'a>>>,
    /// Whether a member of an object was bound (`self.policy = …`).
    has_members: bool,
    /// Every name that the file binds anywhere.
    bound: BTreeSet<SmolStr>,
    /// The names that nothing binds, and how often they were met.
    unbound: BTreeMap<SmolStr, u32>,
    /// A star import or `exec` may bind further names.
    binds_more: bool,
}

impl<'a> Reader<'a> {
    fn new(sources: &'a SourceMap, source: SourceId) -> Self {
        Self {
            reading: Reading::new(Language::Python, sources, source),
            modules: Vec::new(),
            scopes: Scopes::new(),
            returns: Vec::new(),
            functions: Vec::new(),
            has_members: false,
            bound: BTreeSet::new(),
            unbound: BTreeMap::new(),
            binds_more: false,
        }
    }

    fn span(&self, range: TextRange) -> Span {
        python::span(self.reading.source, range)
    }

    fn excerpt(&self, range: TextRange) -> SmolStr {
        self.reading.excerpt(self.span(range))
    }

    fn unknown(&self, range: TextRange) -> Node {
        self.reading.unknown(self.span(range))
    }

    fn unknown_ref(&self, reference: SmolStr, range: TextRange) -> Node {
        data::unknown(reference, self.span(range))
    }

    /// A value as data: itself where nothing else holds it, else a copy.
    fn data(&mut self, value: Val<'a>, range: TextRange) -> Node {
        match value {
            Val::Node(node) => Rc::try_unwrap(node)
                .unwrap_or_else(|shared| self.reading.copy(&shared).unwrap_or_else(|| self.unknown(range))),
            _ => self.unknown(range),
        }
    }
}

/// The package and path of a dotted name, with the aliases that older SDKs had.
fn package_of(path: &str) -> Option<(Package, &str)> {
    Package::of(path).filter(|(_, rest)| !rest.is_empty())
}
