//! Flow collections and quoted scalars whose lines start too far to the left.
//!
//! YAML 1.2 wants every line of them indented deeper than the block they stand in (6.1,
//! 7.4); libyaml, and so `PyYAML` and the tools that read CloudFormation with it, does not
//! look. White space at the start of such a line means nothing, so what is missing is put
//! in, and the text is read again with the places of the one that was written.

use std::sync::Arc;

use crate::source::{Fragment, Span, SpanMap};

/// The text with the missing indentation; none where none is missing.
pub(super) fn repaired<'a>(fragment: &Fragment<'_>) -> Option<Fragment<'a>> {
    let text = fragment.text.as_ref();
    let missing = Scan::new(text).missing();
    if missing.is_empty() || !fragment.is_plain() {
        return None;
    }
    let mut out = String::with_capacity(text.len() + missing.iter().map(|(_, count)| count).sum::<usize>());
    let mut map = SpanMap::empty(fragment.source());
    let mut from = 0;
    for (at, count) in missing {
        out.push_str(text.get(from..at)?);
        map.push(at - from, fragment.span(from, at));
        out.extend(std::iter::repeat_n(' ', count));
        let place = fragment.span(at, at);
        map.push(count, Span { end: place.start, ..place });
        from = at;
    }
    out.push_str(text.get(from..)?);
    map.push(text.len() - from, fragment.span(from, text.len()));
    Some(Fragment::mapped(out, Vec::new(), Arc::new(map)))
}

/// What the scanner is inside of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Inside {
    Nothing,
    /// A quoted scalar, by its quote.
    Quotes(u8),
}

struct Scan<'a> {
    bytes: &'a [u8],
    /// Start of the line, and how far its content must be indented; none outside of
    /// everything.
    need: Option<usize>,
    inside: Inside,
    /// Open brackets.
    flow: usize,
    /// Indentation of the line whose block scalar is being passed over.
    block: Option<usize>,
    missing: Vec<(usize, usize)>,
}

impl<'a> Scan<'a> {
    fn new(text: &'a str) -> Self {
        Self { bytes: text.as_bytes(), need: None, inside: Inside::Nothing, flow: 0, block: None, missing: Vec::new() }
    }

    /// Where how many spaces are missing.
    fn missing(mut self) -> Vec<(usize, usize)> {
        let mut start = 0;
        while start < self.bytes.len() {
            let rest = self.bytes.get(start..).unwrap_or_default();
            let length = memchr::memchr(b'\n', rest).map_or(rest.len(), |at| at + 1);
            self.line(start, rest.get(..length).unwrap_or_default());
            start += length;
        }
        self.missing
    }

    fn line(&mut self, start: usize, line: &[u8]) {
        let indent = line.iter().take_while(|b| **b == b' ').count();
        let blank = line.iter().all(u8::is_ascii_whitespace);
        if let Some(parent) = self.block {
            if blank || indent > parent {
                return;
            }
            self.block = None;
        }
        if blank {
            return;
        }
        if let Some(need) = self.need
            && indent < need
        {
            self.missing.push((start, need - indent));
        }
        let end = self.content(line, indent);
        // Outside of everything, a line that ends with a header opens a block scalar.
        let code = line.get(..end).unwrap_or_default().trim_ascii_end();
        let word = code.rsplit(|b| matches!(b, b' ' | b'\t')).next().unwrap_or_default();
        let header = word.split_first().is_some_and(|(first, rest)| {
            matches!(first, b'|' | b'>') && rest.iter().all(|b| matches!(b, b'+' | b'-' | b'0'..=b'9'))
        });
        if self.need.is_none() && header {
            self.block = Some(indent);
        }
    }

    /// Reads the content of a line; gives back where its comment starts.
    fn content(&mut self, line: &[u8], indent: usize) -> usize {
        let mut at = indent;
        // Whether a value may start here: in a plain scalar quotes and brackets are text.
        let mut value = true;
        while let Some(&byte) = line.get(at) {
            let next = line.get(at + 1).copied().unwrap_or(b'\n');
            if let Inside::Quotes(quote) = self.inside {
                let escape = byte == b'\\' && quote == b'"';
                let doubled = byte == b'\'' && quote == b'\'' && next == b'\'';
                if escape || doubled {
                    at += 1;
                } else if byte == quote {
                    self.inside = Inside::Nothing;
                    self.leave();
                    value = false;
                }
                at += 1;
                continue;
            }
            let spaced = at == 0 || line.get(at - 1).is_some_and(u8::is_ascii_whitespace);
            match byte {
                b'#' if spaced => return at,
                b'\'' | b'"' if value => {
                    self.enter(at);
                    self.inside = Inside::Quotes(byte);
                }
                b'[' | b'{' if value => {
                    self.enter(at);
                    self.flow += 1;
                }
                b']' | b'}' if self.flow > 0 => {
                    self.flow -= 1;
                    self.leave();
                    value = false;
                }
                b',' if self.flow > 0 => value = true,
                b':' | b'-' | b'?' if next.is_ascii_whitespace() => value = true,
                // After a quoted key of a flow mapping the colon needs no space.
                b':' if self.flow > 0 && at > 0 && matches!(line.get(at - 1), Some(b'"' | b'\'')) => value = true,
                // A tag or anchor stands before the value.
                b'!' | b'&' if value => {
                    while line.get(at + 1).is_some_and(|b| !b.is_ascii_whitespace() && !matches!(b, b',' | b']' | b'}'))
                    {
                        at += 1;
                    }
                }
                _ if byte.is_ascii_whitespace() => {}
                _ => value = false,
            }
            at += 1;
        }
        line.len()
    }

    fn enter(&mut self, column: usize) {
        self.need.get_or_insert(column);
    }

    fn leave(&mut self) {
        if self.flow == 0 && self.inside == Inside::Nothing {
            self.need = None;
        }
    }
}
