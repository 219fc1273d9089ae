//! Text → spanned [`Node`] tree. One file per format; all share one tree.

pub mod json;
mod node;
pub mod percent;

pub use node::{Entry, Node, Text, Value};
