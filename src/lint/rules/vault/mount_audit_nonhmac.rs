use crate::carrier::declaration::VaultKind;
use crate::lint::{Check, ObjectContext, Sink};
use crate::syntax::Node;
use crate::vault::roles::field;

pub(super) const CHECK: Check = Check::VaultObject(check);

/// Fields of requests and answers whose values are secrets, in Vault's own engines and
/// methods.
const SECRETS: &[&str] = &[
    "access_token",
    "bindpass",
    "client_secret",
    "client_token",
    "credentials",
    "data",
    "id_token",
    "jwt",
    "password",
    "plaintext",
    "private_key",
    "private_key_data",
    "refresh_token",
    "secret",
    "secret_id",
    "secret_key",
    "security_token",
    "service_account_token",
    "session_token",
    "token",
    "wrapping_token",
];

fn check(context: &ObjectContext<'_>, sink: &mut Sink<'_>) {
    let tuned =
        matches!(&context.object.kind, VaultKind::Other(path) if path == "sys/auth/tune" || path == "sys/mounts/tune");
    if !tuned && !matches!(context.object.kind, VaultKind::SecretsMount | VaultKind::AuthMount) {
        return;
    }
    let body = context.body();
    for place in [Some(body), nested(body, "config"), nested(body, "tune")].into_iter().flatten() {
        for (field, what) in [("audit_non_hmac_request_keys", "request"), ("audit_non_hmac_response_keys", "answer")] {
            let keys = field::string_list(place, &[field]);
            let Some((key, span)) = keys.known().find(|(key, _)| SECRETS.contains(key)) else { continue };
            sink.report(span, format!("`{key}` of every {what} stands in the audit logs in the clear"))
                .label("logged as it is")
                .help("leave it out: the log then holds a keyed hash of it");
        }
    }
}

/// A block or object of that name; one that stands alone in a list counts as itself.
fn nested<'n>(body: &'n Node, name: &str) -> Option<&'n Node> {
    let node = body.get(name)?;
    match node.as_list() {
        Some([only]) => Some(only),
        _ => Some(node),
    }
}
