use super::federation_common::{GITHUB, pins, providers, subject, values, wild};
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

/// Claims that narrow down which run of a workflow is meant.
const RUN: &[&str] = &["ref", "environment", "job_workflow_ref", "workflow", "actor", "actor_id", "base_ref"];

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    if !providers(context).iter().any(|p| p.issuer == GITHUB) || pins(facts, GITHUB, RUN) {
        return;
    }
    for (value, span, globs) in values(facts, GITHUB, "sub") {
        let Some(subject) = subject(value).filter(|_| globs) else { continue };
        let whole = !wild(subject.owner) && !subject.name.is_empty() && !subject.name.starts_with('*');
        let any = subject.context == "*" || (subject.context.is_empty() && subject.name.ends_with('*'));
        if whole && any {
            sink.report(
                span,
                format!("any branch, tag or pull request of `{}/{}` may assume this role", subject.owner, subject.name),
            )
            .label("any ref")
            .help("pin a branch (`:ref:refs/heads/main`) or an environment (`:environment:production`)");
        }
    }
}
