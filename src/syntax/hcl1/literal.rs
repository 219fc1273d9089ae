//! Token text → value: escapes, interpolations left as they are, heredocs.
//! spec: vault-acl a.2, "Strings"

use std::sync::Arc;

use crate::source::{Fragment, HOLE, SpanMap};
use crate::syntax::Text;

/// The part `start..end` of the fragment as it stands.
pub(super) fn verbatim(fragment: &Fragment<'_>, start: usize, end: usize) -> Text {
    let value = fragment.text.get(start..end).unwrap_or("");
    if fragment.is_plain() {
        return Text::plain(value, fragment.span(start, end).start);
    }
    let mut map = SpanMap::empty(fragment.source());
    fragment.copy_map(start, end, &mut map);
    let holes = fragment.holes_in(start, end);
    match map.segments.as_slice() {
        [only] if holes.is_empty() && only.len == map.len => Text::plain(value, only.start),
        _ => Text::mapped(value, Arc::new(map), holes),
    }
}

/// Puts a value together from runs of source text and decoded characters.
struct Builder<'f, 'a> {
    fragment: &'f Fragment<'a>,
    value: Vec<u8>,
    map: SpanMap,
    holes: Vec<crate::source::Hole>,
}

impl<'f, 'a> Builder<'f, 'a> {
    fn new(fragment: &'f Fragment<'a>) -> Self {
        Self { fragment, value: Vec::new(), map: SpanMap::empty(fragment.source()), holes: Vec::new() }
    }

    /// Text that stands in the fragment as it is.
    fn run(&mut self, start: usize, end: usize) {
        let Some(run) = self.fragment.text.get(start..end) else { return };
        let base = u32::try_from(self.value.len()).unwrap_or(u32::MAX);
        if run.contains(HOLE) {
            for mut hole in self.fragment.holes_in(start, end) {
                hole.at += base;
                self.holes.push(hole);
            }
        }
        self.value.extend_from_slice(run.as_bytes());
        self.fragment.copy_map(start, end, &mut self.map);
    }

    /// Bytes that stand for the fragment's `start..end`.
    fn decoded(&mut self, bytes: &[u8], start: usize, end: usize) {
        self.value.extend_from_slice(bytes);
        self.map.push(bytes.len(), self.fragment.span(start, end));
    }

    fn finish(self) -> Text {
        match String::from_utf8(self.value) {
            Ok(value) => Text::mapped(value, Arc::new(self.map), self.holes),
            // `\xff` makes bytes that are no text; no request path or name can equal them.
            Err(error) => {
                let span = self.map.span(0, self.map.len as usize);
                Text::atomic(String::from_utf8_lossy(error.as_bytes()), span)
            }
        }
    }
}

/// The value of a quoted string whose text, quotes excluded, is `start..end`. None where
/// the server's decoder panics: an escape that its scanner took and it does not.
pub(super) fn quoted(fragment: &Fragment<'_>, start: usize, end: usize, json: bool) -> Option<Text> {
    let bytes = fragment.text.as_bytes().get(start..end)?;
    let mut out = Builder::new(fragment);
    let mut run = 0;
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'$' if !json && bytes.get(at + 1) == Some(&b'{') => {
                at = interpolation(bytes, at + 2)?;
            }
            b'\\' => {
                out.run(start + run, start + at);
                let (decoded, len) = escape(bytes.get(at + 1..)?, json)?;
                let mut buffer = [0; 4];
                let decoded = match &decoded {
                    Decoded::Byte(byte) => std::slice::from_ref(byte),
                    Decoded::Char(ch) => ch.encode_utf8(&mut buffer).as_bytes(),
                };
                out.decoded(decoded, start + at, start + at + 1 + len);
                at += 1 + len;
                run = at;
            }
            _ => at += 1,
        }
    }
    out.run(start + run, end);
    // A CRLF inside `${…}` is left in the run that was copied.
    let text = out.finish();
    if !json && text.raw().contains("\r\n") {
        let span = fragment.span(start, end);
        return Some(Text::atomic(text.raw().replace("\r\n", "\n"), span));
    }
    Some(text)
}

/// The offset after the `}` that closes an interpolation whose content starts at `at`.
fn interpolation(bytes: &[u8], mut at: usize) -> Option<usize> {
    let mut braces = 1_u32;
    while braces > 0 {
        match bytes.get(at)? {
            b'{' => braces += 1,
            b'}' => braces -= 1,
            _ => {}
        }
        at += 1;
    }
    Some(at)
}

enum Decoded {
    Byte(u8),
    Char(char),
}

/// Decodes what follows a backslash: the value, and how many bytes it took.
fn escape(rest: &[u8], json: bool) -> Option<(Decoded, usize)> {
    let simple = |byte| Some((Decoded::Byte(byte), 1));
    match *rest.first()? {
        b'a' => simple(0x07),
        b'b' => simple(0x08),
        b'f' => simple(0x0C),
        b'n' => simple(b'\n'),
        b'r' => simple(b'\r'),
        b't' => simple(b'\t'),
        b'v' => simple(0x0B),
        b'\\' => simple(b'\\'),
        b'"' => simple(b'"'),
        b'x' => {
            let value = number(rest.get(1..3)?, 16)?;
            Some((Decoded::Byte(u8::try_from(value).ok()?), 3))
        }
        b'u' => Some((character(number(rest.get(1..5)?, 16)?, json)?, 5)),
        b'U' => Some((character(number(rest.get(1..9)?, 16)?, json)?, 9)),
        b'0'..=b'7' => {
            let value = number(rest.get(..3)?, 8)?;
            Some((Decoded::Byte(u8::try_from(value).ok()?), 3))
        }
        _ => None,
    }
}

fn number(digits: &[u8], radix: u32) -> Option<u32> {
    digits.iter().try_fold(0_u32, |value, &digit| {
        let digit = char::from(digit).to_digit(radix)?;
        value.checked_mul(radix)?.checked_add(digit)
    })
}

/// A code point. Half a surrogate pair becomes the replacement character in native syntax
/// and is refused in JSON mode, which decodes with another function.
fn character(code: u32, json: bool) -> Option<Decoded> {
    match code {
        0..=0xD7FF | 0xE000..=0x10_FFFF => char::from_u32(code).map(Decoded::Char),
        0xD800..=0xDFFF if !json => Some(Decoded::Char(char::REPLACEMENT_CHARACTER)),
        _ => None,
    }
}

/// The value of a heredoc whose token is `start..end`: its lines, with the indentation of
/// the end marker removed from each where it is written `<<-` and all lines have it.
pub(super) fn heredoc(fragment: &Fragment<'_>, start: usize, end: usize) -> Option<Text> {
    let token = fragment.text.get(start..end)?;
    let body = token.find('\n')? + 1;
    // The marker's length with its `-`, and the line break after it: what the server's
    // arithmetic on offsets takes off the end, whatever stands there.
    let indented = token.as_bytes().get(2) == Some(&b'-');
    let head = token.get(..body)?.trim_end_matches(['\r', '\n']).len();
    let marker = head.checked_sub(if indented { 3 } else { 2 })?;
    let crlf = usize::from(token.ends_with("\r\n"));
    let stop = (token.len() - crlf).checked_sub(marker + 1)?.max(body);
    let mut out = Builder::new(fragment);
    if !indented {
        lines(&mut out, token, start, body, stop, "");
        return Some(out.finish());
    }
    let last = token.get(body..stop)?.rfind('\n').map_or(body, |at| body + at + 1);
    let indent = token.get(last..stop)?;
    let text = token.get(body..last)?;
    if text.split_inclusive('\n').all(|line| line.starts_with(indent)) {
        lines(&mut out, token, start, body, last, indent);
    } else {
        let kept = token.get(body..stop.saturating_sub(1).max(body))?.trim_end_matches([' ', '\t']).len();
        lines(&mut out, token, start, body, body + kept, "");
    }
    Some(out.finish())
}

/// Adds lines without their indentation and with LF ends.
fn lines(out: &mut Builder<'_, '_>, token: &str, start: usize, from: usize, to: usize, indent: &str) {
    let mut at = from;
    for line in token.get(from..to).unwrap_or("").split_inclusive('\n') {
        let begin = start + at + if line.starts_with(indent) { indent.len() } else { 0 };
        let end = start + at + line.len();
        if line.ends_with("\r\n") {
            out.run(begin, end - 2);
            out.run(end - 1, end);
        } else {
            out.run(begin, end);
        }
        at += line.len();
    }
}
