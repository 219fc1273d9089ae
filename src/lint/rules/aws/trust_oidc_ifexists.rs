use super::federation_common::{claims, providers};
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    for provider in providers(context) {
        for claim in ["sub", "aud"] {
            for condition in claims(context.facts, &provider.issuer, claim).filter(|condition| condition.if_exists) {
                let operator = condition.condition.operator.display();
                let message = format!("`{operator}` lets a token without the claim `{claim}` assume this role");
                sink.report(condition.condition.operator_span, message).label("absent claims pass");
            }
        }
    }
}
