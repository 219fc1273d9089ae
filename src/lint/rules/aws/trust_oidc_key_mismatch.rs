use super::federation_common::providers;
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let providers = providers(context);
    if providers.is_empty() {
        return;
    }
    for condition in &context.facts.conditions {
        let key = condition.key.as_str();
        let Some((prefix, claim)) = key.rsplit_once(':') else { continue };
        if !matches!(claim, "sub" | "aud") || prefix == "saml" || providers.iter().any(|p| p.issuer == prefix) {
            continue;
        }
        let shown = condition.condition.key.display();
        let expected = providers.first().map_or("", |p| p.issuer.as_str());
        sink.report(
            condition.condition.key_span,
            format!("`{shown}` is no claim of the provider this statement trusts: it is never there"),
        )
        .label("another issuer")
        .help(format!("write `{expected}:{claim}`"));
    }
}
