use super::federation_common::providers;
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    if facts.statement.conditions_unknown {
        return;
    }
    for provider in providers(context) {
        let own = |key: &str| key.starts_with(&provider.issuer) || key.ends_with(":sub") || key.ends_with(":aud");
        if !facts.conditions.iter().any(|condition| own(&condition.key)) {
            let message = format!("every identity of `{}` may assume this role: no claim is checked", provider.issuer);
            sink.report(provider.span, message)
                .label("any of its identities")
                .help(format!("pin `{0}:aud` and `{0}:sub`", provider.issuer));
        }
    }
}
