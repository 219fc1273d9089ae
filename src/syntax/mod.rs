//! Text → spanned [`Node`] tree. One file per format; all share one tree.

mod node;

pub use node::{Entry, Node, Text, Value};
