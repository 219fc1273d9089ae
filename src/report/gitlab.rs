//! GitLab code quality.

use std::io::{self, Write};

use serde_json::json;

use super::{Reporter, Run, fingerprints, one_line};
use crate::diagnostic::Level;
use crate::lint::Severity;

/// The report as GitLab code quality JSON.
#[derive(Debug, Clone, Copy, Default)]
pub struct GitLab;

impl Reporter for GitLab {
    fn write(&self, run: &Run<'_>, out: &mut dyn Write) -> io::Result<()> {
        let findings = &run.report.findings;
        let mut issues: Vec<_> = run
            .diagnostics
            .iter()
            .filter(|d| d.level == Level::Error)
            .filter_map(|d| {
                let (name, line) = match (d.span, &d.path) {
                    (Some(span), _) => (run.place(span).name, run.place(span).start.line),
                    (None, Some(path)) => (path.as_str(), 1),
                    (None, None) => return None,
                };
                let path = run.repository_path(name);
                Some(json!({
                    "description": format!("{}: {}", d.code, d.message),
                    "check_name": d.code,
                    "fingerprint": format!("{}:{path}", d.code),
                    "severity": "blocker",
                    "location": { "path": path, "lines": { "begin": line } },
                }))
            })
            .collect();
        issues.extend(findings.iter().zip(fingerprints(run, findings)).map(|(finding, fingerprint)| {
            let place = run.place(finding.span);
            json!({
                // GitLab does not show the check's name.
                "description": format!("{}: {}", finding.rule, one_line(finding)),
                "check_name": finding.rule,
                "fingerprint": fingerprint,
                "severity": match finding.severity {
                    Severity::Critical => "blocker",
                    Severity::High => "critical",
                    Severity::Medium => "major",
                    Severity::Low => "minor",
                    Severity::Info => "info",
                },
                "location": {
                    "path": run.repository_path(place.name),
                    "positions": {
                        "begin": { "line": place.start.line, "column": place.start.column },
                        "end": { "line": place.end.line, "column": place.end.column },
                    },
                },
            })
        }));
        super::escape::write_json(out, &issues)
    }
}
