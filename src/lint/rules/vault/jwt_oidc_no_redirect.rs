use super::jwt_common as jwt;
use crate::lint::rules::record_common::is_absent;
use crate::lint::{Check, RoleContext, Sink};
use crate::vault::roles::field::{self, Fact};

pub(super) const CHECK: Check = Check::AuthRole(&["jwt", "oidc"], check);

fn check(context: &RoleContext<'_>, sink: &mut Sink<'_>) {
    let body = context.body;
    if body.as_map().is_none() || !is_absent(body, "allowed_redirect_uris") || !is_absent(body, "callback_mode") {
        return;
    }
    let name = jwt::name(context);
    match field::string(body, &["role_type"]) {
        Fact::Absent => {
            let message = format!(
                "the server refuses `{name}`: a role without `role_type` is an OIDC role and needs `allowed_redirect_uris`"
            );
            sink.report(context.declaration.span, message)
                .label("no `role_type`")
                .help("set `role_type` to `jwt` if programs log in with tokens they have");
        }
        Fact::Known(kind, span) if kind == "oidc" || kind.is_empty() => {
            sink.report(span, format!("the server refuses `{name}`: an OIDC role needs `allowed_redirect_uris`"));
        }
        _ => {}
    }
}
