use super::federation_common::{providers, values, wild};
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    for provider in providers(context) {
        for (value, span, globs) in values(context.facts, &provider.issuer, "sub") {
            if !globs && wild(value) {
                sink.report(
                    span,
                    format!("`{value}` is compared letter by letter here, `*` included: nobody can assume this role"),
                )
                .label("never matches")
                .help("use `StringLike`, or write the value out");
            }
        }
    }
}
