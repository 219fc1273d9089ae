//! Modules from registries and repositories, as `terraform init` puts them below the root
//! module: `.terraform/modules/modules.json` says which call is where.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use smol_str::SmolStr;

use super::directory;
use super::eval::{Each, Evaluator};
use super::value::{entry, map, string};
use crate::carrier::declaration::Carrier;
use crate::carrier::path;
use crate::carrier::record::{Mode, Record, RecordNote};
use crate::source::SourceId;
use crate::syntax::hcl2::{Block, ExprKind};

/// Where Terraform and OpenTofu keep what they install. Nobody edits anything below.
const DATA: &str = ".terraform";

/// The file that says what is installed for the root module of a directory.
pub(super) fn manifest_name(directory: &str) -> Option<String> {
    path::join(directory, ".terraform/modules/modules.json")
}

/// Whether a directory holds what was installed, and nobody's own work.
pub(super) fn is_installed(directory: &str) -> bool {
    directory.split('/').any(|part| part == DATA)
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Written {
    #[serde(default)]
    modules: Vec<Module>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Module {
    key: String,
    #[serde(default)]
    source: String,
    #[serde(default)]
    version: String,
    dir: String,
}

/// What is installed for one root module, by the names of the calls that lead there,
/// joined by dots.
#[derive(Debug, Default)]
pub(super) struct Manifest {
    modules: BTreeMap<String, Module>,
}

impl Manifest {
    /// The manifest of the root module in a directory; empty if it is broken, as Terraform
    /// would write it anew.
    pub(super) fn new(directory: &str, text: &str) -> Self {
        let written: Written = serde_json::from_str(text).unwrap_or_default();
        let installed = written.modules.into_iter().filter_map(|module| {
            let dir = path::join(directory, &module.dir).filter(|dir| is_installed(dir))?;
            Some((module.key.clone(), Module { dir, ..module }))
        });
        Self { modules: installed.collect() }
    }

    /// All directories that hold an installed module.
    pub(super) fn directories(&self) -> impl Iterator<Item = &str> {
        self.modules.values().map(|module| module.dir.as_str())
    }

    /// Where the module of a call is, unless something else is installed than what is
    /// called now.
    fn find(&self, key: &str, block: &Block) -> Option<&str> {
        let module = self.modules.get(key)?;
        let written = |name: &str| {
            block.body.attribute(name).and_then(|attribute| match &attribute.value.kind {
                ExprKind::String(text) => text.known(),
                _ => None,
            })
        };
        let stale = is_registry(written("source")?) && !module.source.ends_with(written("source")?);
        // A constraint may stand for many versions; a version stands for itself.
        let exact = written("version").map(|version| version.trim_start_matches(['=', ' ']).trim());
        let exact = exact.filter(|version| version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'));
        let other = exact.is_some_and(|version| !module.version.is_empty() && version != module.version);
        (!stale && !other).then_some(module.dir.as_str())
    }
}

/// `namespace/name/provider`, below which a registry's source has nothing that changes when
/// it is installed but the registry's name, which may stand before it. Addresses of
/// repositories are rewritten in many ways.
fn is_registry(source: &str) -> bool {
    let package = source.split("//").next().unwrap_or(source);
    package.split('/').count() == 3 && !package.contains([':', '.', '?'])
}

impl<'a> Evaluator<'a> {
    /// The directory of the module that a call names: a local one, or what is installed for
    /// the call, by the outermost module that anything is installed for.
    pub(super) fn called(&self, instance: usize, name: &str, block: &Block) -> Option<String> {
        let here = self.instances.get(instance)?.directory;
        if directory::is_local(block) {
            return here.called(block);
        }
        let (mut key, mut at, mut found) = (name.to_owned(), instance, None);
        loop {
            let here = self.instances.get(at)?;
            if let Some(manifest) = self.project.manifests.get(here.directory.path) {
                found = manifest.find(&key, block).or(found);
            }
            let Some((caller, call, _)) = &here.caller else { return found.map(str::to_owned) };
            key = format!("{call}.{key}");
            at = *caller;
        }
    }

    /// A record of each instance of a call that leads from somebody's own module into an
    /// installed one: what is wrong in there can be mended at the call alone.
    pub(super) fn installed(&self, caller: usize, block: &'a Block, children: &[(Each, usize)]) -> Vec<Record> {
        let directory = |id: usize| self.instances.get(id).map_or("", |instance| instance.directory.path);
        let source = block.body.attribute("source");
        let into = children.first().is_some_and(|(_, child)| is_installed(directory(*child)));
        let (Some(source), true, false) = (source, into, is_installed(directory(caller))) else { return Vec::new() };
        let (written, root) = (source.value.span, directory(0));
        let record = |child: usize| Record {
            address: SmolStr::new(self.prefix(child).trim_end_matches('.')),
            body: map(
                vec![entry("root", string(root, written)), entry("directory", string(directory(child), written))],
                written,
            ),
            ..call(block)
        };
        children.iter().map(|(_, child)| record(*child)).collect()
    }
}

/// A record that only says something about a block, such as a call.
pub(super) fn call(block: &Block) -> Record {
    Record {
        carrier: Carrier::Terraform,
        address: SmolStr::default(),
        kind: SmolStr::new_static("module"),
        kind_span: block.kind_span,
        mode: Mode::Data,
        label: block.labels.first().cloned(),
        span: block.span,
        body: map(Vec::new(), block.span),
        condition: None,
        notes: Vec::new(),
    }
}

/// A record for each file that calls modules which are not here, with a note of them.
pub(super) fn not_read(unread: &[(&str, &Block)]) -> Vec<Record> {
    let mut files: BTreeMap<SourceId, Vec<(&str, &Block)>> = BTreeMap::new();
    for (name, block) in unread {
        files.entry(block.span.source).or_default().push((name, block));
    }
    let records = files.into_values().filter_map(|mut calls| {
        calls.sort_by_key(|(_, block)| block.span.start);
        let (first, block) = *calls.first()?;
        let source = block.body.attribute("source");
        let from = source.and_then(|attribute| match &attribute.value.kind {
            ExprKind::String(text) => text.known().map(|known| format!(", from `{known}`,")),
            _ => None,
        });
        let message = match calls.as_slice() {
            [_] => format!("module `{first}`{} is not read: what it declares is not checked", from.unwrap_or_default()),
            [_, (second, _)] => {
                format!("modules `{first}` and `{second}` are not read: what they declare is not checked")
            }
            [_, rest @ ..] => format!(
                "module `{first}` and {} others of this file are not read: what they declare is not checked",
                rest.len()
            ),
            [] => return None,
        };
        let span = source.map_or(block.kind_span, |attribute| attribute.value.span);
        // `terraform init` makes no local module.
        let help = (!calls.iter().all(|(_, block)| directory::is_local(block)))
            .then(|| "run `terraform init`, which installs modules below `.terraform`, or check the plan".to_owned());
        let note = RecordNote { rule: "cross/module-not-read", message, span, help };
        let address = SmolStr::new_static("modules that are not read");
        Some(Record { address, notes: vec![note], ..call(block) })
    });
    records.collect()
}

/// The directories of the modules that are installed.
pub(super) fn directories(manifests: &BTreeMap<String, Manifest>) -> BTreeSet<&str> {
    manifests.values().flat_map(Manifest::directories).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_below_the_data_directory_is_installed() {
        let text = r#"{"Modules":[
            {"Key":"","Source":"","Dir":"."},
            {"Key":"a","Source":"registry.terraform.io/x/a/aws","Version":"1.2.3","Dir":".terraform/modules/a"},
            {"Key":"a.b","Source":"./b","Dir":".terraform/modules/a/b"},
            {"Key":"up","Source":"x/y/z","Dir":"../../elsewhere"},
            {"Key":"root","Source":"x/y/z","Dir":"/etc"},
            {"Key":"own","Source":"./own","Dir":"own"}]}"#;
        let manifest = Manifest::new("live/app", text);
        let found: Vec<&str> = manifest.directories().collect();
        assert_eq!(found, ["live/app/.terraform/modules/a", "live/app/.terraform/modules/a/b"]);
        for broken in ["", "{", "[]", "{\"Modules\":[{\"Key\":1}]}", "{\"Modules\":null}"] {
            assert_eq!(Manifest::new("", broken).directories().count(), 0, "{broken}");
        }
    }

    #[test]
    fn registries_are_told_from_repositories() {
        let table = [
            ("terraform-aws-modules/iam/aws", true),
            ("terraform-aws-modules/iam/aws//modules/iam-role", true),
            ("app.terraform.io/acme/iam/aws", false),
            ("github.com/acme/iam", false),
            ("git::https://example.com/iam.git?ref=v1", false),
            ("git@github.com:acme/iam.git", false),
        ];
        for (source, expected) in table {
            assert_eq!(is_registry(source), expected, "{source}");
        }
    }
}
