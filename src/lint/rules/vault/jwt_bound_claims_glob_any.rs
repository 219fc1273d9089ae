use super::jwt_common as jwt;
use crate::lint::{Check, RoleContext, Sink};

pub(super) const CHECK: Check = Check::AuthRole(&["jwt", "oidc"], check);

fn check(context: &RoleContext<'_>, sink: &mut Sink<'_>) {
    if jwt::globs(context.body) != Some(true) {
        return;
    }
    for claim in jwt::claims(context.body).unwrap_or_default() {
        for (value, span) in &claim.values {
            let Some(why) = open(value) else { continue };
            sink.report(*span, format!("`{value}` for the claim `{}` {why}", claim.key))
                .label("ends without a delimiter")
                .help("end on a delimiter, as in `repo:org/name:*`, or bind an id");
        }
    }
}

/// Why a glob lets strangers in.
fn open(value: &str) -> Option<&'static str> {
    if !value.is_empty() && value.bytes().all(|b| b == b'*') {
        return Some("matches every value");
    }
    let stem = value.strip_suffix('*').filter(|stem| !stem.contains('*'))?;
    match stem {
        "repo:" | "project_path:" | "organization:" | "refs/" => Some("matches every tenant of the issuer"),
        // `repo:org*` is a prefix of `repo:org-evil/x` too.
        _ if stem.starts_with("repo:") && !stem.contains('/') => {
            Some("matches other organizations whose name begins so")
        }
        _ if stem.starts_with("project_path:") && !stem.contains('/') => {
            Some("matches other groups whose name begins so")
        }
        _ => None,
    }
}
