//! The blocks of a file by their heads and extents, without building anything: most of
//! what infrastructure code says has nothing to do with access control and need not be
//! parsed.

use std::ops::Range;

/// A block of the top level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section<'a> {
    /// The block type.
    pub kind: &'a str,
    /// The labels, without quotes, as written.
    pub labels: Vec<&'a str>,
    /// The whole block.
    pub range: Range<usize>,
}

/// How deep strings and braces may nest.
const DEPTH: usize = 512;

/// The blocks of a file, in order. None where it is not just a sequence of closed blocks:
/// its parser says what is wrong, or reads what else there is.
#[must_use]
pub fn outline(text: &str) -> Option<Vec<Section<'_>>> {
    let bytes = text.as_bytes();
    let mut sections = Vec::new();
    let mut at = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    loop {
        at = blank(bytes, at)?;
        if at >= bytes.len() {
            return Some(sections);
        }
        let start = at;
        at = identifier(bytes, at)?;
        let kind = text.get(start..at)?;
        let mut labels = Vec::new();
        loop {
            while matches!(bytes.get(at), Some(b' ' | b'\t')) {
                at += 1;
            }
            match bytes.get(at)? {
                b'{' => break,
                b'"' => {
                    let inside = bytes.get(at + 1..)?;
                    let length = memchr::memchr3(b'"', b'\\', b'\n', inside)?;
                    if inside.get(length) != Some(&b'"') {
                        return None;
                    }
                    labels.push(text.get(at + 1..at + 1 + length)?);
                    at += length + 2;
                }
                _ => {
                    let end = identifier(bytes, at)?;
                    labels.push(text.get(at..end)?);
                    at = end;
                }
            }
        }
        at = body(bytes, at)?;
        sections.push(Section { kind, labels, range: start..at });
    }
}

/// The end of an identifier.
pub(super) fn identifier(bytes: &[u8], start: usize) -> Option<usize> {
    let first = bytes.get(start)?;
    if !(first.is_ascii_alphabetic() || *first == b'_' || *first >= 0x80) {
        return None;
    }
    let rest = bytes.get(start..)?;
    let length = rest.iter().position(|b| !(b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-') || *b >= 0x80));
    Some(start + length.unwrap_or(rest.len()))
}

/// What comes after white space and comments. None for a comment that does not end.
fn blank(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        match bytes.get(at) {
            Some(b' ' | b'\t' | b'\r' | b'\n') => at += 1,
            Some(b'#' | b'/') => {
                let end = comment(bytes, at)?;
                if end == at {
                    return Some(at);
                }
                at = end;
            }
            _ => return Some(at),
        }
    }
}

/// The end of the comment that starts at `at`; `at` where none does.
pub(super) fn comment(bytes: &[u8], at: usize) -> Option<usize> {
    match (bytes.get(at), bytes.get(at + 1)) {
        (Some(b'#'), _) | (Some(b'/'), Some(b'/')) => {
            let rest = bytes.get(at..)?;
            Some(at + memchr::memchr(b'\n', rest).unwrap_or(rest.len()))
        }
        (Some(b'/'), Some(b'*')) => {
            let rest = bytes.get(at + 2..)?;
            Some(at + 2 + memchr::memmem::find(rest, b"*/")? + 2)
        }
        _ => Some(at),
    }
}

/// What is open around a place.
#[derive(Clone, Copy, PartialEq)]
enum Open {
    /// `{` of a block or object.
    Brace,
    /// `${` or `%{` of a quoted string.
    Sequence,
    /// `"`
    Quote,
}

/// The end of the body whose brace stands at `at`.
fn body(bytes: &[u8], mut at: usize) -> Option<usize> {
    let mut open = vec![Open::Brace];
    at += 1;
    loop {
        if open.len() > DEPTH {
            return None;
        }
        match open.last()? {
            Open::Quote => match *bytes.get(at)? {
                b'"' => {
                    open.pop();
                    at += 1;
                }
                b'\\' => at += 2,
                b'\n' => return None,
                sign @ (b'$' | b'%') => match (bytes.get(at + 1), bytes.get(at + 2)) {
                    // `$${` is a dollar sign and a brace.
                    (Some(next), Some(b'{')) if *next == sign => at += 3,
                    (Some(b'{'), _) => {
                        open.push(Open::Sequence);
                        at += 2;
                    }
                    _ => at += 1,
                },
                _ => at += 1,
            },
            Open::Brace | Open::Sequence => match *bytes.get(at)? {
                b'{' => {
                    open.push(Open::Brace);
                    at += 1;
                }
                b'}' => {
                    open.pop();
                    at += 1;
                    if open.is_empty() {
                        return Some(at);
                    }
                }
                b'"' => {
                    open.push(Open::Quote);
                    at += 1;
                }
                b'#' | b'/' => {
                    let end = comment(bytes, at)?;
                    at = if end == at { at + 1 } else { end };
                }
                b'<' if bytes.get(at + 1) == Some(&b'<') => at = heredoc(bytes, at + 2)?,
                _ => at += 1,
            },
        }
    }
}

/// The end of a heredoc whose marker starts at `at`, before the last line's end.
fn heredoc(bytes: &[u8], at: usize) -> Option<usize> {
    let start = if bytes.get(at) == Some(&b'-') { at + 1 } else { at };
    let end = identifier(bytes, start)?;
    let marker = bytes.get(start..end)?;
    let mut line = end + memchr::memchr(b'\n', bytes.get(end..)?)? + 1;
    loop {
        let rest = bytes.get(line..)?;
        let length = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        if rest.get(..length)?.trim_ascii() == marker {
            return Some(line + length);
        }
        if length == rest.len() {
            return None;
        }
        line += length + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_end_where_their_brace_does() {
        let text = r#"# a } comment
resource "a_b" "c" { # { "
  x = "}${ { y = "}" }["y"] }$${%{ if true }}%{ endif }\"}"
  z = <<-EOT
    } ${"}"}
    EOT_
  EOT
  /* } */ w = 1 / 2 // }
}
locals{ a = { b = {} } }
moved {}
variable x-y { default = 1 }
"#;
        let sections = outline(text).unwrap();
        let heads: Vec<(&str, &[&str])> = sections.iter().map(|s| (s.kind, s.labels.as_slice())).collect();
        assert_eq!(heads, [("resource", &["a_b", "c"][..]), ("locals", &[]), ("moved", &[]), ("variable", &["x-y"])]);
        let of = |at: usize| text.get(sections[at].range.clone()).unwrap();
        assert!(of(0).ends_with("// }\n}"));
        assert_eq!(of(1), "locals{ a = { b = {} } }");
    }

    #[test]
    fn what_is_no_sequence_of_blocks_has_no_outline() {
        for text in
            ["a = 1", "a {", "a \"b {}", "a { b = \"x\ny\" }", "a { /* }", "a { b = <<E\nx\n}", "}", "a { \"${\" }"]
        {
            assert_eq!(outline(text), None, "{text}");
        }
        assert_eq!(outline(" \u{a0}"), None);
        assert_eq!(outline("\u{feff}# nothing\n"), Some(Vec::new()));
        assert_eq!(outline(&"a {".repeat(2000)), None);
    }

    proptest::proptest! {
        /// Where a parser reads a text as blocks the outline finds the same ones.
        #[test]
        fn agrees_with_the_parser(text in "(a|b \"c\"|locals) \\{\n( *(x|\"y\") = (1|\"\\$\\{z\\}\\}\"|\\{ k = \"\\}\" \\}|<<E\n\\}\nE|\\[\"a\", 2\\])\n| *# \\{\n| *i \\{ \\}\n){0,5}\\}\n(# \\}\n)?d \\{\\}\n") {
            let fragment = crate::source::Fragment::plain(crate::source::SourceId(0), 0, &text);
            if let Ok(body) = super::super::parse(&fragment)
                && body.attributes.is_empty()
            {
                let found = outline(&text).unwrap();
                let kinds: Vec<&str> = found.iter().map(|s| s.kind).collect();
                let expected: Vec<&str> = body.blocks.iter().map(|b| b.kind.as_str()).collect();
                proptest::prop_assert_eq!(kinds, expected);
                for (section, block) in found.iter().zip(&body.blocks) {
                    proptest::prop_assert_eq!(section.range.start, block.span.start as usize);
                    proptest::prop_assert_eq!(section.range.end, block.span.end as usize);
                }
            }
        }

        #[test]
        fn no_text_makes_it_panic(text in "[\\[\\]{}\",:\\\\ a1$%<#/*\\n]{0,60}") {
            let _ = outline(&text);
        }
    }
}
