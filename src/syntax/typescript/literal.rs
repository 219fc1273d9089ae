//! String literals and templates: escapes decoded, each byte with its place.
//!
//! Semantics: ECMA-262, 12.9.4 "String Literals" and 12.9.6 "Template Literal Lexical
//! Components". A line break inside a template is a line feed whatever the file has.

use crate::source::Span;
use crate::syntax::TextBuilder;

/// Decodes the bytes `start..end` of `text`, which are the inside of a literal.
pub fn decode(builder: &mut TextBuilder, text: &str, start: usize, end: usize) {
    let Some(inside) = text.get(start..end) else { return };
    let bytes = inside.as_bytes();
    let (mut from, mut at) = (0, 0);
    while let Some(found) = bytes.get(at..).and_then(|rest| memchr::memchr2(b'\\', b'\r', rest)) {
        at += found;
        let (length, replacement) = match bytes.get(at) {
            Some(b'\\') => escape(inside, at),
            _ => (if bytes.get(at + 1) == Some(&b'\n') { 2 } else { 1 }, Some('\n')),
        };
        plain(builder, inside, from, at, start);
        if let Some(character) = replacement {
            let mut encoded = [0; 4];
            let source = builder.source();
            let place = Span::new(source, start + at, (start + at + length).min(end));
            builder.push(character.encode_utf8(&mut encoded), place);
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

/// Length and value of the escape at `at`; without a value, a line continued.
fn escape(inside: &str, at: usize) -> (usize, Option<char>) {
    let bytes = inside.as_bytes();
    let Some(next) = inside.get(at + 1..).and_then(|rest| rest.chars().next()) else { return (1, Some('\\')) };
    let single = |character| (2, Some(character));
    match next {
        '\n' | '\u{2028}' | '\u{2029}' => (1 + next.len_utf8(), None),
        '\r' => (if bytes.get(at + 2) == Some(&b'\n') { 3 } else { 2 }, None),
        'b' => single('\u{8}'),
        'f' => single('\u{c}'),
        'n' => single('\n'),
        'r' => single('\r'),
        't' => single('\t'),
        'v' => single('\u{b}'),
        // Octal escapes are refused in modules; `\0` is no digit of one.
        '0'..='7' => {
            let most = if next <= '3' { 3 } else { 2 };
            let digits = bytes.iter().skip(at + 1).take(most).take_while(|b| (b'0'..=b'7').contains(b)).count();
            let value = inside.get(at + 1..at + 1 + digits).and_then(|octal| u32::from_str_radix(octal, 8).ok());
            (1 + digits, value.and_then(char::from_u32))
        }
        'x' => code_unit(inside, at + 2, 2).map_or((2, Some('x')), |value| (4, char::from_u32(value))),
        'u' => unicode(inside, at).unwrap_or((2, Some('u'))),
        other => (1 + other.len_utf8(), Some(other)),
    }
}

fn code_unit(inside: &str, at: usize, digits: usize) -> Option<u32> {
    let hex = inside.get(at..at + digits)?;
    hex.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| u32::from_str_radix(hex, 16).ok())?
}

/// `\u0041`, a pair of surrogates written so, or `\u{41}`.
fn unicode(inside: &str, at: usize) -> Option<(usize, Option<char>)> {
    const OTHER: Option<char> = Some(char::REPLACEMENT_CHARACTER);
    if let Some(rest) = inside.get(at + 2..).and_then(|rest| rest.strip_prefix('{')) {
        let length = rest.find('}')?;
        let value = u32::from_str_radix(rest.get(..length)?, 16).ok()?;
        return Some((length + 4, char::from_u32(value).or(OTHER)));
    }
    let first = code_unit(inside, at + 2, 4)?;
    if (0xd800..0xdc00).contains(&first)
        && inside.get(at + 6..at + 8) == Some("\\u")
        && let Some(second) = code_unit(inside, at + 8, 4).filter(|second| (0xdc00..0xe000).contains(second))
    {
        let value = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
        return Some((12, char::from_u32(value)));
    }
    Some((6, char::from_u32(first).or(OTHER)))
}

#[cfg(test)]
mod tests {
    use oxc_allocator::Allocator;
    use oxc_ast::ast::{Expression, Statement};
    use proptest::prelude::*;

    use super::*;
    use crate::source::SourceId;
    use crate::syntax::{Text, typescript};

    /// Decodes the literal that `text` is, and gives the parser's own value beside; none
    /// where it is not one valid literal.
    fn read(text: &str) -> Option<(Text, String)> {
        let allocator = Allocator::default();
        let parsed = typescript::parse(&allocator, "a.ts", text, SourceId(0));
        let ([Statement::ExpressionStatement(statement)], None) = (parsed.statements, parsed.error) else {
            return None;
        };
        let (start, end, value) = match &statement.expression {
            Expression::StringLiteral(string) => (string.span.start + 1, string.span.end - 1, string.value),
            Expression::TemplateLiteral(template) => {
                let [only] = template.quasis.as_slice() else { return None };
                (only.span.start, only.span.end, only.value.cooked?)
            }
            _ => return None,
        };
        let mut builder = TextBuilder::new(SourceId(0));
        decode(&mut builder, text, start as usize, end as usize);
        let span = Span::new(SourceId(0), 0, text.len());
        Some((builder.finish(span), value.as_str().to_owned()))
    }

    #[test]
    fn decodes_escapes_and_keeps_places() {
        type Places = &'static [(usize, &'static str)];
        let table: &[(&str, &str, Places)] = &[
            (r"(`a\nb`)", "a\nb", &[(0, "a"), (1, r"\n"), (2, "b")]),
            (r"(`\x41\u00e9\u{1f511}z`)", "Aé🔑z", &[(0, r"\x41"), (1, r"\u00e9"), (3, r"\u{1f511}"), (7, "z")]),
            (r"(`\ud83d\udd11`)", "🔑", &[(0, r"\ud83d\udd11")]),
            ("(`a\\\nb`)", "ab", &[(1, "b")]),
            ("(`a\r\nb`)", "a\nb", &[(1, "\r\n"), (2, "b")]),
            (r"(`\q\'\``)", "q'`", &[(0, r"\q"), (1, r"\'")]),
            (r"('a\0b')", "a\0b", &[(1, r"\0")]),
        ];
        for (written, value, places) in table {
            let (text, parsed) = read(written).expect(written);
            assert_eq!((text.raw(), parsed.as_str()), (*value, *value), "{written}");
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
            inside in r#"([a-zé😀 {}"']|\\[nrtbfv\\'"`$]|\\x[0-9a-f]{2}|\\u[0-9a-c][0-9a-f]{3}|\\u\{[0-9a-c]{1,4}\}|\\q|\n|\r\n|\\\n){0,20}"#,
            template in any::<bool>(),
        ) {
            let written = if template { format!("(`{inside} `)") } else { format!("('{inside} ')") };
            if let Some((text, expected)) = read(&written) {
                prop_assert_eq!(text.raw(), expected.as_str());
                let home = Span::new(SourceId(0), 0, written.len());
                for (at, character) in text.raw().char_indices() {
                    let span = text.span_of(home, at, at + character.len_utf8());
                    let slice = written.get(span.range()).unwrap_or("");
                    prop_assert!(slice.starts_with('\\') || slice.starts_with('\r') || slice == character.to_string());
                }
            }
        }
    }
}
