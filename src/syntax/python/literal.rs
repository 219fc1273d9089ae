//! String literals: escapes decoded, each byte with its place.
//!
//! Semantics: The Python Language Reference, 2.4.1 "String and Bytes literals" and 2.4.3
//! "f-strings". A line break inside a literal is a line feed whatever the file has.

use ruff_python_ast::{StringFlags, StringLiteral};
use ruff_text_size::Ranged;

use crate::source::Span;
use crate::syntax::TextBuilder;

/// How a run of literal text is to be read.
#[derive(Debug, Clone, Copy, Default)]
pub struct Style {
    /// Backslashes are themselves.
    pub raw: bool,
    /// Doubled braces stand for one.
    pub format: bool,
}

/// Decodes one string literal of `text` (a whole source) into the builder.
pub fn string(builder: &mut TextBuilder, text: &str, literal: &StringLiteral) {
    let flags = literal.flags.as_any_string_flags();
    let start = (literal.start() + flags.opener_len()).to_usize();
    let closer = if flags.is_unclosed() { 0 } else { flags.closer_len().to_usize() };
    let end = literal.end().to_usize().saturating_sub(closer);
    decode(builder, text, start, end, Style { raw: flags.is_raw_string(), format: false });
}

/// Decodes the bytes `start..end` of `text`, which are the inside of a literal.
pub fn decode(builder: &mut TextBuilder, text: &str, start: usize, end: usize, style: Style) {
    let Some(inside) = text.get(start..end) else { return };
    let bytes = inside.as_bytes();
    let mut from = 0;
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let next = bytes.get(at + 1).copied();
        let (length, replacement) = match byte {
            b'\\' if !style.raw => {
                if let Some(found) = escape(inside, at) {
                    found
                } else {
                    at += 1;
                    continue;
                }
            }
            b'\r' => (if next == Some(b'\n') { 2 } else { 1 }, Some('\n')),
            b'{' | b'}' if style.format && next == Some(byte) => (2, Some(char::from(byte))),
            _ => {
                at += 1;
                continue;
            }
        };
        plain(builder, inside, from, at, start);
        if let Some(character) = replacement {
            let mut encoded = [0; 4];
            let source = builder.source();
            builder.push(character.encode_utf8(&mut encoded), Span::new(source, start + at, start + at + length));
        }
        at += length;
        from = at;
    }
    plain(builder, inside, from, bytes.len(), start);
}

fn plain(builder: &mut TextBuilder, inside: &str, from: usize, to: usize, start: usize) {
    if let Some(piece) = inside.get(from..to)
        && !piece.is_empty()
    {
        builder.plain(piece, start + from);
    }
}

/// Length and value of the escape at `at`; none where the backslash stands for itself.
fn escape(inside: &str, at: usize) -> Option<(usize, Option<char>)> {
    let bytes = inside.as_bytes();
    let single = |character| Some((2, Some(character)));
    match bytes.get(at + 1)? {
        b'\n' => Some((2, None)),
        b'\r' => Some((if bytes.get(at + 2) == Some(&b'\n') { 3 } else { 2 }, None)),
        b'\\' => single('\\'),
        b'\'' => single('\''),
        b'"' => single('"'),
        b'a' => single('\u{7}'),
        b'b' => single('\u{8}'),
        b'f' => single('\u{c}'),
        b'n' => single('\n'),
        b'r' => single('\r'),
        b't' => single('\t'),
        b'v' => single('\u{b}'),
        b'0'..=b'7' => {
            let digits = bytes.get(at + 1..)?.iter().take(3).take_while(|b| (b'0'..=b'7').contains(b)).count();
            let value = u32::from_str_radix(inside.get(at + 1..at + 1 + digits)?, 8).ok()?;
            Some((1 + digits, char::from_u32(value)))
        }
        b'x' => code_point(inside, at, 2),
        b'u' => code_point(inside, at, 4),
        b'U' => code_point(inside, at, 8),
        // Names of characters are not kept; no policy is written with them.
        b'N' if bytes.get(at + 2) == Some(&b'{') => {
            let length = inside.get(at..)?.find('}')? + 1;
            Some((length, Some(char::REPLACEMENT_CHARACTER)))
        }
        _ => None,
    }
}

fn code_point(inside: &str, at: usize, digits: usize) -> Option<(usize, Option<char>)> {
    let hex = inside.get(at + 2..at + 2 + digits)?;
    let value = u32::from_str_radix(hex, 16).ok()?;
    Some((2 + digits, Some(char::from_u32(value).unwrap_or(char::REPLACEMENT_CHARACTER))))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use ruff_python_ast::Expr;

    use super::*;
    use crate::source::SourceId;
    use crate::syntax::Text;

    /// Decodes the literal that `text` is; none where it is not one valid literal.
    fn read(text: &str) -> Option<(Text, String)> {
        let parsed = ruff_python_parser::parse_expression(text).ok()?;
        let Expr::StringLiteral(string) = parsed.expr() else { return None };
        let mut builder = TextBuilder::new(SourceId(0));
        for part in &string.value {
            super::string(&mut builder, text, part);
        }
        let span = Span::new(SourceId(0), 0, text.len());
        Some((builder.finish(span), string.value.to_str().to_owned()))
    }

    #[test]
    fn decodes_escapes_and_keeps_places() {
        type Places = &'static [(usize, &'static str)];
        let table: &[(&str, &str, Places)] = &[
            (r#""a\nb""#, "a\nb", &[(0, "a"), (1, r"\n"), (2, "b")]),
            (r#"r"a\nb""#, r"a\nb", &[(1, r"\")]),
            (r#""\x41\101\u00e9z""#, "AAéz", &[(0, r"\x41"), (1, r"\101"), (2, r"\u00e9"), (4, "z")]),
            ("\"\"\"\npath\n\"\"\"", "\npath\n", &[(0, "\n"), (1, "p")]),
            ("'a' \"b\" '''c'''", "abc", &[(0, "a"), (1, "b"), (2, "c")]),
            ("'a\\\nb'", "ab", &[(1, "b")]),
            (r"'\q\'", "", &[]),
            (r"'\q'", r"\q", &[(0, r"\"), (1, "q")]),
        ];
        for (written, value, places) in table {
            let Some((text, _)) = read(written) else {
                assert!(places.is_empty(), "{written}");
                continue;
            };
            assert_eq!(text.raw(), *value, "{written}");
            let home = Span::new(SourceId(0), 0, written.len());
            for (at, slice) in *places {
                let length = text.raw().get(*at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
                let span = text.span_of(home, *at, at + length);
                assert_eq!(written.get(span.range()), Some(*slice), "{written} at {at}");
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        /// The decoded value is the parser's own, and every character that stands in the
        /// source as it is re-slices to itself.
        #[test]
        fn agrees_with_the_parser_and_reslices(
            prefix in "(|r|u|R)",
            inside in r#"([a-zé😀 {}"']|\\[nrtabfv\\'"]|\\[0-7]{1,3}|\\x[0-9a-f]{2}|\\u[0-9a-c][0-9a-f]{3}|\\q|\n|\\\n){0,20}"#,
            quote in "('''|\"\"\")",
        ) {
            let written = format!("{prefix}{quote}{inside} {quote}");
            if let Some((text, expected)) = read(&written) {
                prop_assert_eq!(text.raw(), expected.as_str());
                let home = Span::new(SourceId(0), 0, written.len());
                for (at, character) in text.raw().char_indices() {
                    let span = text.span_of(home, at, at + character.len_utf8());
                    let slice = written.get(span.range());
                    prop_assert!(slice.is_some());
                    let slice = slice.unwrap_or("");
                    prop_assert!(slice.starts_with('\\') || slice == character.to_string(), "{slice:?} for {character:?}");
                }
            }
        }
    }
}
