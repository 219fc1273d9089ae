use super::federation_common::{GITHUB, providers, subject, values, wild};
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    if !providers(context).iter().any(|p| p.issuer == GITHUB) {
        return;
    }
    for (value, span, _) in values(context.facts, GITHUB, "sub") {
        let Some(subject) = subject(value).filter(|_| !wild(value)) else { continue };
        let problem = if subject.name.is_empty() {
            "has no repository after the owner"
        } else if subject.context.is_empty() {
            "ends after the repository, and no token's subject does"
        } else if subject.context.starts_with("ref:") && !subject.context.starts_with("ref:refs/") {
            "names a ref without `refs/`"
        } else {
            continue;
        };
        sink.report(span, format!("`{value}` {problem}: nobody can assume this role by it"))
            .label("never matches")
            .help("write `repo:OWNER/REPOSITORY:ref:refs/heads/BRANCH` or `:environment:NAME`");
    }
}
