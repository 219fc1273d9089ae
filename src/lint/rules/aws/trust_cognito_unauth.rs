use super::federation_common::{claims, providers};
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    if !providers(context).iter().any(|p| p.issuer == "cognito-identity.amazonaws.com") {
        return;
    }
    for condition in claims(context.facts, "cognito-identity.amazonaws.com", "amr") {
        for (value, node) in condition.values().filter(|(value, _)| *value == "unauthenticated") {
            sink.report(
                node.span,
                format!("`{value}` visitors of the identity pool assume this role without logging in"),
            )
            .label("no login needed")
            .help("use `authenticated`, or keep this role for what anybody on the internet may do");
        }
    }
}
