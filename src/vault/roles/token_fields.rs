//! The `token_*` fields that all login roles share, with their legacy twins
//! (spec: vault-roles, section 1.1).

use smol_str::SmolStr;

use super::field::{self, Fact, StringList};
use crate::source::Span;
use crate::syntax::Node;

/// What a role says about the tokens that its logins get.
#[derive(Debug, Clone, PartialEq)]
pub struct TokenFields {
    /// `token_policies`, else `policies`.
    pub policies: StringList,
    /// Where the legacy twin stands if both are given and differ: it is ignored.
    pub ignored_policies: Option<Span>,
    /// `token_no_default_policy`
    pub no_default_policy: Fact<bool>,
    /// `token_ttl`, else `ttl` (or `lease`), in seconds.
    pub ttl: Fact<i64>,
    /// `token_max_ttl`, else `max_ttl`, in seconds.
    pub max_ttl: Fact<i64>,
    /// `token_explicit_max_ttl`, in seconds.
    pub explicit_max_ttl: Fact<i64>,
    /// `token_period`, else `period`, in seconds.
    pub period: Fact<i64>,
    /// `token_num_uses`, else `num_uses`.
    pub num_uses: Fact<i64>,
    /// `token_type`
    pub token_type: Fact<SmolStr>,
    /// `token_bound_cidrs`, else `bound_cidrs`.
    pub bound_cidrs: StringList,
}

impl TokenFields {
    /// Reads the fields of a body. Where the twins of a field are both given, the
    /// `token_*` one counts and the other is ignored, as the server does.
    #[must_use]
    pub fn read(body: &Node) -> Self {
        let policies = field::string_list(body, &["token_policies", "policies"]);
        let legacy = field::string_list(body, &["policies"]);
        let both = body.get("token_policies").is_some() && legacy.span.is_some();
        let differ = both && names(&legacy) != names(&policies);
        Self {
            policies,
            ignored_policies: legacy.span.filter(|_| differ),
            no_default_policy: field::boolean(body, &["token_no_default_policy"]),
            ttl: field::seconds(body, &["token_ttl", "ttl", "lease"]),
            max_ttl: field::seconds(body, &["token_max_ttl", "max_ttl"]),
            explicit_max_ttl: field::seconds(body, &["token_explicit_max_ttl", "explicit_max_ttl"]),
            period: field::seconds(body, &["token_period", "period"]),
            num_uses: field::integer(body, &["token_num_uses", "num_uses"]),
            token_type: field::string(body, &["token_type"]),
            bound_cidrs: field::string_list(body, &["token_bound_cidrs", "bound_cidrs"]),
        }
    }
}

fn names(list: &StringList) -> Vec<SmolStr> {
    let mut names: Vec<SmolStr> = list.items.iter().map(|(text, _)| policy_name(text.raw())).collect();
    names.sort();
    names.dedup();
    names
}

/// A policy's name as the server stores it: trimmed and in lower case.
#[must_use]
pub fn policy_name(name: &str) -> SmolStr {
    let trimmed = name.trim();
    if trimmed.chars().any(char::is_uppercase) { trimmed.to_lowercase().into() } else { trimmed.into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceId;
    use crate::syntax::{Entry, Text, Value};

    fn map(entries: &[(&str, Value)]) -> Node {
        let span = Span::new(SourceId(0), 0, 1);
        let entries = entries
            .iter()
            .map(|(key, value)| Entry {
                key: Text::atomic(*key, span),
                key_span: span,
                value: Node::new(span, value.clone()),
            })
            .collect();
        Node::new(span, Value::Map(entries))
    }

    fn text(value: &str) -> Value {
        Value::String(Text::atomic(value, Span::new(SourceId(0), 0, 1)))
    }

    fn policies(fields: &TokenFields) -> Vec<&str> {
        fields.policies.known().map(|(name, _)| name).collect()
    }

    #[test]
    fn legacy_twin_counts_only_when_alone() {
        let alone = TokenFields::read(&map(&[("policies", text("a, b")), ("period", text("1h"))]));
        assert_eq!(policies(&alone), ["a", "b"]);
        assert_eq!(alone.period.known(), Some(&3600));
        assert_eq!(alone.ignored_policies, None);

        let both = TokenFields::read(&map(&[("policies", text("b")), ("token_policies", text("a"))]));
        assert_eq!(policies(&both), ["a"]);
        assert!(both.ignored_policies.is_some());

        let agree = TokenFields::read(&map(&[("policies", text("b, A")), ("token_policies", text("a,b"))]));
        assert_eq!(agree.ignored_policies, None);
    }
}
