//! SARIF 2.1.0, with everything that GitHub code scanning asks for
//! (spec: linter-conventions 3).

use std::io::{self, Write};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use rustc_hash::{FxHashMap, FxHashSet};
use serde_json::{Value, json};

use super::line_hash::line_hashes;
use super::{Reporter, Run, fingerprints};
use crate::diagnostic::{Diagnostic, Level};
use crate::lint::{Confidence, Finding, Rule, Severity};
use crate::source::{SourceId, Span};

/// GitHub refuses a run with more results.
const MAX_RESULTS: usize = 25_000;
/// GitHub refuses longer descriptions.
const MAX_DESCRIPTION: usize = 1024;
/// GitHub reads this many tags of a rule.
const MAX_TAGS: usize = 10;

/// What may stand in a URI path as it is; the slash separates segments.
const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// The SARIF report.
#[derive(Debug, Clone, Copy, Default)]
pub struct Sarif;

impl Reporter for Sarif {
    fn write(&self, run: &Run<'_>, out: &mut dyn Write) -> io::Result<()> {
        super::escape::write_json(out, &document(run))
    }
}

fn document(run: &Run<'_>) -> Value {
    let findings = worst(&run.report.findings);
    let broken: Vec<&Diagnostic> = run
        .diagnostics
        .iter()
        .filter(|d| d.level == Level::Error && (d.span.is_some() || d.path.is_some()))
        .take(MAX_RESULTS.saturating_sub(findings.len()))
        .collect();
    let rules = used_rules(run, &findings, &broken);
    let index: FxHashMap<&str, usize> = rules.iter().enumerate().map(|(at, (id, _))| (id.as_str(), at)).collect();
    let hashes = hashes(run, &findings, &broken);
    let owned: Vec<Finding> = findings.iter().map(|f| (*f).clone()).collect();
    let mut results: Vec<Value> = findings
        .iter()
        .zip(fingerprints(run, &owned))
        .map(|(finding, print)| result(run, finding, &print, &index, &hashes))
        .collect();
    results.extend(broken.iter().map(|d| broken_result(run, d, &index, &hashes)));
    let notifications: Vec<Value> = run.diagnostics.iter().map(|d| notification(run, d)).collect();
    let mut invocation = json!({ "executionSuccessful": run.errors() == 0 });
    if !notifications.is_empty() {
        insert(&mut invocation, "toolExecutionNotifications", Value::Array(notifications));
    }
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "overgrant",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules.into_iter().map(|(_, rule)| rule).collect::<Vec<_>>(),
            }},
            "columnKind": "utf16CodeUnits",
            "originalUriBaseIds": {
                "%SRCROOT%": { "description": { "text": "The root of the repository that was checked." } },
            },
            "invocations": [invocation],
            "results": results,
        }],
    })
}

/// The findings that fit: all, or else the worst.
fn worst(findings: &[Finding]) -> Vec<&Finding> {
    let mut kept: Vec<&Finding> = findings.iter().collect();
    if kept.len() > MAX_RESULTS {
        kept.sort_by(|a, b| b.severity.cmp(&a.severity).then_with(|| a.order(b)));
        kept.truncate(MAX_RESULTS);
        kept.sort_by(|a, b| a.order(b));
    }
    kept
}

/// The rules that fired, sorted by id, then one for each kind of input error.
fn used_rules(run: &Run<'_>, findings: &[&Finding], broken: &[&Diagnostic]) -> Vec<(String, Value)> {
    let mut worst: Vec<(&str, Severity)> = findings.iter().map(|f| (f.rule.as_str(), f.severity)).collect();
    worst.sort_by(|a, b| a.0.cmp(b.0).then(b.1.cmp(&a.1)));
    worst.dedup_by(|a, b| a.0 == b.0);
    let mut rules: Vec<(String, Value)> = worst
        .into_iter()
        .map(|(id, severity)| {
            let value = run.rule(id).map_or_else(|| bare_rule(id, severity), |rule| rule_value(rule, severity));
            (id.to_owned(), value)
        })
        .collect();
    let mut codes: Vec<&str> = broken.iter().map(|d| d.code).collect();
    codes.sort_unstable();
    codes.dedup();
    rules.extend(codes.into_iter().map(|code| (code.to_owned(), input_rule(code))));
    rules
}

fn rule_value(rule: &Rule, severity: Severity) -> Value {
    let paragraph = first_paragraph(&rule.body);
    let full = if paragraph.is_empty() { rule.title.as_ref() } else { &paragraph };
    let mut markdown = format!("# {}\n\n{}", rule.title, rule.body.trim());
    if !rule.references.is_empty() {
        markdown.push_str("\n\n## References\n\n");
        for reference in &rule.references {
            markdown.push_str("- <");
            markdown.push_str(reference);
            markdown.push_str(">\n");
        }
    }
    let mut tags = vec!["security".to_owned(), rule.system().to_owned(), rule.category.name().to_owned()];
    tags.extend(rule.tags.iter().map(ToString::to_string));
    tags.dedup();
    let mut seen = FxHashSet::default();
    tags.retain(|tag| !tag.is_empty() && seen.insert(tag.clone()));
    tags.truncate(MAX_TAGS);
    let mut value = json!({
        "id": rule.id,
        "name": pascal_case(&rule.id),
        "shortDescription": { "text": cut(&rule.title, MAX_DESCRIPTION) },
        "fullDescription": { "text": cut(full, MAX_DESCRIPTION) },
        "help": { "text": rule.body.trim(), "markdown": markdown },
        "defaultConfiguration": { "level": level(severity) },
        "properties": {
            "tags": tags,
            "precision": match rule.confidence {
                Confidence::High => "very-high",
                Confidence::Medium => "high",
                Confidence::Low => "medium",
            },
            "problem.severity": problem_severity(severity),
            "security-severity": security_severity(severity),
            "category": rule.category.name(),
        },
    });
    if rule.body.trim().is_empty() {
        insert(&mut value, "help", json!({ "text": rule.title, "markdown": markdown }));
    }
    if let Some(url) = rule.references.iter().find(|url| url.starts_with("https://")) {
        insert(&mut value, "helpUri", json!(url));
    }
    value
}

/// For a finding whose rule the run does not list.
fn bare_rule(id: &str, severity: Severity) -> Value {
    json!({
        "id": id,
        "name": pascal_case(id),
        "shortDescription": { "text": id },
        "fullDescription": { "text": id },
        "help": { "text": id, "markdown": id },
        "defaultConfiguration": { "level": level(severity) },
        "properties": {
            "tags": ["security"],
            "precision": "high",
            "problem.severity": problem_severity(severity),
            "security-severity": security_severity(severity),
        },
    })
}

/// A file that could not be checked, as a rule of its own: code scanning shows nothing else.
fn input_rule(code: &str) -> Value {
    let text = "A file could not be read or parsed, so nothing in it was checked. \
                A policy that a linter skips is a policy that nobody looked at.";
    json!({
        "id": code,
        "name": pascal_case(code),
        "shortDescription": { "text": "A file could not be checked" },
        "fullDescription": { "text": text },
        "help": { "text": text, "markdown": text },
        "defaultConfiguration": { "level": "error" },
        "properties": { "tags": ["input"], "precision": "very-high", "problem.severity": "error" },
    })
}

fn result(
    run: &Run<'_>,
    finding: &Finding,
    fingerprint: &str,
    index: &FxHashMap<&str, usize>,
    hashes: &Hashes,
) -> Value {
    let mut text = plain(&finding.message);
    if let Some(witness) = &finding.witness {
        text.push_str("\nAllows, for example: ");
        text.push_str(&plain(witness));
    }
    if !finding.chain.is_empty() {
        text.push_str("\nHeld by: ");
        text.push_str(&plain(&finding.chain.join(" → ")));
    }
    if let Some(help) = finding.help.as_ref().or(finding.fix.as_ref().map(|fix| &fix.title)) {
        text.push_str("\nTo fix: ");
        text.push_str(&plain(help));
    }
    let related: Vec<Value> = finding
        .related
        .iter()
        .zip(1..)
        .map(|((span, label), id): (_, u32)| {
            text.push_str("\nSee [");
            text.push_str(&link_text(label));
            text.push_str("](");
            text.push_str(&id.to_string());
            text.push_str(").");
            let mut location = location(run, *span);
            insert(&mut location, "id", json!(id));
            insert(&mut location, "message", json!({ "text": plain(label) }));
            location
        })
        .collect();
    let mut value = json!({
        "ruleId": finding.rule,
        "ruleIndex": index.get(finding.rule.as_str()),
        "level": level(finding.severity),
        "message": { "text": text },
        "locations": [location(run, finding.span)],
        "partialFingerprints": {
            "primaryLocationLineHash": hash_of(run, hashes, finding.span),
            "overgrant/v1": fingerprint,
        },
        "properties": {
            "severity": finding.severity.name(),
            "confidence": finding.confidence.name(),
        },
    });
    if !related.is_empty() {
        insert(&mut value, "relatedLocations", Value::Array(related));
    }
    if let Some(fix) = &finding.fix
        && let Some(first) = fix.edits.first()
    {
        let replacements: Vec<Value> = fix
            .edits
            .iter()
            .filter(|edit| edit.span.source == first.span.source)
            .map(|edit| json!({ "deletedRegion": region(run, edit.span), "insertedContent": { "text": edit.text } }))
            .collect();
        let change = json!([{
            "description": { "text": plain(&fix.title) },
            "artifactChanges": [{ "artifactLocation": artifact(run, first.span.source), "replacements": replacements }],
        }]);
        insert(&mut value, "fixes", change);
    }
    value
}

fn broken_result(run: &Run<'_>, diagnostic: &Diagnostic, index: &FxHashMap<&str, usize>, hashes: &Hashes) -> Value {
    let name = diagnostic_name(run, diagnostic);
    let (location, line_hash) = match diagnostic.span {
        Some(span) => (location(run, span), hash_of(run, hashes, span)),
        None => (whole_file(run, &name), "0:1".to_owned()),
    };
    let mut text = plain(&diagnostic.message);
    if let Some(help) = &diagnostic.help {
        text.push_str("\nTo fix: ");
        text.push_str(&plain(help));
    }
    json!({
        "ruleId": diagnostic.code,
        "ruleIndex": index.get(diagnostic.code),
        "level": "error",
        "message": { "text": text },
        "locations": [location],
        "partialFingerprints": { "primaryLocationLineHash": line_hash },
    })
}

fn notification(run: &Run<'_>, diagnostic: &Diagnostic) -> Value {
    let mut value = json!({
        "descriptor": { "id": diagnostic.code },
        "level": super::json::level_name(diagnostic.level),
        "message": { "text": plain(&diagnostic.message) },
    });
    let name = diagnostic_name(run, diagnostic);
    if let Some(span) = diagnostic.span {
        insert(&mut value, "locations", json!([location(run, span)]));
    } else if !name.is_empty() {
        insert(&mut value, "locations", json!([whole_file(run, &name)]));
    }
    value
}

fn diagnostic_name(run: &Run<'_>, diagnostic: &Diagnostic) -> String {
    match (&diagnostic.path, diagnostic.source()) {
        (Some(path), _) => path.clone(),
        (None, Some(source)) => run.sources.name(source).to_owned(),
        (None, None) => String::new(),
    }
}

fn location(run: &Run<'_>, span: Span) -> Value {
    json!({ "physicalLocation": { "artifactLocation": artifact(run, span.source), "region": region(run, span) } })
}

/// For a file that has no text to point into.
fn whole_file(run: &Run<'_>, name: &str) -> Value {
    json!({ "physicalLocation": {
        "artifactLocation": artifact_named(run, name),
        "region": { "startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 1 },
    }})
}

/// 1-based, columns in UTF-16 units, the end column after the last character.
fn region(run: &Run<'_>, span: Span) -> Value {
    let place = run.place(span);
    json!({
        "startLine": place.start.line,
        "startColumn": place.start.utf16_column,
        "endLine": place.end.line,
        "endColumn": place.end.utf16_column,
    })
}

fn artifact(run: &Run<'_>, source: SourceId) -> Value {
    artifact_named(run, run.sources.name(source))
}

fn artifact_named(run: &Run<'_>, name: &str) -> Value {
    let path = run.repository_path(name);
    let uri = utf8_percent_encode(&path, KEPT).to_string();
    if path.starts_with('/') {
        return json!({ "uri": format!("file://{uri}") });
    }
    if path.starts_with("../") {
        return json!({ "uri": uri });
    }
    json!({ "uri": uri, "uriBaseId": "%SRCROOT%" })
}

/// Line hashes by source and line.
type Hashes = FxHashMap<SourceId, FxHashMap<u32, String>>;

fn hashes(run: &Run<'_>, findings: &[&Finding], broken: &[&Diagnostic]) -> Hashes {
    let mut wanted: FxHashMap<SourceId, Vec<u32>> = FxHashMap::default();
    for span in findings.iter().map(|f| f.span).chain(broken.iter().filter_map(|d| d.span)) {
        wanted.entry(span.source).or_default().push(run.place(span).start.line);
    }
    let mut sources: Vec<_> = wanted.into_iter().collect();
    sources.sort_unstable_by_key(|(source, _)| *source);
    sources.into_iter().map(|(source, lines)| (source, line_hashes(run.sources.text(source), &lines))).collect()
}

fn hash_of(run: &Run<'_>, hashes: &Hashes, span: Span) -> String {
    let line = run.place(span).start.line;
    hashes.get(&span.source).and_then(|lines| lines.get(&line)).cloned().unwrap_or_else(|| "0:1".to_owned())
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "note",
    }
}

fn problem_severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low | Severity::Info => "recommendation",
    }
}

/// A number as a string: GitHub refuses a whole upload over anything else.
fn security_severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "2.5",
        Severity::Info => "0.5",
    }
}

/// Text in which nothing is taken for a link to a location.
fn plain(text: &str) -> String {
    text.replace("](", "] (")
}

fn link_text(text: &str) -> String {
    text.replace(['[', ']'], "'")
}

fn cut(text: &str, limit: usize) -> String {
    if text.chars().count() <= limit {
        return text.to_owned();
    }
    text.chars().take(limit - 1).chain(std::iter::once('…')).collect()
}

/// The first paragraph of a page, on one line.
fn first_paragraph(body: &str) -> String {
    body.split("\n\n")
        .map(str::trim)
        .find(|p| !p.is_empty() && !p.starts_with(['#', '`', '|', '-']))
        .map(|p| p.split_whitespace().collect::<Vec<_>>().join(" "))
        .unwrap_or_default()
}

/// `vault/sudo-on-wildcard` → `VaultSudoOnWildcard`, as SARIF viewers want names.
fn pascal_case(id: &str) -> String {
    id.split(|c: char| !c.is_alphanumeric())
        .flat_map(|word| {
            let mut chars = word.chars();
            chars.next().map(char::to_uppercase).into_iter().flatten().chain(chars)
        })
        .collect()
}

fn insert(value: &mut Value, key: &str, item: Value) {
    if let Some(object) = value.as_object_mut() {
        object.insert(key.to_owned(), item);
    }
}
