//! Native checks of the rules in `rules/vault`. One `mod` line each, sorted; the table is
//! made by the build script.

mod deny_outranked;
mod deny_with_others;
mod empty_capabilities;
mod hardcoded_token;
mod list_only_wildcard;
mod path_mount_glob;
mod path_root_plus;
mod path_star_all;
mod path_star_read;
mod policy_named_root;
mod role_root_policy;
mod star_mid;
mod sudo_wide;

use super::Check;

pub(super) const CHECKS: &[(&str, Check)] = include!(concat!(env!("OUT_DIR"), "/vault_checks.rs"));
