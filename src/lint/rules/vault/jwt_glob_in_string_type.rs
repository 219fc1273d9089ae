use super::jwt_common as jwt;
use crate::lint::{Check, RoleContext, Sink};

pub(super) const CHECK: Check = Check::AuthRole(&["jwt", "oidc"], check);

fn check(context: &RoleContext<'_>, sink: &mut Sink<'_>) {
    if jwt::globs(context.body) != Some(false) {
        return;
    }
    for claim in jwt::claims(context.body).unwrap_or_default() {
        for (value, span) in claim.values.iter().filter(|(value, _)| value.contains('*')) {
            sink.report(*span, format!("`{value}` matches no token: `*` is a plain character here"))
                .label("compared as it stands")
                .help("set `bound_claims_type` to `glob`");
        }
    }
}
