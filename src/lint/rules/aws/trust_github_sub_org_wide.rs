use super::federation_common::{GITHUB, pins, providers, subject, values, wild};
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    if !providers(context).iter().any(|p| p.issuer == GITHUB) || pins(facts, GITHUB, &["repository", "repository_id"]) {
        return;
    }
    for (value, span, globs) in values(facts, GITHUB, "sub") {
        let Some(subject) = subject(value).filter(|_| globs) else { continue };
        if !wild(subject.owner) && !subject.owner.is_empty() && subject.name.starts_with('*') {
            sink.report(span, format!("every repository of `{}` may assume this role", subject.owner))
                .label("any repository")
                .help("name the repositories, or pin `repository_id`");
        }
    }
}
