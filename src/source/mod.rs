//! Texts, the spans that point into them, and the files they come from.

pub mod decode;
pub mod discovery;
mod fragment;
mod lines;
mod map;
mod span;

pub use fragment::{Fragment, HOLE, Hole, Segment, SpanMap, Unknown};
pub use lines::{LineIndex, Position};
pub use map::{Source, SourceMap};
pub use span::{SourceId, Span};
