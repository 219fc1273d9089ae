use super::federation_common::{pins, providers, tenant_claims};
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    for provider in providers(context) {
        let Some(claims) = tenant_claims(&provider.issuer) else { continue };
        let own = facts.conditions.iter().any(|condition| condition.key.starts_with(&provider.issuer));
        if !own || pins(facts, &provider.issuer, claims) {
            continue;
        }
        let (issuer, claim) = (&provider.issuer, claims.first().copied().unwrap_or("sub"));
        sink.report(
            provider.span,
            format!("everybody's tokens come from `{issuer}`, and no condition says whose are meant"),
        )
        .label("a shared issuer")
        .help(format!("pin `{issuer}:{claim}` to what is yours"));
    }
}
