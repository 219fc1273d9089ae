//! Globs and paths as languages.
//!
//! | file | language |
//! | --- | --- |
//! | [`glob`] | `*` and `?` over plain text: actions, `StringLike` values |

mod code;
pub mod glob;

pub use glob::Glob;
