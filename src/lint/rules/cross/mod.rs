//! Native checks of the rules in `rules/cross`. One `mod` line each, sorted; the table is
//! made by the build script.

use super::Check;

pub(super) const CHECKS: &[(&str, Check)] = include!(concat!(env!("OUT_DIR"), "/cross_checks.rs"));
