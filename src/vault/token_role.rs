//! Token roles and the algorithm that decides which policies a child token gets
//! (spec: vault-roles, section 1.4).

use crate::syntax::Node;
use crate::vault::roles::field::{self, Fact, StringList};
use smol_str::SmolStr;

/// What a token role says.
#[derive(Debug, Clone, PartialEq)]
pub struct TokenRole {
    /// `allowed_policies`
    pub allowed: StringList,
    /// `allowed_policies_glob`
    pub allowed_glob: StringList,
    /// `disallowed_policies`
    pub disallowed: StringList,
    /// `disallowed_policies_glob`
    pub disallowed_glob: StringList,
    /// `allowed_entity_aliases`
    pub entity_aliases: StringList,
    /// `orphan`
    pub orphan: Fact<bool>,
    /// `renewable` (default true)
    pub renewable: Fact<bool>,
    /// `token_type`
    pub token_type: Fact<SmolStr>,
    /// `token_period`, else `period`, in seconds.
    pub period: Fact<i64>,
    /// `token_explicit_max_ttl`, else `explicit_max_ttl`, in seconds.
    pub explicit_max_ttl: Fact<i64>,
    /// `token_no_default_policy`
    pub no_default_policy: Fact<bool>,
    /// `token_num_uses`
    pub num_uses: Fact<i64>,
    /// `token_bound_cidrs`, else `bound_cidrs`.
    pub bound_cidrs: StringList,
}

impl TokenRole {
    /// Reads a role's body.
    #[must_use]
    pub fn read(body: &Node) -> Self {
        Self {
            allowed: field::string_list(body, &["allowed_policies"]),
            allowed_glob: field::string_list(body, &["allowed_policies_glob"]),
            disallowed: field::string_list(body, &["disallowed_policies"]),
            disallowed_glob: field::string_list(body, &["disallowed_policies_glob"]),
            entity_aliases: field::string_list(body, &["allowed_entity_aliases"]),
            orphan: field::boolean(body, &["orphan"]),
            renewable: field::boolean(body, &["renewable"]),
            token_type: field::string(body, &["token_type"]),
            period: field::seconds(body, &["token_period", "period"]),
            explicit_max_ttl: field::seconds(body, &["token_explicit_max_ttl", "explicit_max_ttl"]),
            no_default_policy: field::boolean(body, &["token_no_default_policy"]),
            num_uses: field::integer(body, &["token_num_uses"]),
            bound_cidrs: field::string_list(body, &["token_bound_cidrs", "bound_cidrs"]),
        }
    }
}
