//! Python, as far as configuration is written in it: parsed by ruff's parser, string
//! literals decoded with the place of each byte.

mod limits;
pub mod literal;

use std::sync::OnceLock;

use rayon::{ThreadPool, ThreadPoolBuilder};
use ruff_python_ast::ModModule;
use ruff_python_parser::{Mode, ParseOptions, Parsed};
use ruff_text_size::{Ranged, TextRange};

use crate::diagnostic::Diagnostic;
use crate::source::{SourceId, Span};

/// Stack of the thread that parses and evaluates: a tree as deep as its language's limits
/// let it be must be freed without harm. Pages that are not touched cost nothing.
const STACK: usize = 1 << 30;

/// Parses a module. Mistakes do not stop the parser; the tree then lacks the parts that
/// could not be understood. The tree can be deep: call this, and drop the result, inside
/// [`with_deep_stack`].
///
/// # Errors
///
/// If the text is longer, or nests deeper, than is read.
pub fn parse(text: &str, source: SourceId) -> Result<Parsed<ModModule>, Diagnostic> {
    let refused = || {
        let message = "the program is too long, or nests too deep, to be read".to_owned();
        Diagnostic::error("syntax/python", message, Span::new(source, 0, 0))
    };
    if limits::exceeded(text) {
        return Err(refused());
    }
    let parsed = ruff_python_parser::parse_unchecked(text, ParseOptions::from(Mode::Module));
    parsed.try_into_module().ok_or_else(refused)
}

/// Runs `work` on a thread with a stack deep enough for any tree of a text that was read;
/// none if the system gives no such thread. The threads stay: making one, and giving its
/// stack back, costs more than reading a program. Parallel work started inside, and
/// further calls, run on the same threads.
pub fn with_deep_stack<T: Send>(work: impl FnOnce() -> T + Send) -> Option<T> {
    static POOL: OnceLock<Option<ThreadPool>> = OnceLock::new();
    let pool = POOL.get_or_init(|| ThreadPoolBuilder::new().stack_size(STACK).build().ok());
    pool.as_ref().map(|pool| pool.install(work))
}

/// The first syntax error of a parsed module, as a diagnostic.
#[must_use]
pub fn syntax_error(parsed: &Parsed<ModModule>, source: SourceId) -> Option<Diagnostic> {
    let error = parsed.errors().first()?;
    let mut message = error.error.to_string();
    if let Some(first) = message.get(..1) {
        let lower = first.to_ascii_lowercase();
        message.replace_range(..1, &lower);
    }
    let message = format!("invalid Python: {}", message.trim_end_matches('.'));
    Some(Diagnostic::error("syntax/python", message, span(source, error.location)))
}

/// A range of the parser as a span.
#[must_use]
pub fn span(source: SourceId, range: TextRange) -> Span {
    Span { source, start: range.start().to_u32(), end: range.end().to_u32() }
}

/// The span of anything that has a range.
#[must_use]
pub fn span_of(source: SourceId, ranged: &impl Ranged) -> Span {
    span(source, ranged.range())
}
