//! What only Python does to strings.

use crate::carrier::pulumi_program::text::push_slice;
use crate::source::{SourceId, Span};
use crate::syntax::{Text, TextBuilder};

/// `textwrap.dedent`: the white space that all lines with other text start with goes.
pub(super) fn dedent(text: &Text, home: Span) -> Text {
    let raw = text.raw();
    let blank = |line: &str| line.chars().all(|c| c == ' ' || c == '\t');
    let mut margin: Option<&str> = None;
    for line in raw.split('\n').filter(|line| !blank(line)) {
        let indent = line.get(..line.len() - line.trim_start_matches([' ', '\t']).len()).unwrap_or("");
        margin = Some(match margin {
            None => indent,
            Some(margin) => {
                let common = margin.bytes().zip(indent.bytes()).take_while(|(a, b)| a == b).count();
                margin.get(..common).unwrap_or("")
            }
        });
    }
    let margin = margin.unwrap_or("").len();
    let mut builder = TextBuilder::new(text.fragment(home).source());
    let mut at = 0;
    for line in raw.split_inclusive('\n') {
        let end = at + line.len();
        let body = line.strip_suffix('\n').unwrap_or(line);
        let from = if blank(body) { at + body.len() } else { at + margin };
        push_slice(&mut builder, text, home, from, end);
        at = end;
    }
    builder.finish(home)
}

/// What stands for a field of a format string.
pub(super) enum Field<'t> {
    /// The n-th argument, counted by the caller for an empty field.
    Index(usize),
    Name(&'t str),
    /// An expression on an argument, or one with a format specification.
    Other(&'t str),
}

/// `template.format(…)`: calls back for each field, which adds what stands there.
pub(super) fn format(
    text: &Text,
    home: Span,
    source: SourceId,
    mut fill: impl FnMut(&mut TextBuilder, Field<'_>, Span),
) -> Text {
    let raw = text.raw();
    let fragment = text.fragment(home);
    let mut builder = TextBuilder::new(source);
    let mut counter = 0;
    let mut at = 0;
    while let Some(found) = raw.get(at..).and_then(|rest| rest.find(['{', '}'])) {
        let brace = at + found;
        let doubled = raw.as_bytes().get(brace) == raw.as_bytes().get(brace + 1);
        if doubled {
            push_slice(&mut builder, text, home, at, brace + 1);
            at = brace + 2;
            continue;
        }
        push_slice(&mut builder, text, home, at, brace);
        let close = raw.get(brace..).and_then(|rest| rest.find('}')).map(|end| brace + end);
        let (Some(close), Some(b'{')) = (close, raw.as_bytes().get(brace)) else {
            push_slice(&mut builder, text, home, brace, brace + 1);
            at = brace + 1;
            continue;
        };
        let field = raw.get(brace + 1..close).unwrap_or("");
        let kind = if field.is_empty() {
            counter += 1;
            Field::Index(counter - 1)
        } else if let Ok(index) = field.parse() {
            Field::Index(index)
        } else if field.chars().all(|c| c.is_alphanumeric() || c == '_') {
            Field::Name(field)
        } else {
            Field::Other(field)
        };
        fill(&mut builder, kind, fragment.span(brace, close + 1));
        at = close + 1;
    }
    push_slice(&mut builder, text, home, at, raw.len());
    builder.finish(home)
}

/// `template % …`, likewise. A directive other than `%s`, `%d`, `%i` and `%(name)s` is
/// given as it is written.
pub(super) fn percent(
    text: &Text,
    home: Span,
    source: SourceId,
    mut fill: impl FnMut(&mut TextBuilder, Field<'_>, Span),
) -> Text {
    let raw = text.raw();
    let fragment = text.fragment(home);
    let mut builder = TextBuilder::new(source);
    let mut counter = 0;
    let mut at = 0;
    while let Some(found) = raw.get(at..).and_then(|rest| rest.find('%')) {
        let sign = at + found;
        push_slice(&mut builder, text, home, at, sign);
        let rest = raw.get(sign + 1..).unwrap_or("");
        if rest.starts_with('%') {
            push_slice(&mut builder, text, home, sign, sign + 1);
            at = sign + 2;
            continue;
        }
        let (name, after) = match rest.strip_prefix('(').and_then(|inner| inner.split_once(')')) {
            Some((name, after)) => (Some(name), after),
            None => (None, rest),
        };
        let flags = after.len() - after.trim_start_matches(|c: char| !c.is_alphabetic()).len();
        let Some(letter) = after.get(flags..).and_then(|tail| tail.chars().next()) else {
            push_slice(&mut builder, text, home, sign, raw.len());
            at = raw.len();
            break;
        };
        let end = raw.len() - after.len() + flags + letter.len_utf8();
        let plain = flags == 0 && matches!(letter, 's' | 'd' | 'i');
        let field = match name {
            Some(name) if plain => Field::Name(name),
            _ if plain => Field::Index(counter),
            _ => Field::Other(raw.get(sign..end).unwrap_or("")),
        };
        counter += 1;
        fill(&mut builder, field, fragment.span(sign, end));
        at = end;
    }
    push_slice(&mut builder, text, home, at, raw.len());
    builder.finish(home)
}
