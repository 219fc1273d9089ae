//! What the fuzzer runs, one function a target, so that every input that ever failed is
//! run by the tests as well. Each takes any bytes and must come back: no panic, no endless
//! work, and spans that lie within their text.

use overgrant::carrier::declaration::Item;
use overgrant::carrier::{self, Format, ReadOptions, recognise};
use overgrant::lint::{self, Inputs, Selection};
use overgrant::model::Model;
use overgrant::pattern::glob::{Glob, escape_text};
use overgrant::pattern::path::PathLang;
use overgrant::source::decode::decode;
use overgrant::source::{Fragment, SourceId, SourceMap, Span};
use overgrant::syntax::{Node, Value, hcl1, json};
use overgrant::vault::dialect::Dialect;

/// A target by its name, as directories of inputs are called.
pub(crate) fn target(name: &str) -> Option<fn(&[u8])> {
    match name {
        "hcl1" => Some(hcl1),
        "json" => Some(json),
        "pattern" => Some(pattern),
        "check_bytes" => Some(check_bytes),
        _ => CARRIERS.iter().find(|(own, _)| *own == name).map(|(_, run)| *run),
    }
}

/// What is done with the bytes of a case.
pub(crate) type Target = fn(&[u8]);

/// Each carrier by itself: its text is read as what it is meant to be, whatever it is.
pub(crate) const CARRIERS: &[(&str, Target)] = &[
    ("terraform", |bytes| carrier(bytes, Format::Terraform, "main.tf")),
    ("terraform_json", |bytes| carrier(bytes, Format::TerraformJson, "main.tf.json")),
    ("terraform_plan", |bytes| carrier(bytes, Format::TerraformPlan, "plan.json")),
    ("terraform_state", |bytes| carrier(bytes, Format::TerraformState, "terraform.tfstate")),
    ("pulumi_python", |bytes| carrier(bytes, Format::PulumiPython, "__main__.py")),
    #[cfg(feature = "typescript")]
    ("pulumi_typescript", |bytes| carrier(bytes, Format::PulumiTypeScript, "index.ts")),
    ("pulumi_yaml", |bytes| carrier(bytes, Format::PulumiYaml, "Pulumi.yaml")),
    ("pulumi_preview", |bytes| carrier(bytes, Format::PulumiPreview, "preview.json")),
    ("pulumi_state", |bytes| carrier(bytes, Format::PulumiState, "stack.json")),
    ("cloudformation_json", |bytes| carrier(bytes, Format::CloudFormationJson, "template.json")),
    ("cloudformation_yaml", |bytes| carrier(bytes, Format::CloudFormationYaml, "template.yaml")),
    ("aws_account", |bytes| carrier(bytes, Format::AwsAccount, "account.json")),
    ("aws_cli", |bytes| carrier(bytes, Format::AwsCli, "policy.json")),
    ("vault_api", |bytes| carrier(bytes, Format::VaultApi, "auth/approle/role/ci.json")),
    ("vault_config", |bytes| carrier(bytes, Format::VaultConfig, "vault.hcl")),
    ("kubernetes", |bytes| carrier(bytes, Format::KubernetesYaml, "vault.yaml")),
];

/// Reads a text in a format and links what it declares.
fn carrier(bytes: &[u8], format: Format, name: &str) {
    let Ok(text) = decode(bytes.to_vec()) else { return };
    let mut sources = SourceMap::new();
    let source = sources.add(name, text.as_str());
    let carried = carrier::read_all(&sources, &[(source, format)], &ReadOptions::default());
    carried.diagnostics.iter().filter_map(|d| d.span).for_each(|span| within(span, &text));
    for record in &carried.records {
        within(record.span, &text);
        within(record.kind_span, &text);
        node_within(&record.body, &text);
        record.notes.iter().for_each(|note| within(note.span, &text));
    }
    for declaration in &carried.declarations {
        within(declaration.span, &text);
        match &declaration.item {
            Item::VaultPolicy(policy) => {
                for stanza in &policy.policy.stanzas {
                    within(stanza.span, &text);
                    assert!(text.is_char_boundary(stanza.span.start as usize));
                }
            }
            Item::VaultObject(object) => node_within(&object.body, &text),
            Item::AwsPolicy(policy) => {
                for statement in &policy.document.statements {
                    within(statement.span, &text);
                    let lists = [&statement.action, &statement.resource].into_iter().flatten();
                    lists.flat_map(|list| &list.items).for_each(|item| within(item.span, &text));
                }
            }
            _ => {}
        }
    }
    let _ = Model::build(carried.declarations, &sources);
}

fn within(span: Span, text: &str) {
    assert!(text.get(span.range()).is_some(), "{span:?} does not fit the text of {} bytes", text.len());
}

fn node_within(root: &Node, text: &str) {
    let mut open = vec![root];
    while let Some(node) = open.pop() {
        within(node.span, text);
        match &node.value {
            Value::List(items) => open.extend(items),
            Value::Map(entries) => {
                for entry in entries {
                    within(entry.key_span, text);
                    open.push(&entry.value);
                }
            }
            _ => {}
        }
    }
}

/// Vault's HCL, and its JSON.
pub(crate) fn hcl1(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    for refuse_duplicates in [false, true] {
        match hcl1::parse(&Fragment::plain(SourceId(0), 0, text), hcl1::Options { refuse_duplicates }) {
            Ok(document) => node_within(&document.root.to_node(), text),
            Err(error) => within(error.span, text),
        }
    }
}

/// Strict JSON.
pub(crate) fn json(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let (node, diagnostics) = json::parse(&Fragment::plain(SourceId(0), 0, text));
    if let Some(node) = &node {
        node_within(node, text);
    }
    diagnostics.iter().filter_map(|d| d.span).for_each(|span| within(span, text));
    // what serde_json takes is JSON, except for its own bound on depth
    if node.is_none() {
        let other = serde_json::from_str::<serde_json::Value>(text);
        assert!(other.is_err() || !diagnostics.is_empty(), "valid JSON is refused without a word");
    }
}

/// Lines of patterns, related to each other and to each other's texts.
pub(crate) fn pattern(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let lines: Vec<&str> = text.lines().take(4).collect();
    let globs: Vec<Glob> = lines.iter().map(|line| Glob::new(line)).collect();
    let langs: Vec<PathLang> = lines.iter().map(|line| PathLang::parse(line)).collect();
    let (Some((glob, others)), Some((lang, around))) = (globs.split_first(), langs.split_first()) else { return };
    if text.len() > 200 {
        return;
    }
    if let Ok(Some(text)) = escape_text(others, glob) {
        assert!(glob.matches(&text) && !others.iter().any(|other| other.matches(&text)), "{text:?}");
    }
    for other in others {
        if let Some(text) = glob.overlaps(other) {
            assert!(glob.matches(&text) && other.matches(&text), "{text:?}");
        }
    }
    if let Some(path) = lang.escape(around) {
        assert!(lang.matches(&path) && !around.iter().any(|other| other.matches(&path)), "{path:?}");
    }
}

/// The names a text is tried under; the first byte chooses.
const NAMES: [&str; 13] = [
    "policy.hcl",
    "policy.json",
    "main.tf",
    "main.tf.json",
    "__main__.py",
    "template.yaml",
    "Pulumi.yaml",
    "terraform.tfstate",
    "terraform.tfvars",
    "plan.json",
    "auth/approle/role/ci.json",
    "policy",
    "index.ts",
];

/// Everything `check` does with one file.
pub(crate) fn check_bytes(bytes: &[u8]) {
    let Some((first, rest)) = bytes.split_first() else { return };
    let Some(name) = NAMES.get(usize::from(*first) % NAMES.len()) else { return };
    let Ok(text) = decode(rest.to_vec()) else { return };
    let Some(format) = recognise(name, &text) else { return };
    let mut sources = SourceMap::new();
    let source = sources.add(*name, text.as_str());
    let carried = carrier::read(&sources, source, format, &ReadOptions::default());
    carried.diagnostics.iter().filter_map(|d| d.span).for_each(|span| within(span, &text));
    let model = Model::build(carried.declarations, &sources);
    let inputs = Inputs { sources: &sources, model: &model, records: &carried.records, dialect: Dialect::default() };
    let report = lint::run(&inputs, lint::builtin(), &Selection::default());
    for finding in &report.findings {
        within(finding.span, &text);
        assert!(sources.positions(finding.span).is_some());
    }
}
