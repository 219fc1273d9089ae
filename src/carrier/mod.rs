//! Text → declarations: what each format that people keep access control in declares.

use rayon::prelude::*;

pub mod aws_account;
pub mod aws_cli;
pub mod bare;
pub mod cloudformation;
pub mod declaration;
pub mod declare;
pub mod format;
pub mod kubernetes;
pub mod path;
pub mod plan;
pub mod policy_document;
pub mod pulumi_names;
pub mod pulumi_python;
pub mod pulumi_state;
pub mod pulumi_yaml;
pub mod recognise;
pub mod record;
pub mod render;
pub mod terraform;
pub mod vault_export;

pub use format::Format;
pub use recognise::recognise;

use crate::diagnostic::Diagnostic;
use crate::source::{Fragment, SourceId, SourceMap};
use crate::syntax::{Node, json, yaml};
use crate::vault::dialect::Dialect;
use declaration::Declaration;
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
    /// rules can look at what no declaration says (unknown arguments, wrong classes).
    pub records: Vec<Record>,
    /// What could not be read or parsed.
    pub diagnostics: Vec<Diagnostic>,
    /// Names (as in the [`SourceMap`]) of further files that the text refers to and that
    /// are not in the map: `file("policy.hcl")`, `Path("p.hcl").read_text()`. If they can
    /// be had they are added and the text is read once more.
    pub wants: Vec<String>,
}

impl Carried {
    /// Joins what another text declares.
    pub fn append(&mut self, other: Self) {
        self.declarations.extend(other.declarations);
        self.records.extend(other.records);
        self.diagnostics.extend(other.diagnostics);
        self.wants.extend(other.wants);
    }
}

/// Reads one text of a known format.
#[must_use]
pub fn read(sources: &SourceMap, source: SourceId, format: Format, options: &ReadOptions) -> Carried {
    let name = sources.name(source);
    match format {
        Format::IamDocument => parsed_json(sources, source, |node| bare::iam(name, node)),
        Format::AwsAccount => parsed_json(sources, source, aws_account::read),
        Format::AwsCli => parsed_json(sources, source, |node| aws_cli::read(name, node)),
        Format::PulumiPython => {
            let program = pulumi_python::read(sources, source);
            let mut carried = of_records(program.records, options);
            carried.diagnostics.splice(0..0, program.diagnostics);
            carried.wants.extend(program.wants);
            carried
        }
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
            carried.diagnostics.splice(0..0, diagnostics);
            carried
        }
        Format::VaultApi => parsed_json(sources, source, |node| vault_export::read(name, node, options)),
        Format::VaultHcl | Format::VaultJson => bare::vault(name, source, sources.text(source), options),
        Format::Terraform | Format::TerraformJson | Format::TerraformVariables => {
            terraform::read(sources, &[(source, format)], options)
        }
        Format::CloudFormationJson => parsed_json(sources, source, |node| cloudformation::read(node, options)),
        Format::CloudFormationYaml => {
            let (documents, diagnostics) = yaml::parse(&Fragment::plain(source, 0, sources.text(source)));
            let mut carried = documents.first().map(|node| cloudformation::read(node, options)).unwrap_or_default();
            carried.diagnostics.splice(0..0, diagnostics);
            carried
        }
        Format::TerraformPlan | Format::TerraformState => plan::read(sources, source, options),
        Format::PulumiYaml => {
            let program = pulumi_yaml::read(sources, source);
            let mut carried = of_records(program.records, options);
            carried.diagnostics.splice(0..0, program.diagnostics);
            carried.wants.extend(program.wants);
            carried
        }
    }
}

/// What records declare, with the records.
fn of_records(records: Vec<Record>, options: &ReadOptions) -> Carried {
    let mut carried = declare::declare(&records, options);
    carried.records = records;
    carried
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
/// Formats whose texts make sense only together (the files of a Terraform module) are
/// read together here; every other text alone, by [`read`].
#[must_use]
pub fn read_all(sources: &SourceMap, inputs: &[(SourceId, Format)], options: &ReadOptions) -> Carried {
    let (terraform, others): (Vec<_>, Vec<_>) = inputs.iter().copied().partition(|(_, format)| is_terraform(*format));
    let parts: Vec<Carried> =
        others.par_iter().map(|(source, format)| read(sources, *source, *format, options)).collect();
    let mut all = Carried::default();
    for part in parts {
        all.append(part);
    }
    if !terraform.is_empty() {
        all.append(terraform::read(sources, &terraform, options));
    }
    all
}

fn is_terraform(format: Format) -> bool {
    matches!(format, Format::Terraform | Format::TerraformJson | Format::TerraformVariables)
}
