//! JSON strings: escapes decoded, every byte with its way back to the source.

use std::sync::Arc;

use super::{Failure, Reader, Result};
use crate::source::{HOLE, Hole, Span, SpanMap};
use crate::syntax::Text;

impl Reader<'_> {
    /// Reads a string whose opening quote stands here; the span holds both quotes.
    pub(super) fn string(&mut self) -> Result<(Text, Span)> {
        let open = self.pos;
        let start = open + 1;
        let rest = self.bytes.get(start..).unwrap_or_default();
        let value = if let Some(value) = self.strings.expected(rest) {
            value
        } else {
            let end = self.run_end(start);
            if self.bytes.get(end) != Some(&b'"') {
                return self.escaped(open);
            }
            self.strings.shared(self.text.get(start..end).unwrap_or_default())
        };
        let end = start + value.len();
        self.pos = end + 1;
        let span = self.span(open, self.pos);
        if self.plain {
            return Ok((Text::plain(value, span.start + 1), span));
        }
        let mut map = SpanMap::empty(self.fragment.source());
        self.fragment.copy_map(start, end, &mut map);
        Ok((Text::mapped(value, Arc::new(map), self.fragment.holes_in(start, end)), span))
    }

    fn run_end(&self, from: usize) -> usize {
        let rest = self.bytes.get(from..).unwrap_or_default();
        let end = memchr::memchr2(b'"', b'\\', rest).unwrap_or(rest.len());
        let run = rest.get(..end).unwrap_or(rest);
        // without a way out of the loop many bytes are looked at in one step
        let control = run.iter().fold(u8::MAX, |least, byte| least.min(*byte)) < 0x20;
        from + if control { run.iter().position(|byte| *byte < 0x20).unwrap_or(end) } else { end }
    }

    /// Reads a string that holds an escape, or an error.
    fn escaped(&mut self, open: usize) -> Result<(Text, Span)> {
        let mut value = String::new();
        let mut map = SpanMap::empty(self.fragment.source());
        let mut holes = Vec::new();
        let mut from = open + 1;
        loop {
            let to = self.run_end(from);
            if to > from {
                let offset = value.len();
                value.push_str(self.text.get(from..to).unwrap_or_default());
                self.fragment.copy_map(from, to, &mut map);
                if self.holes {
                    let shift = u32::try_from(offset).unwrap_or(u32::MAX);
                    let inside = self.fragment.holes_in(from, to).into_iter();
                    holes.extend(inside.map(|hole| Hole { at: hole.at.saturating_add(shift), ..hole }));
                }
            }
            match self.bytes.get(to) {
                Some(b'"') => {
                    self.pos = to + 1;
                    let span = self.span(open, self.pos);
                    return Ok((Text::mapped(value, Arc::new(map), holes), span));
                }
                Some(b'\\') => {
                    let (char, end) = self.escape(to)?;
                    if char == HOLE && !holes.is_empty() {
                        return Err(self.error(to, end, "this escape stands for a character that no text needs"));
                    }
                    value.push(char);
                    map.push(char.len_utf8(), self.span(to, end));
                    from = end;
                }
                Some(&byte) => return Err(self.control(to, byte)),
                None => {
                    let help = "add the closing `\"`";
                    return Err(self.error_with(open, open + 1, "this string has no end", help));
                }
            }
        }
    }

    /// Decodes the escape at `at`; gives its character and the place after it.
    fn escape(&self, at: usize) -> Result<(char, usize)> {
        let simple = |char| Ok((char, at + 2));
        match self.bytes.get(at + 1) {
            Some(b'"') => simple('"'),
            Some(b'\\') => simple('\\'),
            Some(b'/') => simple('/'),
            Some(b'b') => simple('\u{8}'),
            Some(b'f') => simple('\u{c}'),
            Some(b'n') => simple('\n'),
            Some(b'r') => simple('\r'),
            Some(b't') => simple('\t'),
            Some(b'u') => self.unicode(at),
            _ => {
                let char = self.text.get(at + 1..).and_then(|rest| rest.chars().next());
                let end = at + 1 + char.map_or(0, char::len_utf8);
                let shown = char.filter(|c| !c.is_control()).map(String::from).unwrap_or_default();
                let message = format!("`\\{shown}` is no escape in JSON");
                Err(self.error_with(at, end, &message, "write `\\\\` for a backslash"))
            }
        }
    }

    fn unicode(&self, at: usize) -> Result<(char, usize)> {
        let Some(first) = self.hex4(at + 2) else {
            let end = (at + 6).min(self.bytes.len());
            return Err(self.error(at, end, "`\\u` needs four hexadecimal digits"));
        };
        if let Some(char) = char::from_u32(first) {
            return Ok((char, at + 6));
        }
        let lone = || {
            let message = format!("`\\u{first:04x}` is half of a character");
            self.error_with(at, at + 6, &message, "write both halves of the surrogate pair, high half first")
        };
        let paired = first < 0xDC00 && self.bytes.get(at + 6..at + 8) == Some(b"\\u");
        let second = if paired { self.hex4(at + 8) } else { None };
        let Some(second) = second.filter(|low| (0xDC00..0xE000).contains(low)) else { return Err(lone()) };
        let code = 0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00);
        char::from_u32(code).map(|char| (char, at + 12)).ok_or_else(lone)
    }

    fn hex4(&self, at: usize) -> Option<u32> {
        let digits = self.bytes.get(at..at + 4)?;
        digits.iter().try_fold(0, |sum, digit| Some(sum * 16 + char::from(*digit).to_digit(16)?))
    }

    fn control(&self, at: usize, byte: u8) -> Failure {
        let (message, help) = match byte {
            b'\n' | b'\r' => {
                ("a string may not run over the end of its line".to_owned(), "end it with `\"`, or write `\\n`")
            }
            b'\t' => ("a tab stands inside a string".to_owned(), "write `\\t`"),
            0 => ("a NUL character stands inside a string".to_owned(), "remove it"),
            other => (
                format!("the control character U+{other:04X} stands inside a string"),
                "write it as an escape, or remove it",
            ),
        };
        self.error_with(at, at + 1, &message, help)
    }
}
