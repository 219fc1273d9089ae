use super::federation_common::{GITHUB, providers, subject, values};
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    if !providers(context).iter().any(|p| p.issuer == GITHUB) {
        return;
    }
    for (value, span, _) in values(context.facts, GITHUB, "sub") {
        if subject(value).is_some_and(|subject| subject.context == "pull_request") {
            sink.report(
                span,
                format!("`{value}` lets every pull request assume this role before anybody has reviewed it"),
            )
            .label("any pull request")
            .help("use an environment with reviewers: `:environment:NAME`");
        }
    }
}
