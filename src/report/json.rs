//! JSON, version 1. Its schema is `schemas/check-v1.json`; fields are only ever added.

use std::io::{self, Write};

use serde::Serialize;
use smol_str::SmolStr;

use super::{Place, Reporter, Run, fingerprints};
use crate::diagnostic::{Diagnostic, Level};
use crate::lint::{Edit, Finding, Safety};
use crate::source::Span;

/// The JSON report.
#[derive(Debug, Clone, Copy, Default)]
pub struct Json;

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    tool: Tool,
    #[serde(serialize_with = "each")]
    findings: Findings<'a>,
    suppressed: Vec<SuppressedJson<'a>>,
    diagnostics: Vec<DiagnosticJson<'a>>,
    summary: Summary,
}

/// Findings with their fingerprints, made ready one after the other.
struct Findings<'a> {
    run: &'a Run<'a>,
    fingerprints: Vec<String>,
}

fn each<S: serde::Serializer>(findings: &Findings<'_>, serializer: S) -> Result<S::Ok, S::Error> {
    let Findings { run, fingerprints } = findings;
    serializer.collect_seq(run.report.findings.iter().zip(fingerprints).map(|(f, print)| finding(run, f, print)))
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct FindingJson<'a> {
    rule: &'a str,
    severity: &'static str,
    confidence: &'static str,
    message: &'a str,
    location: Location<'a>,
    #[serde(skip_serializing_if = "str::is_empty")]
    label: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related: Vec<Related<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    witness: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<FixJson<'a>>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    chain: &'a [String],
    #[serde(skip_serializing_if = "<[SmolStr]>::is_empty")]
    also: &'a [SmolStr],
    unit: Unit<'a>,
    fingerprint: &'a str,
}

#[derive(Serialize)]
struct Unit<'a> {
    name: &'a str,
    address: &'a str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct SuppressedJson<'a> {
    reason: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    ignored_at: Option<Location<'a>>,
    finding: FindingJson<'a>,
}

#[derive(Serialize)]
struct Related<'a> {
    message: &'a str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct FixJson<'a> {
    title: &'a str,
    safety: &'static str,
    edits: Vec<EditJson<'a>>,
}

#[derive(Serialize)]
struct EditJson<'a> {
    location: Location<'a>,
    text: &'a str,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    start: Point,
    end: Point,
}

#[derive(Serialize)]
struct Point {
    line: u32,
    column: u32,
    offset: u32,
}

#[derive(Serialize)]
struct DiagnosticJson<'a> {
    code: &'static str,
    level: &'static str,
    message: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    location: Option<Location<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<&'a str>,
}

#[derive(Serialize)]
struct Summary {
    files: usize,
    findings: usize,
    suppressed: usize,
    errors: usize,
    by_severity: BySeverity,
}

#[derive(Serialize)]
struct BySeverity {
    critical: usize,
    high: usize,
    medium: usize,
    low: usize,
    info: usize,
}

impl Reporter for Json {
    fn write(&self, run: &Run<'_>, out: &mut dyn Write) -> io::Result<()> {
        let count = |wanted: crate::lint::Severity| run.report.findings.iter().filter(|f| f.severity == wanted).count();
        let suppressed: Vec<Finding> = run.report.suppressed.iter().map(|s| s.finding.clone()).collect();
        let suppressed_prints = fingerprints(run, &suppressed);
        let findings = &run.report.findings;
        let [info, low, medium, high, critical] = crate::lint::Severity::ALL.map(count);
        let document = Document {
            version: 1,
            tool: Tool { name: "overgrant", version: env!("CARGO_PKG_VERSION") },
            findings: Findings { run, fingerprints: fingerprints(run, findings) },
            suppressed: run
                .report
                .suppressed
                .iter()
                .zip(&suppressed_prints)
                .map(|(s, print)| SuppressedJson {
                    reason: &s.reason,
                    ignored_at: s.by.map(|span| location(run, span)),
                    finding: finding(run, &s.finding, print),
                })
                .collect(),
            diagnostics: run.diagnostics.iter().map(|d| diagnostic(run, d)).collect(),
            summary: Summary {
                files: run.files,
                findings: findings.len(),
                suppressed: suppressed.len(),
                errors: run.errors(),
                by_severity: BySeverity { critical, high, medium, low, info },
            },
        };
        super::escape::write_json(out, &document)
    }
}

fn finding<'a>(run: &Run<'a>, finding: &'a Finding, fingerprint: &'a str) -> FindingJson<'a> {
    FindingJson {
        rule: &finding.rule,
        severity: finding.severity.name(),
        confidence: finding.confidence.name(),
        message: &finding.message,
        location: location(run, finding.span),
        label: &finding.label,
        related: finding
            .related
            .iter()
            .map(|(span, message)| Related { message, location: location(run, *span) })
            .collect(),
        witness: finding.witness.as_deref(),
        help: finding.help.as_deref(),
        fix: finding.fix.as_ref().map(|fix| FixJson {
            title: &fix.title,
            safety: match fix.safety {
                Safety::Safe => "safe",
                Safety::Unsafe => "unsafe",
            },
            edits: fix
                .edits
                .iter()
                .map(|Edit { span, text }| EditJson { location: location(run, *span), text })
                .collect(),
        }),
        chain: &finding.chain,
        also: &finding.also,
        unit: Unit { name: &finding.unit_name, address: &finding.address, location: location(run, finding.unit) },
        fingerprint,
    }
}

fn location<'a>(run: &Run<'a>, span: Span) -> Location<'a> {
    let Place { start, end, .. } = run.place(span);
    Location {
        path: run.sources.name(span.source),
        start: Point { line: start.line, column: start.column, offset: span.start },
        end: Point { line: end.line, column: end.column, offset: span.end },
    }
}

fn diagnostic<'a>(run: &Run<'a>, diagnostic: &'a Diagnostic) -> DiagnosticJson<'a> {
    DiagnosticJson {
        code: diagnostic.code,
        level: level_name(diagnostic.level),
        message: &diagnostic.message,
        path: diagnostic.path.as_deref().or_else(|| diagnostic.source().map(|source| run.sources.name(source))),
        location: diagnostic.span.map(|span| location(run, span)),
        help: diagnostic.help.as_deref(),
    }
}

/// A diagnostic's level as reports spell it.
pub(super) fn level_name(level: Level) -> &'static str {
    match level {
        Level::Note => "note",
        Level::Warning => "warning",
        Level::Error => "error",
    }
}
