//! Globs and paths as languages.
