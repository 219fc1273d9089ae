//! TypeScript and JavaScript, as far as configuration is written in them: parsed by oxc's
//! parser, literals decoded with the place of each byte.

pub mod literal;

use oxc_allocator::Allocator;
use oxc_ast::ast;
use oxc_parser::{ParseOptions, Parser};
use oxc_span::SourceType;

use crate::diagnostic::Diagnostic;
use crate::source::{SourceId, Span};

/// Places where a text may nest that are read at most. The parser calls itself at each;
/// so many calls have room on the stacks of [`with_deep_stack`](super::python::with_deep_stack).
const NESTING: usize = 150_000;

/// Signs that may start type arguments and are not closed on their line that are read at
/// most. The parser tries each as if it did, to the end, so that `a<a<a<…` takes time and
/// memory by its square.
const UNCLOSED: usize = 1000;

/// A parsed file, as far as it could be understood.
#[derive(Debug)]
pub struct Parsed<'a> {
    /// The statements; none where the parser found no way on.
    pub statements: &'a [ast::Statement<'a>],
    /// The first syntax error.
    pub error: Option<Diagnostic>,
}

/// Parses a file; its name says which dialect it is in. The tree can be deep: call this
/// inside [`with_deep_stack`](super::python::with_deep_stack).
#[must_use]
pub fn parse<'a>(allocator: &'a Allocator, name: &str, text: &'a str, source: SourceId) -> Parsed<'a> {
    if may_nest(text) > NESTING || unclosed(text) > UNCLOSED {
        let message = "the program has more brackets and operators than can be read".to_owned();
        let error = Diagnostic::error("syntax/typescript", message, Span::new(source, 0, 0));
        return Parsed { statements: &[], error: Some(error) };
    }
    let kind = SourceType::from_path(name).unwrap_or_default();
    let options =
        ParseOptions { allow_return_outside_function: true, preserve_parens: false, ..ParseOptions::default() };
    let parsed = Parser::new(allocator, text, kind).with_options(options).parse();
    let error = parsed.diagnostics.first().map(|error| {
        let place = error.labels.first().map(|label| span(source, label.span()));
        // The parser points behind the text where it ends too early.
        let end = |at: u32| (at as usize).min(text.len());
        let place = place.map_or(Span::new(source, 0, 0), |at| Span::new(source, end(at.start), end(at.end)));
        let mut message = error.message.to_string();
        if let Some(first) = message.get(..1) {
            let lower = first.to_ascii_lowercase();
            message.replace_range(..1, &lower);
        }
        let language = if kind.is_typescript() { "TypeScript" } else { "JavaScript" };
        let message = format!("invalid {language}: {}", message.trim_end_matches('.'));
        Diagnostic::error("syntax/typescript", message, place)
    });
    let program = allocator.alloc(parsed.program);
    Parsed { statements: program.body.as_slice(), error }
}

/// How many places there are at most at which a construct may start inside another:
/// brackets that open, operators, and words side by side.
fn may_nest(text: &str) -> usize {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || !byte.is_ascii() || matches!(byte, b'_' | b'$');
    let mut count = 0;
    let (mut word, mut blank) = (false, false);
    for byte in text.bytes() {
        if byte.is_ascii_whitespace() {
            blank = true;
            continue;
        }
        let here = is_word(byte);
        let opens = !here && !matches!(byte, b')' | b']' | b'}' | b'.' | b',' | b';' | b'"' | b'\'' | b'\\');
        count += usize::from(opens || (here && word && blank));
        (word, blank) = (here, false);
    }
    count
}

/// How many `<` are not closed on their line. Where a line has quotes, or what may end or
/// start a comment or template, no `>` is taken to close anything.
fn unclosed(text: &str) -> usize {
    let mut count = 0;
    for line in text.lines() {
        let plain = !line.contains(['"', '\'', '`', '/', '\\']);
        let mut open = 0usize;
        let mut before = 0;
        for byte in line.bytes() {
            match byte {
                b'<' => open += 1,
                b'>' if plain && before != b'=' => open = open.saturating_sub(1),
                _ => {}
            }
            before = byte;
        }
        count += open;
    }
    count
}

/// A range of the parser as a span.
#[must_use]
pub fn span(source: SourceId, range: oxc_span::Span) -> Span {
    Span { source, start: range.start, end: range.end.max(range.start) }
}
