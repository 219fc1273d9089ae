//! Other Python files of the program: what `import` and `from … import` bring in.
//!
//! Found are files beside the program or below its directory, of the package that the
//! program is part of, and beside the file that imports relative to itself; a package installed elsewhere stays a name. A file runs
//! once, when it is first imported, as Python does it. What it makes by being imported
//! belongs to its own reading.

use std::collections::{BTreeSet, VecDeque};
use std::sync::{Arc, Mutex};

use ruff_python_ast::{ModModule, Stmt, StmtImport, StmtImportFrom};
use ruff_python_parser::Parsed;
use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::Reader;
use super::value::Val;
use crate::carrier::path;
use crate::source::{SourceId, SourceMap};
use crate::syntax::python;

/// Files that one program may import, directly or not.
const FILES: usize = 32;
/// How large such a file may be, in bytes.
const SIZE: usize = 256 << 10;
/// Nesting of statements in which imports are looked for.
const DEPTH: usize = 3;

/// A file that the program imports.
pub(super) struct Parse {
    pub(super) source: SourceId,
    pub(super) parsed: Arc<Parsed<ModModule>>,
}

/// A parsed file; none where its text is not read.
type Tree = Option<Arc<Parsed<ModModule>>>;

/// What the programs of a run share.
#[derive(Debug, Default)]
pub(in crate::carrier) struct Parses {
    /// The trees of imported files: programs of one package import the same ones.
    trees: Mutex<FxHashMap<SourceId, Tree>>,
    /// Whether a program that asks for files is not read before they had their chance to
    /// come.
    pub(in crate::carrier) waits: bool,
}

impl Parses {
    fn get(&self, sources: &SourceMap, source: SourceId) -> Tree {
        let known = self.trees.lock().ok().and_then(|known| known.get(&source).cloned());
        known.unwrap_or_else(|| {
            let parsed = python::parse(sources.text(source), source).ok().map(Arc::new);
            if let Ok(mut known) = self.trees.lock() {
                known.insert(source, parsed.clone());
            }
            parsed
        })
    }
}

/// A file of the program while the program is read.
pub(super) struct Module<'a> {
    pub(super) source: SourceId,
    pub(super) suite: &'a [Stmt],
    /// Its names, once it was imported.
    pub(super) scope: Option<usize>,
}

/// The files that a program imports, found by following its imports; and the names of
/// those that are not among the sources.
pub(super) fn collect(
    sources: &SourceMap,
    source: SourceId,
    suite: &[Stmt],
    parses: &Parses,
) -> (Vec<Parse>, Vec<String>) {
    let root = path::directory(sources.name(source)).to_owned();
    let (mut found, mut wants) = (Vec::new(), BTreeSet::new());
    let mut seen = BTreeSet::from([source]);
    let mut queue = VecDeque::new();
    asked(sources, suite, (sources.name(source), true), &root, DEPTH, &mut queue);
    while let Some(names) = queue.pop_front() {
        // The first of the places where Python looks.
        let Some(at) = names.files.iter().find_map(|name| sources.find(name)) else {
            if names.is_own {
                wants.extend(names.files);
            }
            continue;
        };
        if found.len() >= FILES || sources.text(at).len() > SIZE || !seen.insert(at) {
            continue;
        }
        let Some(parsed) = parses.get(sources, at) else { continue };
        asked(sources, parsed.suite(), (sources.name(at), false), &root, DEPTH, &mut queue);
        found.push(Parse { source: at, parsed });
    }
    (found, wants.into_iter().take(FILES * 4).collect())
}

/// A module that is asked for.
struct Asked {
    /// The names its file may have.
    files: Vec<String>,
    /// Whether it is likely the program's own, so that its file is worth to be looked for.
    is_own: bool,
}

/// What a file's imports ask for.
fn asked(
    sources: &SourceMap,
    suite: &[Stmt],
    (file, program): (&str, bool),
    root: &str,
    depth: usize,
    queue: &mut VecDeque<Asked>,
) {
    for statement in suite {
        match statement {
            Stmt::Import(import) => {
                for alias in &import.names {
                    let name = alias.name.id.as_str();
                    let is_own = !name.contains('.') || (program && above(root, name).is_some());
                    queue.extend(places(root, name).map(|files| Asked { files, is_own }));
                }
            }
            Stmt::ImportFrom(import) => {
                let Some(directory) = directory_of(import, file, root) else { continue };
                let module = import.module.as_ref().map_or("", |module| module.id.as_str());
                let packaged = program && import.level == 0 && above(&directory, module).is_some();
                let is_own = import.level > 0 || !module.contains('.') || packaged;
                let files = places(&directory, module);
                let is_there = files.iter().flatten().any(|file| sources.find(file).is_some());
                queue.extend(files.map(|files| Asked { files, is_own }));
                // A name may be a module of the package.
                for alias in &import.names {
                    let name = alias.name.id.as_str();
                    if name != "*" && (import.level > 0 || is_there) {
                        let dotted = if module.is_empty() { name.to_owned() } else { format!("{module}.{name}") };
                        let is_own = module.is_empty();
                        queue.extend(places(&directory, &dotted).map(|files| Asked { files, is_own }));
                    }
                }
            }
            Stmt::If(inner) if depth > 0 => asked(sources, &inner.body, (file, program), root, depth - 1, queue),
            Stmt::Try(inner) if depth > 0 => asked(sources, &inner.body, (file, program), root, depth - 1, queue),
            _ => {}
        }
    }
}

/// The directory that an import starts from.
fn directory_of(import: &StmtImportFrom, file: &str, root: &str) -> Option<String> {
    if import.level == 0 {
        return Some(root.to_owned());
    }
    let mut directory = path::directory(file).to_owned();
    for _ in 1..import.level {
        directory = path::join(&directory, "..")?;
    }
    Some(directory)
}

/// The files that a dotted name below a directory may mean; none for what is known to be
/// installed.
fn places(directory: &str, dotted: &str) -> Option<Vec<String>> {
    let first = dotted.split('.').next().unwrap_or(dotted);
    if first.is_empty() || first.starts_with("pulumi") || INSTALLED.contains(&first) {
        return None;
    }
    let below = dotted.replace('.', "/");
    let file = path::join(directory, &format!("{below}.py"))?;
    let package = path::join(directory, &format!("{below}/__init__.py"))?;
    let mut files = vec![file, package];
    if let Some(parent) = above(directory, dotted) {
        files.extend(path::join(parent, &format!("{below}.py")));
        files.extend(path::join(parent, &format!("{below}/__init__.py")));
    }
    Some(files)
}

/// The directory that holds the package a dotted name starts with, where the program is
/// part of that package: `src` for `shop.lib.names` in `src/shop/app`.
fn above<'d>(directory: &'d str, dotted: &str) -> Option<&'d str> {
    let (first, _) = dotted.split_once('.')?;
    let mut at = directory;
    loop {
        let (parent, last) = at.rsplit_once('/').unwrap_or(("", at));
        if last == first {
            return Some(parent);
        }
        if parent.is_empty() {
            return None;
        }
        at = parent;
    }
}

/// Modules of Python itself that programs import most: no file is looked for.
const INSTALLED: &[&str] = &[
    "__future__",
    "abc",
    "base64",
    "collections",
    "contextlib",
    "copy",
    "dataclasses",
    "datetime",
    "enum",
    "functools",
    "hashlib",
    "inspect",
    "io",
    "ipaddress",
    "itertools",
    "json",
    "logging",
    "math",
    "os",
    "pathlib",
    "random",
    "re",
    "shutil",
    "string",
    "subprocess",
    "sys",
    "tempfile",
    "textwrap",
    "time",
    "typing",
    "urllib",
    "uuid",
    "warnings",
    "yaml",
];

impl<'a> Reader<'a> {
    /// The module that an import names, run if it has not been.
    fn module(&mut self, directory: &str, dotted: &str) -> Option<usize> {
        if self.modules.is_empty() {
            return None;
        }
        let wanted = places(directory, dotted)?;
        let source = wanted.iter().find_map(|name| self.reading.sources.find(name))?;
        let index = self.modules.iter().position(|module| module.source == source)?;
        let module = self.modules.get_mut(index)?;
        if module.scope.is_none() {
            let suite = module.suite;
            let scope = self.scopes.add(None);
            module.scope = Some(scope);
            let reading = &mut self.reading;
            let conditions = std::mem::take(&mut reading.conditions);
            let before = (reading.source, self.scopes.current, conditions, reading.naming.take());
            (reading.source, self.scopes.current) = (source, scope);
            self.reading.importing += 1;
            self.bind_module_names();
            let _ = self.block(suite);
            self.reading.importing -= 1;
            let reading = &mut self.reading;
            (reading.source, self.scopes.current, reading.conditions, reading.naming) = before;
        }
        Some(index)
    }

    /// A name of a module.
    pub(super) fn member(&self, module: usize, name: &str) -> Option<Val<'a>> {
        let scope = self.modules.get(module)?.scope?;
        self.scopes.get(scope, name).cloned()
    }

    fn program_directory(&self) -> &'a str {
        path::directory(self.reading.sources.name(self.reading.root))
    }

    pub(super) fn import(&mut self, statement: &'a StmtImport) {
        let directory = self.program_directory();
        for alias in &statement.names {
            let full = alias.name.id.as_str();
            let module = self.module(directory, full);
            if let Some(name) = &alias.asname {
                let value = module.map_or_else(|| Val::Import(SmolStr::new(full)), Val::Module);
                self.scopes.bind(name.id.as_str(), value);
            } else {
                let first = full.split('.').next().unwrap_or(full);
                let module = if first == full { module } else { self.module(directory, first) };
                self.scopes.bind(first, module.map_or_else(|| Val::Import(SmolStr::new(first)), Val::Module));
            }
        }
    }

    pub(super) fn import_from(&mut self, statement: &'a StmtImportFrom) {
        let dotted = statement.module.as_ref().map_or("", |module| module.id.as_str());
        let directory =
            directory_of(statement, self.reading.sources.name(self.reading.source), self.program_directory());
        let directory = directory.unwrap_or_default();
        let module = self.module(&directory, dotted);
        let dots = ".".repeat(statement.level as usize);
        for alias in &statement.names {
            let written = alias.name.id.as_str();
            if written == "*" {
                let Some(scope) = module.and_then(|module| self.modules.get(module)?.scope) else { continue };
                let names = self.scopes.names(scope).filter(|(name, _)| !name.starts_with('_'));
                let names: Vec<_> = names.map(|(name, value)| (name.clone(), value.clone())).collect();
                for (name, value) in names {
                    self.scopes.bind(name, value);
                }
                continue;
            }
            let below = if dotted.is_empty() { written.to_owned() } else { format!("{dotted}.{written}") };
            let value = module.and_then(|module| self.member(module, written));
            let value = value.or_else(|| self.module(&directory, &below).map(Val::Module));
            let value = value.unwrap_or_else(|| Val::Import(smol_str::format_smolstr!("{dots}{dotted}.{written}")));
            let name = alias.asname.as_ref().unwrap_or(&alias.name);
            self.scopes.bind(name.id.as_str(), value);
        }
    }
}
