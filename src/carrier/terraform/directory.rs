//! One Terraform module as written: all files of a directory, indexed by what they
//! define.

use std::collections::BTreeMap;
use std::ops::Range;

use smol_str::SmolStr;

use crate::source::{SourceId, Span};
use crate::syntax::hcl2::{Attribute, Block, Body, Expr, ExprKind};

/// A parsed file of a directory.
#[derive(Debug)]
pub(super) struct File {
    /// File name without its directory.
    pub(super) name: String,
    pub(super) kind: FileKind,
    pub(super) body: Body,
    pub(super) source: SourceId,
    /// How many bytes it has.
    pub(super) size: usize,
    /// Parts of the text that `body` was parsed from, where it is not all of it.
    pub(super) parsed: Vec<Range<usize>>,
    /// Blocks that matter only if something refers to them.
    pub(super) deferred: Vec<Deferred>,
}

/// A block that has not been parsed.
#[derive(Debug)]
pub(super) struct Deferred {
    /// `type.name`, or `data.type.name`.
    pub(super) key: SmolStr,
    pub(super) range: Range<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum FileKind {
    /// Configuration; override files after the others.
    Configuration,
    Override,
    /// Values for variables that are loaded without being asked for.
    AutomaticVariables,
    /// Values for variables that somebody has to name.
    Variables,
}

/// The kind of a Terraform file by its name.
pub(super) fn kind_of(name: &str) -> FileKind {
    let stem = name.strip_suffix(".json").unwrap_or(name);
    if let Some(stem) = stem.strip_suffix(".tfvars") {
        let automatic = stem == "terraform" || stem.strip_suffix(".auto").is_some();
        return if automatic { FileKind::AutomaticVariables } else { FileKind::Variables };
    }
    let stem = stem.strip_suffix(".tf").or_else(|| stem.strip_suffix(".tofu")).unwrap_or(stem);
    if stem == "override" || stem.ends_with("_override") { FileKind::Override } else { FileKind::Configuration }
}

/// What a directory defines.
#[derive(Debug, Default)]
pub(super) struct Directory<'a> {
    /// The directory's path from the run's root; empty for the root itself.
    pub(super) path: &'a str,
    /// Its files, and how many bytes each has.
    pub(super) texts: Vec<(SourceId, usize)>,
    pub(super) variables: BTreeMap<&'a str, Variable<'a>>,
    /// Values from variable files that are loaded by themselves.
    pub(super) values: BTreeMap<&'a str, &'a Expr>,
    pub(super) locals: BTreeMap<&'a str, &'a Expr>,
    pub(super) outputs: BTreeMap<&'a str, &'a Expr>,
    pub(super) calls: BTreeMap<&'a str, &'a Block>,
    /// Resources by `type.name` and data by `data.type.name`, each with its overrides.
    pub(super) resources: BTreeMap<SmolStr, Resource<'a>>,
    /// Keys of `resources` in source order.
    pub(super) order: Vec<SmolStr>,
    /// Keys of the blocks that repeat the address of a block of another file, by address and
    /// the file they stand in.
    again: BTreeMap<(SmolStr, SourceId), SmolStr>,
    pub(super) providers: Vec<&'a Block>,
}

/// A variable block.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Variable<'a> {
    pub(super) default: Option<&'a Expr>,
    /// The type, which may hold defaults of its own: `object({ a = optional(string, "x") })`.
    pub(super) kind: Option<&'a Expr>,
}

/// A resource or data block.
#[derive(Debug)]
pub(super) struct Resource<'a> {
    pub(super) block: &'a Block,
    pub(super) overrides: Vec<&'a Block>,
    pub(super) data: bool,
}

impl<'a> Resource<'a> {
    /// The resource type.
    pub(super) fn kind(&self) -> &'a str {
        self.block.label(0).unwrap_or("")
    }

    /// An argument, the last override first.
    pub(super) fn attribute(&self, key: &str) -> Option<&'a Attribute> {
        self.overrides
            .iter()
            .rev()
            .find_map(|block| block.body.attribute(key))
            .or_else(|| self.block.body.attribute(key))
    }

    /// The blocks of a type, dynamic ones included; those of an override replace all
    /// others of their type, as Terraform merges them.
    pub(super) fn block_types(&self) -> Vec<(&'a str, Span, Vec<&'a Block>)> {
        let mut types: Vec<(&'a str, Span, Vec<&'a Block>)> = Vec::new();
        for (level, source) in std::iter::once(&self.block).chain(&self.overrides).enumerate() {
            let mut replaced: Vec<&str> = Vec::new();
            for block in &source.body.blocks {
                let (name, span) = block_type(block);
                match types.iter_mut().find(|(known, ..)| *known == name) {
                    Some((_, _, blocks)) => {
                        if level > 0 && !replaced.contains(&name) {
                            blocks.clear();
                        }
                        blocks.push(block);
                    }
                    None => types.push((name, span, vec![block])),
                }
                replaced.push(name);
            }
        }
        types
    }
}

/// The type a block stands for: its own, or what a `dynamic` block makes.
pub(super) fn block_type(block: &Block) -> (&str, Span) {
    match block.labels.first() {
        Some((label, span)) if block.kind == "dynamic" => (label.raw(), *span),
        _ => (block.kind.as_str(), block.kind_span),
    }
}

impl<'a> Directory<'a> {
    /// Indexes the files of one directory. `files` are in name order.
    pub(super) fn new(path: &'a str, files: &'a [File]) -> Self {
        let texts = files.iter().map(|file| (file.source, file.size)).collect();
        let mut directory = Self { path, texts, ..Self::default() };
        let mut ordered: Vec<&File> = files.iter().collect();
        // Of values the last counts: those of `terraform.tfvars`, then those of
        // `*.auto.tfvars` in the order of their names.
        ordered.sort_by_key(|file| (file.kind, !file.name.starts_with("terraform.tfvars")));
        for file in ordered {
            match file.kind {
                FileKind::Configuration | FileKind::Override => {
                    for block in &file.body.blocks {
                        directory.block(block, file);
                    }
                }
                FileKind::AutomaticVariables => {
                    let values = file.body.attributes.iter();
                    directory.values.extend(values.map(|a| (a.key.as_str(), &a.value)));
                }
                FileKind::Variables => {}
            }
        }
        directory
    }

    fn block(&mut self, block: &'a Block, file: &File) {
        let label = block.label(0);
        match (block.kind.as_str(), label, block.label(1)) {
            ("variable", Some(name), _) => {
                let argument = |name: &str| block.body.attribute(name).map(|a| &a.value);
                let known = self.variables.entry(name).or_default();
                known.default = argument("default").or(known.default);
                known.kind = argument("type").or(known.kind);
            }
            ("locals", ..) => {
                self.locals.extend(block.body.attributes.iter().map(|a| (a.key.as_str(), &a.value)));
            }
            ("output", Some(name), _) => {
                if let Some(value) = block.body.attribute("value") {
                    self.outputs.insert(name, &value.value);
                }
            }
            ("module", Some(name), _) => {
                self.calls.entry(name).or_insert(block);
            }
            ("provider", Some(_), _) => self.providers.push(block),
            (kind @ ("resource" | "data" | "ephemeral"), Some(first), Some(second)) => {
                let data = kind != "resource";
                let key =
                    SmolStr::from(if data { format!("{kind}.{first}.{second}") } else { format!("{first}.{second}") });
                let key = match self.resources.get_mut(&key) {
                    Some(known) if file.kind == FileKind::Override => return known.overrides.push(block),
                    None => key,
                    // A second block of one address is an error for Terraform. Files that
                    // repeat each other are not meant to be run together: each has its own.
                    // Of one file the first is kept.
                    Some(known) => {
                        let slot = (key, file.source);
                        if known.block.span.source == file.source || self.again.contains_key(&slot) {
                            return;
                        }
                        let stem =
                            file.name.split('.').next().unwrap_or("").replace(|c: char| !c.is_alphanumeric(), "_");
                        let own = SmolStr::from(format!("{}@{stem}", slot.0));
                        if self.resources.contains_key(&own) {
                            return;
                        }
                        self.again.insert(slot, own.clone());
                        own
                    }
                };
                self.resources.insert(key.clone(), Resource { block, overrides: Vec::new(), data });
                self.order.push(key);
            }
            _ => {}
        }
    }

    /// The key of what an address means where it stands in a file: the file's own block, if
    /// several files have one.
    pub(super) fn meant<'k>(&'k self, address: &'k SmolStr, file: SourceId) -> &'k SmolStr {
        if self.again.is_empty() {
            return address;
        }
        self.again.get(&(address.clone(), file)).unwrap_or(address)
    }

    /// The directory that a local module call names, seen from the run's root.
    pub(super) fn called(&self, block: &Block) -> Option<String> {
        called(self.path, block)
    }
}

/// The directory that a module call in a directory names, if it is a local one.
pub(super) fn called(directory: &str, block: &Block) -> Option<String> {
    local(block).and_then(|source| crate::carrier::path::join(directory, source))
}

/// Whether a call is of a local module.
pub(super) fn is_local(block: &Block) -> bool {
    local(block).is_some()
}

fn local(block: &Block) -> Option<&str> {
    let source = block.body.attribute("source")?;
    let ExprKind::String(text) = &source.value.kind else { return None };
    let source = text.known()?;
    let local = source.starts_with("./") || source.starts_with("../") || source == "." || source == "..";
    local.then_some(source)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_kinds_follow_their_names() {
        let table = [
            ("main.tf", FileKind::Configuration),
            ("main.tf.json", FileKind::Configuration),
            ("override.tf", FileKind::Override),
            ("a_override.tf.json", FileKind::Override),
            ("terraform.tfvars", FileKind::AutomaticVariables),
            ("x.auto.tfvars.json", FileKind::AutomaticVariables),
            ("prod.tfvars", FileKind::Variables),
        ];
        for (name, kind) in table {
            assert_eq!(kind_of(name), kind, "{name}");
        }
    }
}
