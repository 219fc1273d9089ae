//! All integration tests, in one binary.
mod pattern_glob;
mod pattern_path;
