//! Native checks of the rules in `rules/aws`. One `mod` line each, sorted; the table is
//! made by the build script.

mod action_star;
mod admin_star_star;
mod hardcoded_access_key;
mod iam_star;
mod notaction_allow;
mod notaction_allow_misses_iam;
mod notaction_notresource_allow;
mod passrole_any_role;
mod public_principal;
mod resource_star_write;
mod service_star;
mod trust_principal_star;
mod version_missing;

use super::Check;

pub(super) const CHECKS: &[(&str, Check)] = include!(concat!(env!("OUT_DIR"), "/aws_checks.rs"));
