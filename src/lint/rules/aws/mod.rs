//! Native checks of the rules in `rules/aws`. One `mod` line each, sorted; the table is
//! made by the build script.

mod action_star;
mod admin_star_star;
mod condition_common;
mod federation_common;
mod hardcoded_access_key;
mod iam_star;
mod ip_any;
mod ip_breaks_service_calls;
mod ip_host_bits;
mod ip_private_mixed;
mod ip_private_source;
mod notaction_allow;
mod notaction_allow_misses_iam;
mod notaction_notresource_allow;
mod passrole_any_role;
mod public_principal;
mod resource_star_write;
mod service_star;
mod trust_cognito_unauth;
mod trust_eks_irsa_sub;
mod trust_github_sub_abusable_claim;
mod trust_github_sub_any_ref;
mod trust_github_sub_equals_wildcard;
mod trust_github_sub_format;
mod trust_github_sub_org_wide;
mod trust_github_sub_pull_request;
mod trust_github_sub_wildcard;
mod trust_gitlab_sub_wildcard;
mod trust_oidc_forallvalues;
mod trust_oidc_ifexists;
mod trust_oidc_key_mismatch;
mod trust_oidc_missing_aud;
mod trust_oidc_missing_tenant_claim;
mod trust_oidc_negated;
mod trust_oidc_no_condition;
mod trust_principal_star;
mod trust_tfc_sub_wildcard;
mod value_account_format;
mod value_bool;
mod value_ip;
mod value_number;
mod value_org_format;
mod value_region;
mod value_vpc_format;
mod value_vpce_format;
mod version_missing;
mod vpcsourceip_unpaired;

use super::Check;

pub(super) const CHECKS: &[(&str, Check)] = include!(concat!(env!("OUT_DIR"), "/aws_checks.rs"));
