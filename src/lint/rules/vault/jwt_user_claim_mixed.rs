use std::collections::BTreeMap;

use crate::lint::{Check, Inputs, Sink};
use crate::source::Span;
use crate::vault::roles::{Method, field};

pub(super) const CHECK: Check = Check::Model(check);

fn check(inputs: &Inputs<'_>, sink: &mut Sink<'_>) {
    let mut first: BTreeMap<(&str, &str), (String, Span)> = BTreeMap::new();
    for role in inputs.model.vault.roles.iter().filter(|role| role.method == Method::Jwt) {
        let Some(body) = inputs.model.vault_body(role.decl) else { continue };
        let field::Fact::Known(claim, span) = field::string(body, &["user_claim"]) else { continue };
        let Some(mount) = role.mount.as_deref() else { continue };
        let (known, place) = first.entry((role.namespace.as_str(), mount)).or_insert_with(|| (claim.to_string(), span));
        if *known != claim.as_str() {
            let message = format!(
                "roles of `{mount}` take both `{known}` and `{claim}` for the caller's name: one may pass for the other"
            );
            sink.report(span, message)
                .label("another claim than elsewhere on the mount")
                .related(*place, format!("`{known}` here"));
        }
    }
}
