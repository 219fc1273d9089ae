//! Terraform and OpenTofu source: every directory is a module; modules that others call
//! are read through their calls, with the arguments they are given.

mod arguments;
mod budget;
mod collections;
mod directory;
mod eval;
mod format;
mod functions;
mod given;
mod hashes;
mod installed;
mod json;
mod numbers;
mod once;
mod parse;
mod pattern;
mod records;
mod reference;
mod strings;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_functions;
mod times;
mod value;

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::path;
use super::{Carried, Format, ReadOptions};
use crate::diagnostic::Diagnostic;
use crate::source::{SourceId, SourceMap};
use directory::{Directory, File};
use eval::Evaluator;
use installed::Manifest;
pub(super) use reference::{alias, arn_of};

/// Reads Terraform files together.
#[must_use]
pub fn read(sources: &SourceMap, inputs: &[(SourceId, Format)], options: &ReadOptions) -> Carried {
    let mut project = Project::new(sources, inputs);
    let mut out = Carried { diagnostics: std::mem::take(&mut project.diagnostics), ..Carried::default() };
    for (_, carried) in project.read(sources, options, |_| true) {
        out.append(carried);
    }
    out
}

/// The Terraform files of a run, parsed.
#[derive(Debug, Default)]
pub(super) struct Project {
    files: BTreeMap<String, Vec<File>>,
    /// What file sets hold, by directory and glob.
    pub(super) listed: BTreeMap<(String, String), Vec<String>>,
    /// What is installed, by the directory of the root module that it is installed for.
    manifests: BTreeMap<String, Manifest>,
    /// Directories that were read because they are installed or belong to what is.
    installed: BTreeSet<String>,
    /// What could not be parsed.
    pub(super) diagnostics: Vec<Diagnostic>,
}

impl Project {
    pub(super) fn new(sources: &SourceMap, inputs: &[(SourceId, Format)]) -> Self {
        let mut project = Self::default();
        project.parse(sources, inputs);
        project
    }

    /// Adds the files of modules that the run has not had before.
    pub(super) fn add(&mut self, sources: &SourceMap, added: &[SourceId]) {
        let format = |name: &str| {
            let json = name.strip_suffix(".json").is_some();
            if json { Format::TerraformJson } else { Format::Terraform }
        };
        let inputs: Vec<_> = added.iter().map(|id| (*id, format(sources.name(*id)))).collect();
        let directories = added.iter().map(|id| path::directory(sources.name(*id)));
        self.installed.extend(directories.filter(|path| installed::is_installed(path)).map(str::to_owned));
        let before = self.diagnostics.len();
        self.parse(sources, &inputs);
        // Nobody here can mend what is installed.
        for diagnostic in self.diagnostics.iter_mut().skip(before) {
            let name = diagnostic.span.map_or("", |span| sources.name(span.source));
            if installed::is_installed(name) {
                *diagnostic = diagnostic.clone().as_warning();
            }
        }
    }

    fn parse(&mut self, sources: &SourceMap, inputs: &[(SourceId, Format)]) {
        let parsed: Vec<_> = inputs
            .par_iter()
            .map(|(source, format)| {
                let name = sources.name(*source);
                let (file, diagnostics) = parse::file(*source, name, sources.text(*source), *format);
                (path::directory(name), file, diagnostics)
            })
            .collect();
        let mut touched: BTreeSet<String> = BTreeSet::new();
        for (directory, file, diagnostics) in parsed {
            if let Some(file) = file {
                self.files.entry(directory.to_owned()).or_default().push(file);
                touched.insert(directory.to_owned());
            }
            self.diagnostics.extend(diagnostics);
        }
        let groups: Vec<_> = self.files.iter_mut().filter(|(path, _)| touched.contains(*path)).collect();
        let found: Vec<Vec<Diagnostic>> = groups
            .into_par_iter()
            .map(|(_, group)| {
                group.sort_by(|a, b| a.name.cmp(&b.name));
                parse::referred(sources, group)
            })
            .collect();
        self.diagnostics.extend(found.into_iter().flatten());
    }

    /// Files that may say what is installed for the modules of the run, by directory.
    pub(super) fn manifests(&self) -> Vec<(String, String)> {
        let callers = self.files.iter().filter(|(path, files)| {
            let calls = files.iter().any(|file| file.body.blocks_of("module").next().is_some());
            calls && !self.installed.contains(*path) && !self.manifests.contains_key(*path)
        });
        callers.filter_map(|(path, _)| Some((path.clone(), installed::manifest_name(path)?))).collect()
    }

    /// Takes what is installed for the module of a directory.
    pub(super) fn install(&mut self, directory: String, manifest: &str) {
        let manifest = Manifest::new(&directory, manifest);
        self.manifests.insert(directory, manifest);
    }

    /// The directories of modules that are called or installed and not in the run, in order.
    pub(super) fn calls(&self) -> Vec<String> {
        let mut called: Vec<String> = Vec::new();
        for (path, files) in &self.files {
            let blocks = files.iter().flat_map(|file| file.body.blocks_of("module"));
            called.extend(blocks.filter_map(|block| directory::called(path, block)));
        }
        called.extend(installed::directories(&self.manifests).into_iter().map(str::to_owned));
        called.sort();
        called.dedup();
        called.retain(|path| !self.files.contains_key(path));
        called
    }

    /// What each of the wanted root modules declares, by its directory.
    pub(super) fn read(
        &self,
        sources: &SourceMap,
        options: &ReadOptions,
        wanted: impl Fn(&str) -> bool,
    ) -> Vec<(String, Carried)> {
        let names: FxHashMap<&str, SourceId> = sources.iter().map(|(id, source)| (source.name(), id)).collect();
        let directories: BTreeMap<&str, Directory<'_>> =
            self.files.iter().map(|(path, files)| (path.as_str(), Directory::new(path, files))).collect();
        let project = Everything {
            sources,
            names: &names,
            directories: &directories,
            listed: &self.listed,
            manifests: &self.manifests,
        };
        let mut roots = roots(&directories, &self.installed);
        let count = roots.len();
        roots.retain(|root| wanted(root.path));
        roots.par_iter().map(|root| (root.path.to_owned(), module(project, root, count, options))).collect()
    }
}

/// What the evaluation of one root module may look at.
#[derive(Debug, Clone, Copy)]
struct Everything<'a> {
    sources: &'a SourceMap,
    names: &'a FxHashMap<&'a str, SourceId>,
    directories: &'a BTreeMap<&'a str, Directory<'a>>,
    listed: &'a BTreeMap<(String, String), Vec<String>>,
    manifests: &'a BTreeMap<String, Manifest>,
}

/// The directories that no other calls, and one of each circle of calls. What is installed
/// is read through calls alone.
fn roots<'a>(
    directories: &'a BTreeMap<&'a str, Directory<'a>>,
    installed: &BTreeSet<String>,
) -> Vec<&'a Directory<'a>> {
    let own = || directories.values().filter(|directory| !installed.contains(directory.path));
    let calls = |directory: &Directory<'_>| -> Vec<String> {
        directory.calls.values().filter_map(|block| directory.called(block)).collect()
    };
    let called: BTreeSet<String> = directories.values().flat_map(&calls).collect();
    let mut roots: Vec<&Directory<'_>> = own().filter(|d| !called.contains(d.path)).collect();
    let mut reached: BTreeSet<&str> = BTreeSet::new();
    let mut open: Vec<&Directory<'_>> = roots.clone();
    let mut rest = own();
    loop {
        while let Some(directory) = open.pop() {
            if reached.insert(directory.path) {
                open.extend(calls(directory).iter().filter_map(|path| directories.get(path.as_str())));
            }
        }
        let Some(next) = rest.find(|directory| !reached.contains(directory.path)) else { return roots };
        roots.push(next);
        open.push(next);
    }
}

/// What one of so many root modules declares.
fn module<'a>(project: Everything<'a>, root: &'a Directory<'a>, roots: usize, options: &ReadOptions) -> Carried {
    let mut evaluator = Evaluator::new(project, root, roots);
    let records = evaluator.records();
    let mut out = super::of_records(records, options);
    if let Some(place) = evaluator.budget.stopped() {
        let message = "this module needs too much work to be evaluated further";
        let help = "what it makes from here on is left out: check its parts one by one, or the plan";
        out.diagnostics.push(Diagnostic::error("terraform/too-large", message, place).with_help(help));
    }
    out.wants = evaluator.wants.into_iter().collect();
    out.templates = evaluator.templates.into_keys().collect();
    out
}
