//! All texts of one run, each under the name that reports show.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use super::{LineIndex, Position, SourceId, Span};

/// One text that was read: a file, standard input, a git blob.
#[derive(Debug)]
pub struct Source {
    name: String,
    text: String,
    lines: OnceLock<LineIndex>,
}

impl Source {
    /// The name shown in reports: a path relative to the working directory with forward
    /// slashes, or `<stdin>`. May hold any character; reports escape it.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The line table, made at first use.
    pub fn lines(&self) -> &LineIndex {
        self.lines.get_or_init(|| LineIndex::new(&self.text))
    }
}

/// The texts of a run, by [`SourceId`].
#[derive(Debug, Default)]
pub struct SourceMap {
    sources: Vec<Source>,
    /// The first source of each name, made at first use.
    names: OnceLock<FxHashMap<Box<str>, SourceId>>,
}

impl SourceMap {
    /// An empty map.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a text under a display name.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>) -> SourceId {
        let id = SourceId(u32::try_from(self.sources.len()).unwrap_or(u32::MAX));
        self.names.take();
        self.sources.push(Source { name: name.into(), text: text.into(), lines: OnceLock::new() });
        id
    }

    /// The source of that id, if it is of this map.
    #[must_use]
    pub fn get(&self, id: SourceId) -> Option<&Source> {
        self.sources.get(id.0 as usize)
    }

    /// Display name of a source; empty for an id that is not of this map.
    #[must_use]
    pub fn name(&self, id: SourceId) -> &str {
        self.get(id).map_or("", Source::name)
    }

    /// Text of a source; empty for an id that is not of this map.
    #[must_use]
    pub fn text(&self, id: SourceId) -> &str {
        self.get(id).map_or("", Source::text)
    }

    /// The text a span covers; empty where it does not fit the source.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        self.text(span.source).get(span.range()).unwrap_or("")
    }

    /// Where a span starts and ends (the end is the position after its last character).
    #[must_use]
    pub fn positions(&self, span: Span) -> Option<(Position, Position)> {
        let source = self.get(span.source)?;
        let lines = source.lines();
        Some((lines.position(&source.text, span.start), lines.position(&source.text, span.end)))
    }

    /// All sources in the order they were added.
    pub fn iter(&self) -> impl Iterator<Item = (SourceId, &Source)> {
        self.sources.iter().zip(0u32..).map(|(source, id)| (SourceId(id), source))
    }

    /// The source of that display name, if there is one; of several the first.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<SourceId> {
        let names = self.names.get_or_init(|| {
            let mut names = FxHashMap::default();
            for (id, source) in self.iter() {
                names.entry(Box::from(source.name())).or_insert(id);
            }
            names
        });
        names.get(name).copied()
    }

    /// Number of sources.
    #[must_use]
    pub fn len(&self) -> usize {
        self.sources.len()
    }

    /// Whether nothing was added.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sources.is_empty()
    }
}
