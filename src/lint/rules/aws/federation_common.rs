//! OIDC providers in trust policies: which issuer, what its claims are pinned to.

use crate::aws::document::{PolicyKind, PrincipalKind};
use crate::lint::{ConditionFact, Quantifier, StatementContext, StatementFacts};
use crate::source::Span;

/// GitHub's issuer of workflow tokens.
pub(super) const GITHUB: &str = "token.actions.githubusercontent.com";

/// An OIDC provider that a trust statement lets in.
#[derive(Debug)]
pub(super) struct Provider {
    /// Issuer without scheme, lower case: the prefix of its condition keys.
    pub(super) issuer: String,
    /// Where the principal stands.
    pub(super) span: Span,
}

/// The OIDC providers that an `Allow` of a trust policy lets in by web identity.
pub(super) fn providers(context: &StatementContext<'_>) -> Vec<Provider> {
    let facts = context.facts;
    if context.kind() != PolicyKind::Trust || !facts.allow {
        return Vec::new();
    }
    let Some(principal) = facts.statement.principal.as_ref().filter(|p| !p.negated) else { return Vec::new() };
    let federated = principal.entries.iter().filter(|entry| entry.kind == PrincipalKind::Federated);
    federated
        .filter_map(|entry| Some(Provider { issuer: issuer(entry.item.text.known()?)?, span: entry.item.span }))
        .collect()
}

/// The issuer of a federated principal: of a provider's ARN, or one of the four that AWS
/// knows by domain.
fn issuer(principal: &str) -> Option<String> {
    if let Some((_, issuer)) = principal.split_once(":oidc-provider/") {
        return Some(issuer.trim_start_matches("https://").to_ascii_lowercase());
    }
    let known = ["accounts.google.com", "cognito-identity.amazonaws.com", "graph.facebook.com", "www.amazon.com"];
    known.contains(&principal).then(|| principal.to_owned())
}

/// The conditions on a claim of an issuer.
pub(super) fn claims<'f, 'a>(
    facts: &'f StatementFacts<'a>,
    issuer: &str,
    claim: &str,
) -> impl Iterator<Item = &'f ConditionFact<'a>> {
    let key = format!("{issuer}:{claim}");
    facts.conditions.iter().filter(move |condition| condition.key == key)
}

/// Whether one of these claims of the issuer is pinned: by a positive condition that is
/// false where the claim is absent.
pub(super) fn pins(facts: &StatementFacts<'_>, issuer: &str, names: &[&str]) -> bool {
    facts.statement.conditions_unknown
        || names.iter().any(|name| {
            claims(facts, issuer, name).any(|c| !c.negated && !c.if_exists && c.quantifier != Quantifier::ForAll)
        })
}

/// Whether a condition compares with globs.
pub(super) fn globs(condition: &ConditionFact<'_>) -> bool {
    condition.operator == "stringlike"
}

/// The claims of which one must be pinned, because everybody's tokens come from the same
/// issuer. None for issuers that belong to one tenant (an EKS cluster, a company's own
/// GitLab), which the URL tells apart.
/// Source: AWS's identity-provider controls for shared OIDC providers, and the providers' guides.
pub(super) fn tenant_claims(issuer: &str) -> Option<&'static [&'static str]> {
    Some(match issuer {
        GITHUB => &["sub", "repository", "repository_id", "repository_owner_id", "enterprise_id", "job_workflow_ref"],
        "gitlab.com" => &["sub", "project_id", "namespace_id"],
        "agent.buildkite.com" => &["sub", "organization_id", "organization_slug"],
        "app.terraform.io"
        | "oidc.codefresh.io"
        | "scalr.io"
        | "proidc.upbound.io"
        | "studio.datachain.ai/api"
        | "tokens.cloud.shisho.dev" => &["sub"],
        "oidc.vercel.com" | "api.pulumi.com/oidc" | "sandboxes.cloud" | "cognito-identity.amazonaws.com" => &["aud"],
        "accounts.google.com" => &["aud", "oaud", "sub"],
        "graph.facebook.com" => &["app_id", "id"],
        "www.amazon.com" => &["app_id", "user_id"],
        _ => return None,
    })
}

/// A value of GitHub's `sub` claim: `repo:OWNER/NAME:CONTEXT`.
#[derive(Debug)]
pub(super) struct Subject<'t> {
    pub(super) owner: &'t str,
    pub(super) name: &'t str,
    pub(super) context: &'t str,
}

/// Splits a `sub` value that starts with `repo:`; parts that are missing are empty.
pub(super) fn subject(value: &str) -> Option<Subject<'_>> {
    let rest = value.strip_prefix("repo:")?;
    let (repository, context) = rest.split_once(':').unwrap_or((rest, ""));
    let (owner, name) = repository.split_once('/').unwrap_or((repository, ""));
    Some(Subject { owner, name, context })
}

/// Whether a text holds a glob's wildcard.
pub(super) fn wild(text: &str) -> bool {
    text.contains(['*', '?'])
}

/// The known values of the positive conditions on a claim, with the place of each and
/// whether they are globs.
pub(super) fn values<'f>(facts: &'f StatementFacts<'_>, issuer: &str, claim: &str) -> Vec<(&'f str, Span, bool)> {
    claims(facts, issuer, claim)
        .filter(|condition| !condition.negated)
        .flat_map(|condition| condition.values().map(|(text, node)| (text, node.span, globs(condition))))
        .collect()
}
