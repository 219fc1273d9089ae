//! What the rules on JWT and OIDC roles share.

use crate::lint::RoleContext;
use crate::source::Span;
use crate::syntax::{Node, Value};
use crate::vault::roles::field;

/// Issuers that sign for whoever has an account (spec: vault-roles, section 1.6).
const SHARED: &[&str] = &[
    "token.actions.githubusercontent.com",
    "gitlab.com",
    "accounts.google.com",
    "app.terraform.io",
    "oidc.circleci.com",
    "api.bitbucket.org",
    "login.microsoftonline.com/common",
    "login.microsoftonline.com/organizations",
    "agent.buildkite.com",
    "vstoken.dev.azure.com",
];

/// Whether the issuer signs for strangers.
pub(super) fn is_shared(issuer: &str) -> bool {
    let host = issuer.trim_start_matches("https://").trim_end_matches('/');
    SHARED.iter().any(|known| host == *known || host.strip_prefix(known).is_some_and(|rest| rest.starts_with('/')))
}

/// The issuer of the role's mount, if the model knows it.
pub(super) fn issuer(context: &RoleContext<'_>) -> Option<String> {
    let model = context.inputs.model;
    let bodies =
        model.vault.configs_at(context.role.mount.as_deref()?).filter_map(|object| model.vault_body(object.decl));
    let mut issuers = bodies.filter_map(|body| {
        ["bound_issuer", "oidc_discovery_url", "jwks_url"].iter().find_map(|key| {
            field::string(body, &[key]).known().filter(|text| !text.is_empty()).map(ToString::to_string)
        })
    });
    issuers.next()
}

/// Whether a claim, the subject or part of that may be bound.
pub(super) fn is_bound(body: &Node) -> bool {
    let present = |key: &str| match body.get(key).map(|node| &node.value) {
        None | Some(Value::Null) => false,
        Some(Value::String(text)) => !text.raw().is_empty(),
        Some(Value::Map(entries)) => !entries.is_empty(),
        Some(Value::List(items)) => !items.is_empty(),
        Some(_) => true,
    };
    present("bound_claims") || present("bound_subject")
}

/// One value of a bound claim.
pub(super) struct Claim<'a> {
    /// The claim's name.
    pub(super) key: &'a str,
    /// Where the name stands.
    pub(super) key_span: Span,
    /// The values that are known, with their places.
    pub(super) values: Vec<(String, Span)>,
}

/// The bound claims; none where the map is not known in full.
pub(super) fn claims(body: &Node) -> Option<Vec<Claim<'_>>> {
    let entries = body.get("bound_claims")?.as_map()?;
    entries
        .iter()
        .map(|entry| {
            let list = field::string_list_of(&entry.value);
            let values = list.known().map(|(text, span)| (text.to_owned(), span)).collect();
            Some(Claim { key: entry.key.known()?, key_span: entry.key_span, values })
        })
        .collect()
}

/// Whether `*` in the bound claims stands for any text.
pub(super) fn globs(body: &Node) -> Option<bool> {
    match field::string(body, &["bound_claims_type"]) {
        field::Fact::Absent => Some(false),
        field::Fact::Known(kind, _) => Some(kind == "glob"),
        field::Fact::Unknown(_) => None,
    }
}

/// The role's name for messages.
pub(super) fn name(context: &RoleContext<'_>) -> String {
    context.role.name.as_ref().map_or_else(|| context.declaration.address.to_string(), ToString::to_string)
}
