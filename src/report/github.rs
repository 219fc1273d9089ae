//! GitHub workflow commands: annotations without an upload.

use std::io::{self, Write};

use super::escape::{github_message, github_property, line};
use super::{Reporter, Run, one_line};
use crate::diagnostic::Level;
use crate::lint::Severity;
use crate::source::Span;

/// The report as GitHub workflow commands. GitHub shows ten of each level for a step.
#[derive(Debug, Clone, Copy, Default)]
pub struct GitHub;

impl Reporter for GitHub {
    fn write(&self, run: &Run<'_>, out: &mut dyn Write) -> io::Result<()> {
        for diagnostic in run.diagnostics {
            let command = match diagnostic.level {
                Level::Error => "error",
                Level::Warning => "warning",
                Level::Note => "notice",
            };
            let place = match (diagnostic.span, &diagnostic.path) {
                (Some(span), _) => place(run, span),
                (None, Some(path)) => format!("file={}", github_property(&line(&run.repository_path(path)))),
                (None, None) => String::new(),
            };
            let message = match &diagnostic.help {
                Some(help) => format!("{}; {help}", diagnostic.message),
                None => diagnostic.message.clone(),
            };
            write(out, command, &place, diagnostic.code, &message)?;
        }
        // Worst first: GitHub drops what comes after the tenth.
        let mut findings: Vec<_> = run.report.findings.iter().collect();
        findings.sort_by(|a, b| b.severity.cmp(&a.severity).then_with(|| a.order(b)));
        for finding in findings {
            let command = match finding.severity {
                Severity::Critical | Severity::High => "error",
                Severity::Medium => "warning",
                Severity::Low | Severity::Info => "notice",
            };
            let title = format!("{} {}", finding.severity, finding.rule);
            write(out, command, &place(run, finding.span), &title, &one_line(finding))?;
        }
        Ok(())
    }
}

fn place(run: &Run<'_>, span: Span) -> String {
    let place = run.place(span);
    let file = github_property(&line(&run.repository_path(place.name)));
    let (start, end) = (place.start, place.end);
    if start.line == end.line {
        // GitHub counts the last column in.
        let last = end.column.saturating_sub(1).max(start.column);
        format!("file={file},line={},endLine={},col={},endColumn={last}", start.line, end.line, start.column)
    } else {
        // Columns are for one line only.
        format!("file={file},line={},endLine={}", start.line, end.line)
    }
}

fn write(out: &mut dyn Write, command: &str, place: &str, title: &str, message: &str) -> io::Result<()> {
    let comma = if place.is_empty() { "" } else { "," };
    let title = github_property(&line(title));
    writeln!(out, "::{command} {place}{comma}title={title}::{}", github_message(&line(message)))
}
