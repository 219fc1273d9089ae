use crate::carrier::declaration::VaultKind;
use crate::lint::rules::record_common::is_absent;
use crate::lint::{Check, ObjectContext, Sink};

pub(super) const CHECK: Check = Check::VaultObject(check);

fn check(context: &ObjectContext<'_>, sink: &mut Sink<'_>) {
    let VaultKind::AuthConfig(method) = &context.object.kind else { return };
    let body = context.body();
    // Discovery compares the issuer by itself.
    let checked = ["bound_issuer", "oidc_discovery_url"].iter().any(|key| !is_absent(body, key));
    if !matches!(method.as_str(), "jwt" | "oidc") || checked || body.as_map().is_none() {
        return;
    }
    let keys = ["jwks_url", "jwt_validation_pubkeys", "jwks_pairs"].into_iter().find(|key| !is_absent(body, key));
    let span = keys.and_then(|key| body.get(key)).map_or(context.declaration.span, |node| node.span);
    sink.report(span, "tokens of any issuer that signs with these keys pass").label("`bound_issuer` is not set");
}
