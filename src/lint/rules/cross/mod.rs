//! Native checks of the rules in `rules/cross`. One `mod` line each, sorted; the table is
//! made by the build script.

mod module_not_read;
mod notes_common;
mod policy_not_known;
mod provider_credential_literal;
mod pulumi_unbound_name;
mod pulumi_unknown_argument;
mod pulumi_unknown_class;
mod secret_in_clear;
mod terraform_unknown_argument;

use super::Check;

pub(super) const CHECKS: &[(&str, Check)] = include!(concat!(env!("OUT_DIR"), "/cross_checks.rs"));
