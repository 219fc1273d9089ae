use super::federation_common::{GITHUB, pins, providers, subject, values, wild};
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

/// Claims that name the owner or repository by themselves.
const OWNERS: &[&str] = &["repository", "repository_id", "repository_owner", "repository_owner_id", "enterprise_id"];

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    if !providers(context).iter().any(|p| p.issuer == GITHUB) || pins(facts, GITHUB, OWNERS) {
        return;
    }
    for (value, span, globs) in values(facts, GITHUB, "sub") {
        if !globs {
            continue;
        }
        let open = match subject(value) {
            Some(subject) => wild(subject.owner) || (subject.name.is_empty() && subject.owner.is_empty()),
            None => value.starts_with(['*', '?']),
        };
        if open {
            let stranger = value.replace('*', "-evil/x").replace("repo:-evil/x", "repo:evil/x").replace('?', "x");
            sink.report(span, format!("`{value}` matches repositories of strangers on GitHub"))
                .label("the owner is a wildcard")
                .witness(format!("sts:AssumeRoleWithWebIdentity with sub {stranger}"))
                .help("write the owner out and end it with `/`: `repo:OWNER/REPOSITORY:ref:refs/heads/main`");
        }
    }
}
