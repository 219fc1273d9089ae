//! Text → declarations: what each format that people keep access control in declares.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

pub mod aws_account;
pub mod aws_cli;
pub mod bare;
pub mod cloudformation;
pub mod consumer;
mod cost;
pub mod declaration;
pub mod declare;
mod deployment;
pub mod format;
pub mod kubernetes;
pub mod path;
pub mod plan;
pub mod policy_document;
pub mod pulumi_names;
pub mod pulumi_program;
pub mod pulumi_python;
pub mod pulumi_state;
#[cfg(feature = "typescript")]
pub mod pulumi_typescript;
pub mod pulumi_yaml;
pub mod recognise;
pub mod record;
pub mod render;
pub mod service;
pub mod terraform;
mod unfilled;
pub mod vault_api;
pub mod vault_export;

pub use format::Format;
pub use recognise::recognise;

use crate::aws::document::Library;
use crate::diagnostic::Diagnostic;
use crate::source::{Fragment, SourceId, SourceMap, Span};
use crate::syntax::{Node, json, python, yaml};
use crate::vault::dialect::Dialect;
use declaration::{Carrier, Declaration, Item};
use record::Record;

/// What readers have to know beyond the text.
#[derive(Debug, Clone)]
pub struct ReadOptions {
    /// The server that Vault policies are meant for: they differ in what they take.
    pub dialect: Dialect,
    /// Bare policies larger than this are refused, in bytes.
    pub policy_limit: usize,
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self { dialect: Dialect::default(), policy_limit: 1 << 20 }
    }
}

/// What a text declares.
#[derive(Debug, Default)]
pub struct Carried {
    /// The declarations, in source order.
    pub declarations: Vec<Declaration>,
    /// The resource records they were made from, for the carriers that have such, so that
    /// rules can look at what no declaration says (unknown arguments, wrong classes). Those
    /// of one source stand together, sources in order.
    pub records: Vec<Record>,
    /// What could not be read or parsed.
    pub diagnostics: Vec<Diagnostic>,
    /// What the text refers to and the run does not have yet: if it can be had it is added
    /// and the text is read once more.
    pub wants: Vec<Want>,
    /// How the text's functions and those of other texts call each other.
    pub(crate) functions: pulumi_program::Functions,
    /// Whether the text waits for what it asks for, and was not read.
    pub(crate) waits: bool,
    /// Texts that are templates, which something else fills in.
    pub(crate) templates: BTreeSet<SourceId>,
}

/// Something that a text refers to, by names as the [`SourceMap`] has them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Want {
    /// A file: `file("policy.hcl")`, `Path("p.hcl").read_text()`.
    File(String),
    /// The names of the files of a directory that a glob matches: `fileset("p", "*.hcl")`.
    Files {
        /// The directory; empty for the working directory.
        directory: String,
        /// The glob, relative to it.
        pattern: String,
    },
}

impl Carried {
    /// Joins what another text declares.
    pub fn append(&mut self, other: Self) {
        self.declarations.extend(other.declarations);
        self.records.extend(other.records);
        self.diagnostics.extend(other.diagnostics);
        self.wants.extend(other.wants);
    }

    /// Leaves out what functions make that are only called from other texts: there it was
    /// read with what the functions are really given.
    fn leave_out_called(&mut self, source: SourceId, called: &FxHashSet<(SourceId, u32)>) {
        let gone: FxHashSet<SmolStr> = std::mem::take(&mut self.functions.uncalled)
            .into_iter()
            .filter(|(_, start)| called.contains(&(source, *start)))
            .map(|(address, _)| address)
            .collect();
        if !gone.is_empty() {
            // What is wrong with a record as such stays.
            self.records.retain(|record| !gone.contains(&record.address) || !record.notes.is_empty());
            self.declarations.retain(|declaration| !gone.contains(&declaration.address));
        }
    }
}

/// Reads one text of a known format.
#[must_use]
pub fn read(sources: &SourceMap, source: SourceId, format: Format, options: &ReadOptions) -> Carried {
    let (parses, statements) = (pulumi_python::Parses::default(), Library::default());
    read_among(sources, source, format, options, &Shared { parses: &parses, statements: &statements, texts: 1 })
}

/// What texts that are read together share.
struct Shared<'a, 's> {
    /// What they import.
    parses: &'a pulumi_python::Parses,
    /// Statements that more than one of them holds.
    statements: &'a Library<'s>,
    /// How many they are.
    texts: usize,
}

/// The same for one of several texts.
fn read_among<'s>(
    sources: &'s SourceMap,
    source: SourceId,
    format: Format,
    options: &ReadOptions,
    shared: &Shared<'_, 's>,
) -> Carried {
    let parses = shared.parses;
    let name = sources.name(source);
    match format {
        Format::IamDocument => bare::iam_text(sources, source, shared.statements),
        Format::AwsAccount => parsed_json(sources, source, aws_account::read),
        Format::AwsCli => parsed_json(sources, source, |node| aws_cli::read(name, node)),
        Format::PulumiPython => of_program(pulumi_python::read_among(sources, source, parses), options),
        #[cfg(feature = "typescript")]
        Format::PulumiTypeScript => of_program(pulumi_typescript::read_waiting(sources, source, parses.waits), options),
        Format::PulumiState => parsed_json(sources, source, |node| of_records(pulumi_state::state(node), options)),
        Format::PulumiPreview => {
            let text = sources.text(source);
            let start = pulumi_state::json_start(text);
            let json = Fragment::plain(source, u32::try_from(start).unwrap_or(0), text.get(start..).unwrap_or(""));
            let (node, diagnostics) = json::parse(&json);
            let mut carried = node.map(|node| of_records(pulumi_state::preview(&node), options)).unwrap_or_default();
            carried.diagnostics.splice(0..0, diagnostics);
            carried
        }
        Format::KubernetesYaml => {
            let (documents, diagnostics) = yaml::parse(&Fragment::plain(source, 0, sources.text(source)));
            let mut carried = kubernetes::read(&documents, options);
            // A chart's template is no YAML before it is filled in.
            let template = !diagnostics.is_empty() && sources.text(source).contains("{{");
            if !template {
                carried.diagnostics.splice(0..0, diagnostics);
            }
            carried
        }
        Format::VaultApi => parsed_json(sources, source, |node| vault_export::read(name, node, options)),
        Format::VaultConfig => {
            let text = Fragment::plain(source, 0, sources.text(source));
            service::read(&text, Carrier::VaultConfig, options)
        }
        Format::VaultHcl | Format::VaultJson => bare::vault(name, source, sources.text(source), options),
        Format::Terraform | Format::TerraformJson | Format::TerraformVariables => {
            terraform::read(sources, &[(source, format)], options)
        }
        Format::CloudFormationJson => {
            parsed_json(sources, source, |node| cloudformation::read_among(node, shared.texts, options))
        }
        Format::CloudFormationYaml => {
            let (documents, diagnostics) = yaml::parse(&Fragment::plain(source, 0, sources.text(source)));
            let mut carried = documents
                .first()
                .map(|node| cloudformation::read_among(node, shared.texts, options))
                .unwrap_or_default();
            carried.diagnostics.splice(0..0, diagnostics);
            carried
        }
        Format::TerraformPlan | Format::TerraformState => plan::read(sources, source, options),
        Format::PulumiYaml => of_program(pulumi_yaml::read(sources, source), options),
    }
}

/// What a Pulumi program declares.
fn of_program(program: pulumi_program::Program, options: &ReadOptions) -> Carried {
    let mut carried = of_records(program.records, options);
    carried.diagnostics.splice(0..0, program.diagnostics);
    carried.wants.extend(program.wants.into_iter().map(Want::File));
    carried.functions = program.functions;
    carried.waits = program.waits;
    carried
}

/// What records declare, and what they hold of other carriers, with the records.
fn of_records(records: Vec<Record>, options: &ReadOptions) -> Carried {
    let mut carried = declare::declare(&records, options);
    let held: Vec<Carried> = records.iter().filter_map(|record| deployment::read(record, options)).collect();
    carried.records = records;
    for held in held {
        carried.append(held);
    }
    carried
}

/// Whether resources of that type declare anything, so that others need not be looked at.
fn supports(kind: &str) -> bool {
    declare::supports(kind) || deployment::supports(kind)
}

/// Whether a machine has neither a start script nor a role, by the text of its resource.
fn says_nothing(kind: &str, text: &str) -> bool {
    let (starts, runs) = (!deployment::scripts(kind).is_empty(), declare::runs(kind));
    (starts || runs)
        && (!starts || deployment::starts_nothing(kind, text))
        && (!runs || declare::names_no_role(kind, text))
}

/// Reads a JSON text and what it declares.
fn parsed_json(sources: &SourceMap, source: SourceId, declare: impl FnOnce(&Node) -> Carried) -> Carried {
    let (node, diagnostics) = json::parse(&Fragment::plain(source, 0, sources.text(source)));
    let mut carried = node.as_ref().map(declare).unwrap_or_default();
    carried.diagnostics.splice(0..0, diagnostics);
    carried
}

/// Reads all texts, in parallel, and gives back what they declare in their order.
///
/// Formats whose texts make sense only together (the files of a Terraform module, Python
/// files that import each other) are read together here; every other text alone, by [`read`].
#[must_use]
pub fn read_all(sources: &SourceMap, inputs: &[(SourceId, Format)], options: &ReadOptions) -> Carried {
    Reading::new(sources, inputs, options).finish(sources)
}

/// Gets what texts refer to.
pub trait Fetch {
    /// A file's text, if it may be had.
    fn file(&mut self, name: &str) -> Option<String>;
    /// The Terraform files of a directory: names and texts.
    fn module(&mut self, directory: &str) -> Vec<(String, String)>;
    /// The paths, seen from a directory, of the files below it that a glob matches; none
    /// where that cannot be told.
    fn list(&mut self, directory: &str, pattern: &str) -> Option<Vec<String>>;
}

/// The same with further files, where texts ask for them. Only what asked for something
/// is read again.
#[must_use]
pub fn read_with(
    sources: &mut SourceMap,
    inputs: &[(SourceId, Format)],
    options: &ReadOptions,
    fetch: &mut dyn Fetch,
) -> Carried {
    let mut reading = Reading::begin(sources, inputs, options, true);
    let mut names: FxHashSet<String> = sources.iter().map(|(_, source)| source.name().to_owned()).collect();
    let mut called: FxHashSet<String> = FxHashSet::default();
    for (directory, manifest) in reading.terraform.manifests() {
        if let Some(text) = fetch.file(&manifest) {
            reading.terraform.install(directory, &text);
        }
    }
    loop {
        // A module may call further modules; each is read once.
        let fresh = reading.terraform.calls().into_iter().filter(|directory| called.insert(directory.clone()));
        let files: Vec<(String, String)> = fresh.flat_map(|directory| fetch.module(&directory)).collect();
        let files = files.into_iter().filter(|(name, _)| names.insert(name.clone()));
        let added: Vec<SourceId> = files.map(|(name, text)| sources.add(name, text)).collect();
        if added.is_empty() {
            break;
        }
        reading.terraform.add(sources, &added);
    }
    reading.read(sources, options);
    let mut tried: BTreeSet<Want> = BTreeSet::new();
    for _ in 0..MAX_ROUNDS {
        let fresh: BTreeSet<Want> = reading.wants().filter(|want| !tried.contains(want)).cloned().collect();
        let mut had: BTreeSet<Want> = BTreeSet::new();
        for want in fresh {
            let found = match &want {
                Want::File(name) => fetch.file(name).map(|text| {
                    sources.add(name.clone(), text);
                }),
                Want::Files { directory, pattern } => fetch.list(directory, pattern).map(|files| {
                    reading.terraform.listed.insert((directory.clone(), pattern.clone()), files);
                }),
            };
            if found.is_some() {
                had.insert(want.clone());
            }
            tried.insert(want);
        }
        let waiting = had.is_empty() && std::mem::take(&mut reading.parses.waits);
        if had.is_empty() && !waiting {
            break;
        }
        reading.read_again(sources, options, &had);
    }
    if std::mem::take(&mut reading.parses.waits) {
        reading.read_again(sources, options, &BTreeSet::new());
    }
    reading.finish(sources)
}

/// How far texts may refer to texts that refer to texts.
const MAX_ROUNDS: usize = 8;

/// All texts of a run, read one by one, but for those of Terraform.
struct Reading {
    texts: Vec<(SourceId, Format, Carried)>,
    parses: pulumi_python::Parses,
    terraform: terraform::Project,
    /// What each root module of Terraform declares.
    roots: Vec<(String, Carried)>,
}

impl Reading {
    fn begin(sources: &SourceMap, inputs: &[(SourceId, Format)], options: &ReadOptions, waits: bool) -> Self {
        let (terraform, others): (Vec<_>, Vec<_>) =
            inputs.iter().copied().partition(|(_, format)| is_terraform(*format));
        let (programs, others): (Vec<_>, Vec<_>) =
            others.into_iter().enumerate().partition(|(_, (_, format))| is_program(*format));
        let mut parses = pulumi_python::Parses::default();
        parses.waits = waits;
        let statements = Library::default();
        let shared = Shared { parses: &parses, statements: &statements, texts: inputs.len() };
        let one = |(at, (source, format)): &(usize, (SourceId, Format))| {
            (*at, (*source, *format, read_among(sources, *source, *format, options, &shared)))
        };
        let mut texts: Vec<_> = others.par_iter().map(one).collect();
        // Programs need deep stacks: all are read by the threads that have them.
        let all = || programs.par_iter().map(one).collect();
        let read: Vec<_> =
            if programs.is_empty() { Vec::new() } else { python::with_deep_stack(all).unwrap_or_default() };
        texts.extend(read);
        texts.sort_by_key(|(at, _)| *at);
        let texts = texts.into_iter().map(|(_, text)| text).collect();
        Self { texts, parses, terraform: terraform::Project::new(sources, &terraform), roots: Vec::new() }
    }

    fn new(sources: &SourceMap, inputs: &[(SourceId, Format)], options: &ReadOptions) -> Self {
        let mut reading = Self::begin(sources, inputs, options, false);
        reading.read(sources, options);
        reading
    }

    /// Reads the root modules of Terraform.
    fn read(&mut self, sources: &SourceMap, options: &ReadOptions) {
        self.roots = self.terraform.read(sources, options, |_| true);
    }

    fn wants(&self) -> impl Iterator<Item = &Want> {
        let texts = self.texts.iter().flat_map(|(.., carried)| &carried.wants);
        texts.chain(self.roots.iter().flat_map(|(_, carried)| &carried.wants))
    }

    /// Reads again what asked for something that is there now, and what needs not wait any
    /// longer.
    fn read_again(&mut self, sources: &SourceMap, options: &ReadOptions, had: &BTreeSet<Want>) {
        let waits = self.parses.waits;
        let asks = |carried: &Carried| (carried.waits && !waits) || carried.wants.iter().any(|want| had.contains(want));
        let (parses, texts) = (&self.parses, &mut self.texts);
        let programs = texts.iter().any(|(_, format, carried)| is_program(*format) && asks(carried));
        let statements = Library::default();
        let shared = Shared { parses, statements: &statements, texts: texts.len() };
        let mut read = || {
            texts.par_iter_mut().filter(|(.., carried)| asks(carried)).for_each(|(source, format, carried)| {
                *carried = read_among(sources, *source, *format, options, &shared);
            });
        };
        // A thread that waits for another pool takes up further texts meanwhile, each on
        // top of the last: programs start where they are read.
        if programs {
            let _ = python::with_deep_stack(read);
        } else {
            read();
        }
        let again: FxHashSet<String> =
            self.roots.iter().filter(|(_, carried)| asks(carried)).map(|(path, _)| path.clone()).collect();
        let mut fresh: BTreeMap<String, Carried> =
            self.terraform.read(sources, options, |path| again.contains(path)).into_iter().collect();
        for (path, carried) in &mut self.roots {
            if let Some(fresh) = fresh.remove(path) {
                *carried = fresh;
            }
        }
    }

    /// Everything, in order. A bare policy that a program reads is the program's: it knows
    /// name and place, and fills in what the text leaves open.
    fn finish(self, sources: &SourceMap) -> Carried {
        let mut taken: FxHashSet<SourceId> = FxHashSet::default();
        if self.texts.iter().any(|(_, format, _)| format.is_bare_policy()) {
            let texts = self.texts.iter().filter(|(_, format, _)| !format.is_bare_policy());
            let all = texts.map(|(.., carried)| carried).chain(self.roots.iter().map(|(_, carried)| carried));
            for declaration in all.flat_map(|carried| &carried.declarations) {
                places(declaration, &mut taken);
            }
        }
        let called: FxHashSet<(SourceId, u32)> =
            self.texts.iter().flat_map(|(.., carried)| carried.functions.called.iter().copied()).collect();
        let mut held: FxHashMap<SourceId, usize> = FxHashMap::default();
        for place in self.roots.iter().flat_map(|(_, carried)| deployed(carried)) {
            *held.entry(place.source).or_default() += 1;
        }
        let mut all = Carried::default();
        for (source, format, mut carried) in self.texts {
            carried.leave_out_called(source, &called);
            let given = format.is_bare_policy() && taken.contains(&source);
            // A template need not parse before it is filled in.
            if self.roots.iter().any(|(_, root)| root.templates.contains(&source)) {
                carried.diagnostics.clear();
            }
            // So is what Terraform gives to Kubernetes, unless it gives only a part.
            let deployed = held.get(&source).is_some_and(|count| *count >= deployed(&carried).count());
            if !given && !deployed {
                all.append(carried);
            }
        }
        all.diagnostics.extend(self.terraform.diagnostics);
        for (_, carried) in self.roots {
            all.append(carried);
        }
        unfilled::tell(sources, &mut all.diagnostics);
        all.records.sort_by_key(|record| record.span.source);
        all.wants.sort();
        all.wants.dedup();
        all
    }
}

/// Where the declarations and records of Kubernetes and of Vault's programs stand.
fn deployed(carried: &Carried) -> impl Iterator<Item = Span> {
    let ours = |carrier: Carrier| matches!(carrier, Carrier::Kubernetes | Carrier::VaultConfig);
    let declarations = carried.declarations.iter().filter(move |d| ours(d.carrier)).map(|d| d.span);
    declarations.chain(carried.records.iter().filter(move |record| ours(record.carrier)).map(|record| record.span))
}

/// Adds the texts that a declared policy stands in, other than that of its declaration.
fn places(declaration: &Declaration, into: &mut FxHashSet<SourceId>) {
    let home = declaration.span.source;
    let mut add = |source: SourceId| {
        if source != home {
            into.insert(source);
        }
    };
    match &declaration.item {
        Item::VaultPolicy(policy) => {
            policy.policy.stanzas.iter().for_each(|stanza| add(stanza.span.source));
            policy.policy.unknown.iter().for_each(|unknown| add(unknown.span.source));
        }
        Item::AwsPolicy(policy) => {
            add(policy.document.span.source);
            policy.document.statements.iter().for_each(|statement| add(statement.span.source));
        }
        _ => {}
    }
}

/// Whether a text is a program, whose tree may be deep.
fn is_program(format: Format) -> bool {
    match format {
        Format::PulumiPython => true,
        #[cfg(feature = "typescript")]
        Format::PulumiTypeScript => true,
        _ => false,
    }
}

fn is_terraform(format: Format) -> bool {
    matches!(format, Format::Terraform | Format::TerraformJson | Format::TerraformVariables)
}
