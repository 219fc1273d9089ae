//! Builds a decoded [`Text`] piece by piece: what stood there, escapes, values put in
//! from elsewhere, and parts that are not known.

use std::sync::Arc;

use super::Text;
use crate::source::{Fragment, HOLE, Hole, SourceId, Span, SpanMap, Unknown};

/// Collects the pieces of one decoded string.
#[derive(Debug, Clone)]
pub struct TextBuilder {
    value: String,
    map: SpanMap,
    holes: Vec<Hole>,
}

impl TextBuilder {
    /// Starts a text whose pieces all stand in one source.
    #[must_use]
    pub fn new(source: SourceId) -> Self {
        Self { value: String::new(), map: SpanMap::empty(source), holes: Vec::new() }
    }

    /// Adds a piece that stands in the source as it is, from byte `start` on.
    pub fn plain(&mut self, piece: &str, start: usize) {
        let span = Span::new(self.map.source, start, start + piece.len());
        self.push(piece, span);
    }

    /// Adds a piece that stands for the whole of `span`: an escape, or a computed value.
    /// Where both have the same length the piece is taken to stand there byte by byte.
    pub fn push(&mut self, piece: &str, span: Span) {
        self.value.push_str(piece);
        self.map.push(piece.len(), span);
    }

    /// Adds a part whose value is not known.
    pub fn hole(&mut self, unknown: Unknown) {
        let span = unknown.span;
        self.hole_at(unknown, span);
    }

    /// Adds an unknown part that stands at `span` of this text, wherever it comes from.
    pub fn hole_at(&mut self, unknown: Unknown, span: Span) {
        let at = u32::try_from(self.value.len()).unwrap_or(u32::MAX);
        self.holes.push(Hole { at, unknown });
        let mut encoded = [0; 4];
        self.push(HOLE.encode_utf8(&mut encoded), span);
    }

    /// Adds a text that comes from elsewhere, with its holes; all of it stands at `span`.
    pub fn text(&mut self, text: &Text, span: Span) {
        let mut from = 0;
        for hole in text.holes() {
            let at = hole.at as usize;
            self.push(text.raw().get(from..at).unwrap_or(""), span);
            self.hole_at(hole.unknown.clone(), span);
            from = at + HOLE.len_utf8();
        }
        self.push(text.raw().get(from..).unwrap_or(""), span);
    }

    /// Adds a text keeping the place of each of its bytes, where they stand in this
    /// builder's source; else like [`TextBuilder::text`]. `home` is the span of the node
    /// that holds the text, `place` where it is put in.
    pub fn splice(&mut self, text: &Text, home: Span, place: Span) {
        let fragment = text.fragment(home);
        if fragment.source() != self.map.source {
            self.text(text, place);
            return;
        }
        let shift = u32::try_from(self.value.len()).unwrap_or(u32::MAX);
        let holes = text.holes().iter();
        self.holes.extend(holes.map(|h| Hole { at: h.at.saturating_add(shift), unknown: h.unknown.clone() }));
        fragment.copy_map(0, text.raw().len(), &mut self.map);
        self.value.push_str(text.raw());
    }

    /// Adds the bytes `start..end` of a fragment of this builder's source, each at its
    /// place, with their holes.
    pub fn part(&mut self, fragment: &Fragment<'_>, start: usize, end: usize) {
        let shift = u32::try_from(self.value.len()).unwrap_or(u32::MAX);
        let holes = fragment.holes_in(start, end).into_iter();
        self.holes.extend(holes.map(|hole| Hole { at: hole.at.saturating_add(shift), ..hole }));
        fragment.copy_map(start, end, &mut self.map);
        self.value.push_str(fragment.text.get(start..end).unwrap_or(""));
    }

    /// The source that the pieces stand in.
    #[must_use]
    pub fn source(&self) -> SourceId {
        self.map.source
    }

    /// Length of what was added so far, in bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.value.len()
    }

    /// Whether nothing was added yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.value.is_empty()
    }

    /// What was added so far, with a [`HOLE`] for each unknown part.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.value
    }

    /// The finished text. `span` is the span of the node that will hold it, the place of
    /// a text without any pieces.
    #[must_use]
    pub fn finish(self, span: Span) -> Text {
        if let ([segment], []) = (self.map.segments.as_slice(), self.holes.as_slice())
            && segment.len == self.map.len
            && self.map.source == span.source
        {
            return Text::plain(self.value, segment.start);
        }
        if self.value.is_empty() {
            return Text::plain("", span.start);
        }
        Text::mapped(self.value, Arc::new(self.map), self.holes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: SourceId = SourceId(3);

    #[test]
    fn joins_plain_escaped_and_unknown_pieces() {
        // `ab\n${x}cd`, quoted, from byte 10 on
        let mut builder = TextBuilder::new(SOURCE);
        builder.plain("ab", 11);
        builder.push("\n", Span::new(SOURCE, 13, 15));
        builder.hole(Unknown::new(vec!["x".into()], Span::new(SOURCE, 15, 19)));
        builder.plain("cd", 19);
        let span = Span::new(SOURCE, 10, 22);
        let text = builder.finish(span);
        assert_eq!(text.display(), "ab\n${x}cd");
        assert_eq!(text.span_of(span, 0, 3), Span::new(SOURCE, 11, 15));
        assert_eq!(text.span_of(span, 7, 9), Span::new(SOURCE, 19, 21));
        assert_eq!(text.holes().len(), 1);
    }

    #[test]
    fn one_plain_piece_makes_a_plain_text() {
        let mut builder = TextBuilder::new(SOURCE);
        builder.plain("ab", 5);
        builder.plain("cd", 7);
        assert_eq!(builder.finish(Span::new(SOURCE, 4, 10)), Text::plain("abcd", 5));
    }

    #[test]
    fn spliced_text_keeps_its_places() {
        let home = Span::new(SOURCE, 100, 110);
        let mut inner = TextBuilder::new(SOURCE);
        inner.plain("a", 101);
        inner.push("\"", Span::new(SOURCE, 102, 104));
        let inner = inner.finish(home);
        let mut outer = TextBuilder::new(SOURCE);
        outer.plain("x", 1);
        outer.splice(&inner, home, Span::new(SOURCE, 2, 3));
        let text = outer.finish(Span::new(SOURCE, 0, 4));
        assert_eq!(text.raw(), "xa\"");
        assert_eq!(text.span_of(Span::new(SOURCE, 0, 4), 2, 3), Span::new(SOURCE, 102, 104));
    }
}
