//! What went wrong with an input: one sentence, its place, what to do next.

use crate::source::{SourceId, Span};

/// A problem with an input that is not a finding of a rule: a file that cannot be read or
/// parsed, a limit that was passed, a configuration that makes no sense. Any diagnostic
/// of severity [`Level::Error`] makes the exit status 2.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Stable identifier, for scripts: `syntax/json`, `input/too-large`, `input/not-utf8`.
    pub code: &'static str,
    /// How bad it is.
    pub level: Level,
    /// One sentence, lower case, no final period, user input in backticks.
    pub message: String,
    /// Where, if it has a place in a text that was read.
    pub span: Option<Span>,
    /// The source or path it is about, where there is no span (an unreadable file).
    pub path: Option<String>,
    /// What to do next.
    pub help: Option<String>,
}

/// How bad a [`Diagnostic`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Worth knowing; the exit status does not change.
    Note,
    /// Something was left out of the analysis, as the text says.
    Warning,
    /// The tool could not do its work on this input.
    Error,
}

impl Diagnostic {
    /// An error at a place.
    #[must_use]
    pub fn error(code: &'static str, message: impl Into<String>, span: Span) -> Self {
        Self { code, level: Level::Error, message: message.into(), span: Some(span), path: None, help: None }
    }

    /// An error about a path that has no text.
    #[must_use]
    pub fn unreadable(code: &'static str, message: impl Into<String>, path: impl Into<String>) -> Self {
        Self { code, level: Level::Error, message: message.into(), span: None, path: Some(path.into()), help: None }
    }

    /// The same with advice.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same as a warning.
    #[must_use]
    pub fn as_warning(mut self) -> Self {
        self.level = Level::Warning;
        self
    }

    /// The source it points into, if any.
    #[must_use]
    pub fn source(&self) -> Option<SourceId> {
        self.span.map(|span| span.source)
    }
}
