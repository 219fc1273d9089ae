//! Text → spanned [`Node`] tree. One file per format; all share one tree.

mod build;
pub mod hcl1;
pub mod hcl2;
pub mod json;
mod node;
pub mod percent;
pub mod python;
#[cfg(feature = "typescript")]
pub mod typescript;
pub mod yaml;

pub use build::TextBuilder;
pub use node::{Entry, Node, Text, Value};
