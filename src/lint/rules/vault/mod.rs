//! Native checks of the rules in `rules/vault`. One `mod` line each, sorted; the table is
//! made by the build script.

mod admin_common;
mod allowed_and_disallowed_overlap;
mod aws_principal_dead;
mod aws_principal_star;
mod deny_outranked;
mod deny_with_others;
mod empty_capabilities;
mod github_default_mapping;
mod group_dead;
mod hardcoded_token;
mod jwt_bound_claims_glob_any;
mod jwt_claim_user_controlled;
mod jwt_common;
mod jwt_glob_in_string_type;
mod jwt_leeway;
mod jwt_no_claims;
mod jwt_oidc_unbound;
mod jwt_pull_request;
mod jwt_renameable;
mod jwt_user_claim_mixed;
mod legacy_and_token_field;
mod list_only_wildcard;
mod oidc_redirect_wild;
mod path_mount_glob;
mod path_root_plus;
mod path_star_all;
mod path_star_read;
mod policy_named_root;
mod policy_unused;
mod role_admin_policy;
mod role_dangling_policy;
mod role_no_ttl;
mod role_policy_case_space;
mod role_root_policy;
mod role_ttl_gt_max;
mod role_weak_bound_strong_policy;
mod star_mid;
mod sudo_wide;

use super::Check;

pub(super) const CHECKS: &[(&str, Check)] = include!(concat!(env!("OUT_DIR"), "/vault_checks.rs"));
