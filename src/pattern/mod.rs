//! Globs and paths as languages.
//!
//! | file | what it is |
//! | --- | --- |
//! | [`glob`] | `*` and `?` over plain text: actions, `StringLike` values |
//! | [`arn`] | resource ARNs, whose wildcards respect segments, and `ArnLike` patterns |
//! | [`path`] | Vault paths: exact, prefix, `+` segments |
//! | [`token`] | the form all of them share for questions about whole languages |
//! | [`relate`] | overlap, containment, difference, each with a text that shows it |
//!
//! Every question is answered exactly or said to be undecided, never guessed.

pub mod arn;
mod code;
pub mod glob;
pub mod path;
pub mod relate;
pub(crate) mod search;
pub mod token;

pub use glob::Glob;
