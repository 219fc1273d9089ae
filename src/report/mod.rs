//! Findings as people and programs read them: one trait, one file per format.

use std::io::{self, Write};

use crate::diagnostic::{Diagnostic, Level};
use crate::lint::{Report, Rule, Severity};
use crate::source::{Position, SourceMap, Span};

pub mod escape;
mod excerpt;
mod fingerprint;
pub mod human;
pub mod json;

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
    pub rules: &'a [Rule],
    /// How many texts were checked.
    pub files: usize,
}

impl Run<'_> {
    /// The rule of that id.
    #[must_use]
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.id == id)
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
