//! Text to parse that stands inside another text: a policy in a heredoc, in a JSON
//! string, in an f-string. A fragment knows the way back, so that every span a parser
//! makes points at the file the person edits.

use std::borrow::Cow;
use std::sync::Arc;

use smol_str::SmolStr;

use super::{SourceId, Span};

/// Stands in a fragment's text for a part whose value is not known when the text is
/// read (`${var.mount}`, `{args[0]}`). The n-th `HOLE` character of a text belongs to its
/// n-th [`Hole`]. A text without holes may hold the character as itself.
pub const HOLE: char = '\u{10FFFD}';

/// A value that cannot be known from the text alone, and what it refers to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Unknown {
    /// The expression or reference as its author wrote it: `var.mount`,
    /// `aws_s3_bucket.logs.arn`, `!Ref Bucket`. Several where one value joins several.
    pub refs: Vec<SmolStr>,
    /// Whether it is what the one reference stands for, and nothing made of that.
    pub whole: bool,
    /// The expression's place.
    pub span: Span,
}

impl Unknown {
    /// What is made of what is referred to, or may be.
    #[must_use]
    pub fn new(refs: Vec<SmolStr>, span: Span) -> Self {
        Self { refs, whole: false, span }
    }

    /// What an attribute of a resource stands for, and nothing made of it.
    #[must_use]
    pub fn whole(attribute: SmolStr, span: Span) -> Self {
        Self { refs: vec![attribute], whole: true, span }
    }

    /// What may be a part of it, or something made of it.
    #[must_use]
    pub fn part(self) -> Self {
        Self { whole: false, ..self }
    }
}

/// A [`HOLE`] in a text.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Hole {
    /// Byte offset of the `HOLE` character in the text.
    pub at: u32,
    /// What would fill it.
    pub unknown: Unknown,
}

/// One run of a [`SpanMap`]: the text from `at` to the next segment stands at
/// `start..start + len` in the source. Where both have the same length the run maps byte
/// by byte; else (an escape, a hole) any part of it maps to the whole source range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Segment {
    /// Byte offset in the text.
    pub at: u32,
    /// Byte offset in the source.
    pub start: u32,
    /// Length in the source, in bytes.
    pub len: u32,
}

/// Where each byte of a text stands in a source.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SpanMap {
    /// The source all segments point into.
    pub source: SourceId,
    /// Length of the mapped text in bytes.
    pub len: u32,
    /// Sorted by `at`; the first has `at == 0` unless the text is empty.
    pub segments: Vec<Segment>,
}

impl SpanMap {
    /// A map for a text that stands in the source as it is, from byte `start` on.
    #[must_use]
    pub fn plain(source: SourceId, start: u32, len: u32) -> Self {
        Self { source, len, segments: vec![Segment { at: 0, start, len }] }
    }

    /// An empty map to which [`SpanMap::push`] adds runs in order.
    #[must_use]
    pub fn empty(source: SourceId) -> Self {
        Self { source, len: 0, segments: Vec::new() }
    }

    /// Adds a run of `text_len` bytes of text which stand at `span` in the source.
    pub fn push(&mut self, text_len: usize, span: Span) {
        let text_len = u32::try_from(text_len).unwrap_or(u32::MAX);
        if text_len == 0 {
            return;
        }
        let len = span.end - span.start;
        if let Some(last) = self.segments.last_mut() {
            let linear = self.len - last.at == last.len;
            if linear && len == text_len && last.start + last.len == span.start {
                last.len += len;
                self.len += text_len;
                return;
            }
        }
        self.segments.push(Segment { at: self.len, start: span.start, len });
        self.len = self.len.saturating_add(text_len);
    }

    /// The source span of the text range `start..end`. Ranges outside the text are cut.
    #[must_use]
    pub fn span(&self, start: usize, end: usize) -> Span {
        let start = u32::try_from(start).unwrap_or(u32::MAX).min(self.len);
        let end = u32::try_from(end).unwrap_or(u32::MAX).clamp(start, self.len);
        let from = self.byte(start, end == start && start == self.len).0;
        let to = if end > start { self.byte(end - 1, false).1 } else { from };
        Span { source: self.source, start: from, end: to.max(from) }
    }

    /// The map of the text range `from..to` alone.
    #[must_use]
    pub fn cut(&self, from: u32, to: u32) -> Self {
        let to = to.min(self.len);
        let from = from.min(to);
        let mut segments = Vec::new();
        let first = self.segments.partition_point(|s| s.at <= from).saturating_sub(1);
        for (index, segment) in self.segments.iter().enumerate().skip(first) {
            let next = self.segments.get(index + 1).map_or(self.len, |s| s.at);
            if segment.at >= to {
                break;
            }
            if next <= from {
                continue;
            }
            let (start, end) = (segment.at.max(from), next.min(to));
            let linear = next - segment.at == segment.len;
            let piece = if linear {
                Segment { at: start - from, start: segment.start + (start - segment.at), len: end - start }
            } else {
                Segment { at: start - from, start: segment.start, len: segment.len }
            };
            segments.push(piece);
        }
        Self { source: self.source, len: to - from, segments }
    }

    /// Source range of the text byte at `at` (or the end of everything).
    fn byte(&self, at: u32, past_end: bool) -> (u32, u32) {
        let index = self.segments.partition_point(|s| s.at <= at).saturating_sub(1);
        let Some(segment) = self.segments.get(index) else { return (0, 0) };
        let next = self.segments.get(index + 1).map_or(self.len, |s| s.at);
        if past_end {
            let end = segment.start + segment.len;
            return (end, end);
        }
        if next - segment.at == segment.len {
            let offset = segment.start + (at - segment.at);
            (offset, offset + 1)
        } else {
            (segment.start, segment.start + segment.len)
        }
    }
}

/// A text to parse, with the way back to its source and the holes in it.
#[derive(Debug, Clone)]
pub struct Fragment<'a> {
    /// The text as the parser of the embedded language sees it: escapes decoded,
    /// indentation removed, unknown parts as [`HOLE`].
    pub text: Cow<'a, str>,
    /// The holes, in order.
    pub holes: Cow<'a, [Hole]>,
    map: Map,
}

#[derive(Debug, Clone)]
enum Map {
    /// The text stands in the source as it is.
    Plain {
        source: SourceId,
        start: u32,
    },
    Mapped(Arc<SpanMap>),
}

impl<'a> Fragment<'a> {
    /// A whole source, or a part of it that starts at byte `start`, as it stands.
    #[must_use]
    pub fn plain(source: SourceId, start: u32, text: &'a str) -> Self {
        Self { text: Cow::Borrowed(text), holes: Cow::Borrowed(&[]), map: Map::Plain { source, start } }
    }

    /// A decoded text with its map and holes.
    #[must_use]
    pub fn mapped(text: impl Into<Cow<'a, str>>, holes: impl Into<Cow<'a, [Hole]>>, map: Arc<SpanMap>) -> Self {
        Self { text: text.into(), holes: holes.into(), map: Map::Mapped(map) }
    }

    /// The offset at which the text stands, if it stands in the source as it is; else its
    /// map.
    ///
    /// # Errors
    /// The map is the other answer, not a failure.
    pub fn parts(&self) -> Result<u32, &Arc<SpanMap>> {
        match &self.map {
            Map::Plain { start, .. } => Ok(*start),
            Map::Mapped(map) => Err(map),
        }
    }

    /// The source that spans point into.
    #[must_use]
    pub fn source(&self) -> SourceId {
        match &self.map {
            Map::Plain { source, .. } => *source,
            Map::Mapped(map) => map.source,
        }
    }

    /// The source span of the text range `start..end`.
    #[must_use]
    pub fn span(&self, start: usize, end: usize) -> Span {
        match &self.map {
            Map::Plain { source, start: base } => Span::new(*source, *base as usize + start, *base as usize + end),
            Map::Mapped(map) => map.span(start, end),
        }
    }

    /// Whether every byte of the text is a byte of the source, in order and without gaps.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        matches!(self.map, Map::Plain { .. })
    }

    /// Adds the text range `start..end` to a map under construction, run by run, so that a
    /// part of this text keeps its way back to the source.
    pub fn copy_map(&self, start: usize, end: usize, into: &mut SpanMap) {
        let Map::Mapped(map) = &self.map else {
            into.push(end.saturating_sub(start), self.span(start, end));
            return;
        };
        let clip = |at: usize| u32::try_from(at).unwrap_or(u32::MAX).min(map.len);
        let (from, to) = (clip(start), clip(end));
        let first = map.segments.partition_point(|s| s.at <= from).saturating_sub(1);
        for (index, segment) in map.segments.iter().enumerate().skip(first) {
            let next = map.segments.get(index + 1).map_or(map.len, |s| s.at);
            let (a, b) = (segment.at.max(from), next.min(to));
            if segment.at >= to {
                break;
            }
            if b > a {
                into.push((b - a) as usize, map.span(a as usize, b as usize));
            }
        }
    }

    /// The holes whose `HOLE` characters stand in the text range, with offsets relative
    /// to its start.
    #[must_use]
    pub fn holes_in(&self, start: usize, end: usize) -> Vec<Hole> {
        let first = self.holes.partition_point(|hole| (hole.at as usize) < start);
        let last = self.holes.partition_point(|hole| (hole.at as usize) < end);
        let shift = u32::try_from(start).unwrap_or(u32::MAX);
        let inside = self.holes.get(first..last).unwrap_or_default().iter();
        inside.map(|h| Hole { at: h.at - shift, unknown: h.unknown.clone() }).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: SourceId = SourceId(0);

    #[test]
    fn maps_through_escapes_and_removed_indentation() {
        // source: `ab\ncd` with the two-byte escape `\n`, then indented text
        let mut map = SpanMap::empty(SOURCE);
        map.push(2, Span::new(SOURCE, 0, 2));
        map.push(1, Span::new(SOURCE, 2, 4));
        map.push(2, Span::new(SOURCE, 4, 6));
        map.push(3, Span::new(SOURCE, 10, 13));
        let table = [
            ((0, 2), (0, 2)),
            ((1, 3), (1, 4)),
            ((2, 3), (2, 4)),
            ((3, 5), (4, 6)),
            ((4, 7), (5, 12)),
            ((8, 8), (13, 13)),
        ];
        for ((from, to), (start, end)) in table {
            assert_eq!(map.span(from, to), Span::new(SOURCE, start, end), "text {from}..{to}");
        }
    }

    #[test]
    fn a_copied_range_maps_as_the_original_does() {
        let mut map = SpanMap::empty(SOURCE);
        map.push(2, Span::new(SOURCE, 0, 2));
        map.push(1, Span::new(SOURCE, 2, 4));
        map.push(3, Span::new(SOURCE, 10, 13));
        let fragment = Fragment::mapped("abncde", Vec::new(), Arc::new(map));
        for start in 0..6 {
            for end in start + 1..=6 {
                let mut copy = SpanMap::empty(SOURCE);
                fragment.copy_map(start, end, &mut copy);
                assert_eq!(copy.len as usize, end - start);
                for at in start..end {
                    assert_eq!(copy.span(at - start, end - start), fragment.span(at, end), "{start}..{end} at {at}");
                }
            }
        }
    }

    #[test]
    fn adjacent_linear_runs_become_one_segment() {
        let mut map = SpanMap::empty(SOURCE);
        map.push(2, Span::new(SOURCE, 5, 7));
        map.push(2, Span::new(SOURCE, 7, 9));
        assert_eq!(map.segments.len(), 1);
        assert_eq!(map.span(1, 4), Span::new(SOURCE, 6, 9));
    }
}
