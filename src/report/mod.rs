//! Findings as people and programs read them: one trait, one file per format.

use std::io::{self, Write};

use crate::diagnostic::{Diagnostic, Level};
use crate::lint::{Report, Rule, Rules, Severity};
use crate::source::{Position, SourceMap, Span};

pub mod answer;
mod drawing;
pub mod escape;
mod excerpt;
mod fingerprint;
pub mod github;
pub mod gitlab;
pub mod human;
pub mod json;
pub mod junit;
mod line_hash;
pub mod model;
pub mod sarif;
pub mod table;

pub use fingerprint::fingerprints;

/// One run of the rules, as reports see it.
#[derive(Debug, Clone, Copy)]
pub struct Run<'a> {
    /// The texts that spans point into.
    pub sources: &'a SourceMap,
    /// What the rules found, in the order of place.
    pub report: &'a Report,
    /// What could not be read, in the order of place.
    pub diagnostics: &'a [Diagnostic],
    /// The rules that could have fired.
    pub rules: &'a Rules,
    /// How many texts were checked.
    pub files: usize,
    /// The working directory's path in its repository, with a slash at its end; empty at
    /// the root. Services that show findings beside code want paths from the root.
    pub prefix: &'a str,
}

impl Run<'_> {
    /// The rule of that id.
    #[must_use]
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        self.rules.get(id)
    }

    /// Name, start and end of a span.
    #[must_use]
    pub fn place(&self, span: Span) -> Place<'_> {
        let (start, end) = self.sources.positions(span).unwrap_or((Position::FIRST, Position::FIRST));
        Place { name: self.sources.name(span.source), start, end }
    }

    /// How many findings have each severity, worst first, without those of none.
    #[must_use]
    pub fn counts(&self) -> Vec<(Severity, usize)> {
        Severity::ALL
            .into_iter()
            .rev()
            .map(|severity| (severity, self.report.findings.iter().filter(|f| f.severity == severity).count()))
            .filter(|(_, count)| *count > 0)
            .collect()
    }

    /// A source's name as a path from the root of the repository.
    #[must_use]
    pub fn repository_path(&self, name: &str) -> String {
        if name.starts_with('/') || name.starts_with('<') {
            return name.to_owned();
        }
        let mut parts: Vec<&str> = Vec::new();
        for part in self.prefix.split('/').chain(name.split('/')).filter(|p| !p.is_empty() && *p != ".") {
            if part == ".." && parts.last().is_some_and(|last| *last != "..") {
                parts.pop();
            } else {
                parts.push(part);
            }
        }
        parts.join("/")
    }

    /// How many diagnostics are errors.
    #[must_use]
    pub fn errors(&self) -> usize {
        self.diagnostics.iter().filter(|d| d.level == Level::Error).count()
    }
}

/// A span as reports name it.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The source's name.
    pub name: &'a str,
    /// Its first character.
    pub start: Position,
    /// The position after its last character.
    pub end: Position,
}

/// A report format.
pub trait Reporter {
    /// Writes the whole report.
    ///
    /// # Errors
    ///
    /// If writing fails.
    fn write(&self, run: &Run<'_>, out: &mut dyn Write) -> io::Result<()>;
}

/// One line for formats that have no more room: the message and what to do.
fn one_line(finding: &crate::lint::Finding) -> String {
    match finding.help.as_ref().or(finding.fix.as_ref().map(|fix| &fix.title)) {
        Some(help) => format!("{}; {help}", finding.message),
        None => finding.message.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_start_at_the_root_of_the_repository() {
        let (sources, report) = (SourceMap::new(), Report::default());
        let table = [
            ("", "a/b.hcl", "a/b.hcl"),
            ("infra/", "b.hcl", "infra/b.hcl"),
            ("infra/x/", "../../c.tf", "c.tf"),
            ("", "../c.tf", "../c.tf"),
            ("infra/", "/tmp/c.tf", "/tmp/c.tf"),
            ("infra/", "<stdin>", "<stdin>"),
        ];
        for (prefix, name, expected) in table {
            let run = Run {
                sources: &sources,
                report: &report,
                diagnostics: &[],
                rules: crate::lint::builtin(),
                files: 0,
                prefix,
            };
            assert_eq!(run.repository_path(name), expected);
        }
    }
}
