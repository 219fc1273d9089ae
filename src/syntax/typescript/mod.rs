//! TypeScript and JavaScript, as far as configuration is written in them: parsed by oxc's
//! parser, literals decoded with the place of each byte.

pub mod literal;

use oxc_allocator::Allocator;
use oxc_ast::ast;
use oxc_parser::{ParseOptions, Parser, ParserReturn};
use oxc_span::SourceType;

use crate::diagnostic::Diagnostic;
use crate::source::{SourceId, Span};

/// The longest text that is parsed, in bytes: its tree takes about thirty times as much.
const LENGTH: usize = 16 << 20;

/// Places where a text may nest that are read at most. The parser calls itself at each;
/// so many calls have room on the stacks of [`with_deep_stack`](super::python::with_deep_stack).
const NESTING: usize = 150_000;

/// Signs that may start type arguments and are not closed on their line that are read at
/// most. The parser tries each as if it did, to the end, so that `a<a<a<…` takes time and
/// memory by its square.
const UNCLOSED: usize = 1000;

/// How many statements with mistakes are taken out for the sake of the others.
const ATTEMPTS: usize = 8;

/// A parsed file, as far as it could be understood.
#[derive(Debug)]
pub struct Parsed<'a> {
    /// The statements, but for some with mistakes that the parser finds no way on from.
    pub statements: &'a [ast::Statement<'a>],
    /// The first syntax error.
    pub error: Option<Diagnostic>,
}

/// Parses a file; its name says which dialect it is in. The tree can be deep: call this
/// inside [`with_deep_stack`](super::python::with_deep_stack).
#[must_use]
pub fn parse<'a>(allocator: &'a Allocator, name: &str, text: &'a str, source: SourceId) -> Parsed<'a> {
    if text.len() > LENGTH || may_nest(text) > NESTING || unclosed(text) > UNCLOSED {
        let message = "the program is too long, or may nest too deep, to be read".to_owned();
        let error = Diagnostic::error("syntax/typescript", message, Span::new(source, 0, 0));
        return Parsed { statements: &[], error: Some(error) };
    }
    let kind = SourceType::from_path(name).unwrap_or_default();
    let options =
        ParseOptions { allow_return_outside_function: true, preserve_parens: false, ..ParseOptions::default() };
    let read = |text: &'a str| Parser::new(allocator, text, kind).with_options(options).parse();
    let mut parsed = read(text);
    let place = |parsed: &ParserReturn<'_>| {
        let label = parsed.diagnostics.first().and_then(|error| error.labels.first()).map(oxc_span::LabeledSpan::span);
        // The parser points behind the text where it ends too early.
        let within = |at: u32| (at as usize).min(text.len());
        label.map_or((0, 0), |label| (within(label.start), within(label.end.max(label.start))))
    };
    let (start, end) = place(&parsed);
    let error = parsed.diagnostics.first().map(|error| {
        let language = if kind.is_typescript() { "TypeScript" } else { "JavaScript" };
        let message = lowered(&error.message);
        let message = format!("invalid {language}: {}", message.trim_end_matches('.'));
        Diagnostic::error("syntax/typescript", message, Span::new(source, start, end))
    });
    // Where the parser finds no way on, what holds the mistake is taken out.
    let mut left = text.to_owned();
    for _ in 0..ATTEMPTS {
        if !parsed.panicked {
            break;
        }
        let (start, end) = statement_around(&left, place(&parsed).0);
        let blank: String = left.get(start..end).unwrap_or("").chars().flat_map(blanks).collect();
        if blank.trim().is_empty() && left.get(start..end).is_none_or(|part| part.trim().is_empty()) {
            break;
        }
        left.replace_range(start..end, &blank);
        parsed = read(allocator.alloc_str(&left));
    }
    let program = allocator.alloc(parsed.program);
    Parsed { statements: program.body.as_slice(), error }
}

/// As many blanks as a character has bytes.
fn blanks(character: char) -> impl Iterator<Item = char> {
    let blank = if character == '\n' { '\n' } else { ' ' };
    std::iter::repeat_n(blank, character.len_utf8())
}

/// The statement of the program's own level that a place is in, as far as lines tell: from
/// a line that starts with a word to the next.
fn statement_around(text: &str, at: usize) -> (usize, usize) {
    let starts = |line: &str| line.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '(' | '@' | '/'));
    let (mut start, mut from) = (0, 0);
    for line in text.split_inclusive('\n') {
        if starts(line) {
            if from > at {
                return (start, from);
            }
            start = from;
        }
        from += line.len();
    }
    (start, text.len())
}

/// A message that starts with a small letter.
fn lowered(message: &str) -> String {
    let mut characters = message.chars();
    let first = characters.next().map(|first| first.to_ascii_lowercase());
    first.into_iter().chain(characters).collect()
}

/// How many places there are at most at which a construct may start inside another:
/// brackets that open, operators, and words side by side; of a short text its length.
fn may_nest(text: &str) -> usize {
    if text.len() <= NESTING {
        return text.len();
    }
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

/// How many `<` are not closed on their line, or are there at all if they are few. Where a line has quotes, or what may end or
/// start a comment or template, no `>` is taken to close anything.
fn unclosed(text: &str) -> usize {
    let all = memchr::memchr_iter(b'<', text.as_bytes()).count();
    if all <= UNCLOSED {
        return all;
    }
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
