use crate::aws::document::{PolicyKind, PrincipalKind};
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

/// Providers that are named by their domain alone.
const DOMAINS: &[&str] =
    &["accounts.google.com", "cognito-identity.amazonaws.com", "graph.facebook.com", "www.amazon.com"];

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    if context.kind() != PolicyKind::Trust {
        return;
    }
    let Some(principal) = facts.statement.principal.as_ref() else { return };
    for entry in principal.entries.iter().filter(|entry| entry.kind == PrincipalKind::Federated) {
        let Some(text) = entry.item.text.known() else { continue };
        if text.contains(['*', '?', '$', '<', '{']) || DOMAINS.contains(&text) {
            continue;
        }
        let provider = text.split_once(":oidc-provider/").map(|(_, issuer)| issuer);
        let fault = if let Some(issuer) = provider {
            if issuer.starts_with("https://") || issuer.starts_with("http://") {
                Some((
                    "ARNs of providers leave the scheme out",
                    text.replacen("https://", "", 1).replacen("http://", "", 1),
                ))
            } else if issuer.ends_with('/') {
                Some(("issuers do not end in a slash here", text.trim_end_matches('/').to_owned()))
            } else {
                None
            }
        } else if text.contains(":saml-provider/") {
            None
        } else {
            let issuer = text.trim_start_matches("https://");
            Some(("a provider is named by its ARN", format!("arn:aws:iam::<account>:oidc-provider/{issuer}")))
        };
        if let Some((why, instead)) = fault {
            sink.report(entry.item.span, format!("`{text}` is no identity provider: {why}"))
                .label("names none")
                .help(format!("write `{instead}`"));
        }
    }
}
