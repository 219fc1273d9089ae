//! Terraform and OpenTofu source: every directory is a module; modules that others call
//! are read through their calls, with the arguments they are given.

mod collections;
mod directory;
mod eval;
mod functions;
mod json;
mod records;
mod reference;
mod strings;
#[cfg(test)]
mod tests;
mod value;

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::declare::declare;
use super::path;
use super::{Carried, Format, ReadOptions};
use crate::diagnostic::Diagnostic;
use crate::source::{Fragment, SourceId, SourceMap, Span};
use crate::syntax::hcl2::{self, Body};
use crate::syntax::json as json_syntax;
use directory::{Directory, File, FileKind, kind_of};
use eval::Evaluator;
pub(super) use reference::alias;

/// Reads all Terraform files of a run together.
#[must_use]
pub fn read(sources: &SourceMap, inputs: &[(SourceId, Format)], options: &ReadOptions) -> Carried {
    let mut out = Carried::default();
    let parsed: Vec<(&str, Result<File, Vec<Diagnostic>>)> = inputs
        .par_iter()
        .map(|(source, format)| {
            let name = sources.name(*source);
            (name, parse(*source, name, sources.text(*source), *format))
        })
        .collect();
    let mut files: BTreeMap<&str, Vec<File>> = BTreeMap::new();
    for (name, result) in parsed {
        match result {
            Ok(file) => files.entry(path::directory(name)).or_default().push(file),
            Err(diagnostics) => out.diagnostics.extend(diagnostics),
        }
    }
    for group in files.values_mut() {
        group.sort_by(|a, b| a.name.cmp(&b.name));
    }
    let names: FxHashMap<&str, SourceId> = sources.iter().map(|(id, source)| (source.name(), id)).collect();
    let directories: BTreeMap<&str, Directory<'_>> =
        files.iter().map(|(path, files)| (*path, Directory::new(path, files))).collect();
    let roots = roots(&directories);
    let carried: Vec<Carried> =
        roots.par_iter().map(|root| module(sources, &names, &directories, root, options)).collect();
    for part in carried {
        out.append(part);
    }
    out.wants.sort();
    out.wants.dedup();
    out
}

/// The directories that no other calls, and one of each circle of calls.
fn roots<'a>(directories: &'a BTreeMap<&'a str, Directory<'a>>) -> Vec<&'a Directory<'a>> {
    let calls = |directory: &Directory<'_>| -> Vec<String> {
        directory.calls.values().filter_map(|block| directory.called(block)).collect()
    };
    let called: BTreeSet<String> = directories.values().flat_map(&calls).collect();
    let mut roots: Vec<&Directory<'_>> = directories.values().filter(|d| !called.contains(d.path)).collect();
    let mut reached: BTreeSet<&str> = BTreeSet::new();
    let mut open: Vec<&Directory<'_>> = roots.clone();
    let mut rest = directories.values();
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

/// What one root module declares.
fn module<'a>(
    sources: &'a SourceMap,
    names: &'a FxHashMap<&'a str, SourceId>,
    directories: &'a BTreeMap<&'a str, Directory<'a>>,
    root: &'a Directory<'a>,
    options: &ReadOptions,
) -> Carried {
    let mut evaluator = Evaluator::new(sources, names, directories, root);
    let records = evaluator.records();
    let mut out = declare(&records, options);
    if evaluator.exhausted() {
        let path = if root.path.is_empty() { "." } else { root.path };
        out.diagnostics.push(
            Diagnostic::unreadable("terraform/too-large", "this module needs too much work to evaluate", path)
                .as_warning()
                .with_help("what comes later in it was left out; check its parts one by one"),
        );
    }
    out.records = records;
    out.wants = evaluator.wants.into_iter().collect();
    out
}

fn parse(source: SourceId, name: &str, text: &str, format: Format) -> Result<File, Vec<Diagnostic>> {
    let file = name.rsplit('/').next().unwrap_or(name).to_owned();
    let kind = match format {
        Format::TerraformVariables => kind_of(&file),
        _ => match kind_of(&file) {
            FileKind::Override => FileKind::Override,
            _ => FileKind::Configuration,
        },
    };
    let fragment = Fragment::plain(source, 0, text);
    let is_json = format == Format::TerraformJson || file.strip_suffix(".json").is_some();
    let body = if is_json {
        parse_json(&fragment, kind)?
    } else {
        hcl2::parse(&fragment).map_err(|diagnostic| vec![diagnostic])?
    };
    Ok(File { name: file, kind, body })
}

fn parse_json(fragment: &Fragment<'_>, kind: FileKind) -> Result<Body, Vec<Diagnostic>> {
    let (node, diagnostics) = json_syntax::parse(fragment);
    let Some(node) = node else {
        if diagnostics.is_empty() {
            let place: Span = fragment.span(0, 0);
            return Err(vec![Diagnostic::error("syntax/json", "not valid JSON", place)]);
        }
        return Err(diagnostics);
    };
    Ok(match kind {
        FileKind::AutomaticVariables | FileKind::Variables => json::variables(&node),
        FileKind::Configuration | FileKind::Override => json::configuration(&node),
    })
}
