use super::federation_common::{pins, providers, values, wild};
use crate::lint::{Check, Severity, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

/// Claims that tell whose job it is as well as `sub` does.
const CLAIMS: &[&str] =
    &["pipeline_id", "pipeline_slug", "oidc.circleci.com/project-id", "project-id", "repositoryuuid", "workspace"];

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    for provider in providers(context) {
        let issuer = provider.issuer.as_str();
        if pins(facts, issuer, CLAIMS) {
            continue;
        }
        for (value, span, globs) in values(facts, issuer, "sub") {
            if !globs || !wild(value) {
                continue;
            }
            let Some((what, severity)) = open(issuer, value) else { continue };
            sink.report(span, format!("`{value}` lets in {what}"))
                .label("too wide")
                .severity(severity)
                .related(provider.span, "tokens of this issuer")
                .help("write out the project, and the branch where it matters");
        }
    }
}

/// Whom a pattern of `sub` lets in that it need not.
fn open(issuer: &str, value: &str) -> Option<(&'static str, Severity)> {
    let part = |name: &str| value.split(':').skip_while(|word| *word != name).nth(1);
    if issuer == "agent.buildkite.com" {
        return match (part("organization"), part("pipeline")) {
            (Some(organization), Some(pipeline)) if !wild(organization) => {
                wild(pipeline).then_some(("every pipeline of the organization", Severity::Medium))
            }
            (Some(organization), None) if !wild(organization) => {
                Some(("every pipeline of the organization", Severity::Medium))
            }
            _ => Some(("pipelines of other organizations", Severity::Critical)),
        };
    }
    if issuer == "oidc.codefresh.io" {
        return match (part("account"), part("pipeline")) {
            (Some(account), Some(pipeline)) if !wild(account) => {
                wild(pipeline).then_some(("every pipeline of the account", Severity::Medium))
            }
            (Some(account), None) if !wild(account) => Some(("every pipeline of the account", Severity::Medium)),
            _ => Some(("pipelines of other accounts", Severity::Critical)),
        };
    }
    if issuer.starts_with("oidc.circleci.com/org/") {
        let project = value.split('/').skip_while(|word| *word != "project").nth(1);
        return project.is_none_or(wild).then_some(("every project of the organization", Severity::Medium));
    }
    if issuer.starts_with("api.bitbucket.org/2.0/workspaces/") {
        let repository = value.split(':').next().unwrap_or("");
        return wild(repository).then_some(("every repository of the workspace", Severity::Medium));
    }
    None
}
