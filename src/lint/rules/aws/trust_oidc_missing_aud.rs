use super::federation_common::{claims, providers, tenant_claims};
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    for provider in providers(context) {
        let issuer = provider.issuer.as_str();
        // issuers that AWS knows by domain check the audience by their own claims
        if facts.statement.conditions_unknown || issuer.starts_with("www.") || issuer.starts_with("graph.") {
            continue;
        }
        // where the audience is the tenant another rule speaks
        if tenant_claims(issuer).is_some_and(|claims| claims.first() == Some(&"aud")) {
            continue;
        }
        let any = facts.conditions.iter().any(|condition| condition.key.starts_with(issuer));
        let audience = ["aud", "azp", "oaud"].iter().any(|claim| claims(facts, issuer, claim).next().is_some());
        if any && !audience {
            sink.report(provider.span, format!("a token that `{issuer}` made for another audience is accepted too"))
                .label("no condition on its audience")
                .help(format!("pin `{issuer}:aud` to `sts.amazonaws.com`"));
        }
    }
}
