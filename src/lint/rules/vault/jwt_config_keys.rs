use crate::carrier::declaration::VaultKind;
use crate::lint::rules::record_common::is_absent;
use crate::lint::{Check, ObjectContext, Sink};

pub(super) const CHECK: Check = Check::VaultObject(check);

/// Where the keys come from; the server wants one of them and no more.
const KEYS: &[&str] = &["oidc_discovery_url", "jwks_url", "jwt_validation_pubkeys", "jwks_pairs"];

fn check(context: &ObjectContext<'_>, sink: &mut Sink<'_>) {
    let VaultKind::AuthConfig(method) = &context.object.kind else { return };
    let body = context.body();
    if !matches!(method.as_str(), "jwt" | "oidc") || body.as_map().is_none() {
        return;
    }
    let given: Vec<&str> = KEYS.iter().copied().filter(|key| !is_absent(body, key)).collect();
    match given.as_slice() {
        [] => {
            let message = "the server refuses this: nothing says where the keys come from that sign the tokens";
            sink.report(context.declaration.span, message)
                .label("no keys")
                .help("set one of `oidc_discovery_url`, `jwks_url`, `jwt_validation_pubkeys` and `jwks_pairs`");
        }
        [_] => {}
        [first, rest @ ..] => {
            // Which of them is set may depend on something that is not known.
            let written = |key: &str| body.get(key).and_then(|node| node.as_str().map(|_| node.span));
            let (Some(_), Some((second, span))) =
                (written(first), rest.iter().find_map(|key| Some((key, written(key)?))))
            else {
                return;
            };
            sink.report(span, format!("the server refuses `{second}` together with `{first}`"));
        }
    }
}
