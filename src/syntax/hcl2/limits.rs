//! What the parser would take far too long or far too much memory for: it compares each
//! member of an object with all before it, and keeps a thousand bytes for each part of a
//! template.

use rustc_hash::FxHashMap;

use super::outline::{comment, identifier};

/// Texts below are not looked at: they have no room for that much.
const SMALL: usize = 64 << 10;
/// How many members one object, and how many filled-in parts one text may have.
const MEMBERS: u32 = 10_000;
const PARTS: usize = 100_000;
/// How deep it is looked. The parser refuses far less.
const DEPTH: usize = 512;

/// Where there is too much of what, if there is.
pub(super) fn exceeded(text: &str) -> Option<(usize, &'static str)> {
    if text.len() < SMALL {
        return None;
    }
    let parts = memchr::memchr2_iter(b'$', b'%', text.as_bytes());
    let mut parts = parts.filter(|at| text.as_bytes().get(at + 1) == Some(&b'{'));
    if let Some(place) = parts.nth(PARTS) {
        return Some((place, "a text with more than 100,000 parts to fill in"));
    }
    crowded(text.as_bytes()).map(|place| (place, "an object of more than 10,000 members"))
}

/// What is open around a place.
#[derive(Clone, Copy)]
enum Open {
    /// `{` of an object, at its place, with its members so far.
    Object(usize, u32),
    /// `{` of a block, `${` or `%{`.
    Other,
    /// `"`
    Quote,
    /// A heredoc, to its end.
    Heredoc(usize),
}

/// The lines that a heredoc may end with, by their text: each as it starts and ends, in order.
/// To look for the line from each `<<` on would take the length of the text squared where
/// there is none.
struct Markers<'a>(FxHashMap<&'a [u8], Vec<(usize, usize)>>);

impl<'a> Markers<'a> {
    fn of(bytes: &'a [u8]) -> Self {
        let mut lines: FxHashMap<&[u8], Vec<(usize, usize)>> = FxHashMap::default();
        let mut start = 0;
        for line in bytes.split(|byte| *byte == b'\n') {
            let end = start + line.len();
            let marker = line.trim_ascii();
            if identifier(marker, 0) == Some(marker.len()) {
                lines.entry(marker).or_default().push((start, end));
            }
            start = end + 1;
        }
        Self(lines)
    }

    /// The end of a heredoc whose marker starts at `at`, before the last line's end.
    fn heredoc(&self, bytes: &[u8], at: usize) -> Option<usize> {
        let start = if bytes.get(at) == Some(&b'-') { at + 1 } else { at };
        let end = identifier(bytes, start)?;
        let lines = self.0.get(bytes.get(start..end)?)?;
        let after = lines.partition_point(|(start, _)| *start <= end);
        lines.get(after).map(|(_, end)| *end)
    }
}

/// The place of an object that has too many members.
fn crowded(bytes: &[u8]) -> Option<usize> {
    let mut open: Vec<Open> = Vec::new();
    let mut markers: Option<Markers<'_>> = None;
    let mut before = b'\n';
    let mut at = 0;
    while let Some(byte) = bytes.get(at).copied() {
        let next = bytes.get(at + 1).copied();
        let sequence = matches!(byte, b'$' | b'%') && next == Some(b'{');
        let depth = open.len();
        match open.last_mut() {
            Some(Open::Heredoc(end)) => {
                let rest = bytes.get(at..*end).unwrap_or_default();
                match memchr::memchr2(b'$', b'%', rest) {
                    Some(0) if sequence => {
                        open.push(Open::Other);
                        at += 2;
                    }
                    Some(0) => at += if next == Some(byte) { 2 } else { 1 },
                    Some(found) => at += found,
                    None => {
                        at = (*end).max(at + 1);
                        open.pop();
                    }
                }
            }
            Some(Open::Quote) => match byte {
                b'"' | b'\n' => {
                    open.pop();
                    at += 1;
                }
                b'\\' => at += 2,
                _ if sequence => {
                    open.push(Open::Other);
                    at += 2;
                }
                b'$' | b'%' if next == Some(byte) => at += 2,
                _ => at += 1,
            },
            around => {
                match byte {
                    b'{' if depth >= DEPTH => return None,
                    // A block's brace follows a name or a label.
                    b'{' if matches!(before, b'=' | b'(' | b'[' | b'{' | b',' | b':' | b'?' | b'>') => {
                        open.push(Open::Object(at, 0));
                    }
                    b'{' => open.push(Open::Other),
                    b'}' => {
                        open.pop();
                    }
                    b'"' => open.push(Open::Quote),
                    b'=' | b':'
                        if !matches!(next, Some(b'=' | b'>')) && !matches!(before, b'=' | b'!' | b'<' | b'>') =>
                    {
                        if let Some(Open::Object(place, members)) = around {
                            *members += 1;
                            if *members > MEMBERS {
                                return Some(*place);
                            }
                        }
                    }
                    b'#' | b'/' => {
                        let end = comment(bytes, at)?;
                        if end > at {
                            at = end;
                            continue;
                        }
                    }
                    b'<' if next == Some(b'<') => {
                        let markers = markers.get_or_insert_with(|| Markers::of(bytes));
                        if let Some(end) = markers.heredoc(bytes, at + 2) {
                            open.push(Open::Heredoc(end));
                        }
                        at += 1;
                    }
                    _ => {}
                }
                if !byte.is_ascii_whitespace() {
                    before = byte;
                }
                at += 1;
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_without_end_are_told_from_blocks_and_lists() {
        let many = |one: &str| one.repeat(10_001);
        let table = [
            (format!("a {{ b = {{{}}} }}", many("k = 1, ")), Some(8)),
            (format!("a {{ b = {{{}}} }}", many("\"k\" : f({ x = 1 }), ")), Some(8)),
            (format!("a {{ b = <<E\n}}\" ${{f({{{}}})}}\nE\n}}", many("k = 1, ")), Some(19)),
            (format!("a {{ b = \"}}\\\" $${{ ${{f({{{}}})}}\" }}", many("k = 1, ")), Some(21)),
            (format!("locals {{\n{}}}", many("k = \"aaa\"\n")), None),
            (format!("a {{ b = [{}] }}", many("{ k = 1 }, ")), None),
            (format!("a {{ b = {{\n # {}\n}} }}", many("k = 1, ")), None),
            (format!("a {{ b = {{ k = \"{}\" }} }}", many("k = 1, ")), None),
            (format!("a {{ b = {{ k = <<-E\n{}\n  E\n}} }}", many("k = 1\n")), None),
        ];
        for (text, expected) in &table {
            assert_eq!(crowded(text.as_bytes()), *expected, "{}", text.get(..40).unwrap());
        }
        assert_eq!(exceeded(&"${a}".repeat(100_000)), None);
        assert_eq!(exceeded(&"${a}".repeat(100_001)).map(|(place, _)| place), Some(400_000));
    }

    /// The last line of each was once looked for to the end of the text.
    #[test]
    fn many_heredocs_without_an_end_are_looked_through_in_one_go() {
        let same = "a = <<E\n".repeat(100_000);
        let other = (0..100_000).map(|at| format!("a = <<E{at}\n")).collect::<Vec<_>>().concat();
        for text in [same, other] {
            assert_eq!(crowded(text.as_bytes()), None);
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "(<<E|\nE\n|\\$\\{|[\\[\\]{}\",:=\\\\ a1$%<#/*\\n]){0,60}") {
            let _ = crowded(text.as_bytes());
        }
    }
}
