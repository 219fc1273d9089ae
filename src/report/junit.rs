//! JUnit XML: one suite per file, one failed case per finding.

use std::io::{self, Write};

use super::escape::xml;
use super::{Reporter, Run, one_line};
use crate::diagnostic::Level;

/// The report as JUnit XML.
#[derive(Debug, Clone, Copy, Default)]
pub struct JUnit;

impl Reporter for JUnit {
    fn write(&self, run: &Run<'_>, out: &mut dyn Write) -> io::Result<()> {
        let findings = &run.report.findings;
        let errors: Vec<_> = run.diagnostics.iter().filter(|d| d.level == Level::Error).collect();
        let total = findings.len() + errors.len();
        writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
        writeln!(
            out,
            "<testsuites name=\"overgrant\" tests=\"{total}\" failures=\"{}\" errors=\"{}\">",
            findings.len(),
            errors.len()
        )?;
        if !errors.is_empty() {
            writeln!(out, "  <testsuite name=\"input\" tests=\"{0}\" errors=\"{0}\" failures=\"0\">", errors.len())?;
            for error in errors {
                let name = match (error.span, &error.path) {
                    (Some(span), _) => run.place(span).name,
                    (None, Some(path)) => path,
                    (None, None) => "",
                };
                writeln!(out, "    <testcase name=\"{}\" classname=\"{}\">", xml(error.code), xml(name))?;
                writeln!(out, "      <error message=\"{}\"/>", xml(&error.message))?;
                writeln!(out, "    </testcase>")?;
            }
            writeln!(out, "  </testsuite>")?;
        }
        for group in findings.chunk_by(|a, b| a.span.source == b.span.source) {
            let Some(first) = group.first() else { continue };
            let file = xml(run.sources.name(first.span.source));
            writeln!(out, "  <testsuite name=\"{file}\" tests=\"{0}\" failures=\"{0}\" errors=\"0\">", group.len())?;
            for finding in group {
                let start = run.place(finding.span).start;
                writeln!(
                    out,
                    "    <testcase name=\"{}\" classname=\"{file}\" file=\"{file}\" line=\"{}\">",
                    xml(&finding.rule),
                    start.line
                )?;
                writeln!(
                    out,
                    "      <failure type=\"{}\" message=\"{}\">{file}:{}:{}</failure>",
                    finding.severity,
                    xml(&one_line(finding)),
                    start.line,
                    start.column
                )?;
                writeln!(out, "    </testcase>")?;
            }
            writeln!(out, "  </testsuite>")?;
        }
        writeln!(out, "</testsuites>")
    }
}
