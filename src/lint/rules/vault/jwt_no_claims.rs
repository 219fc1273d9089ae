use super::jwt_common as jwt;
use crate::lint::rules::record_common::is_absent;
use crate::lint::{Check, RoleContext, Severity, Sink};
use crate::vault::roles::field::{self, Fact};

pub(super) const CHECK: Check = Check::AuthRole(&["jwt", "oidc"], check);

fn check(context: &RoleContext<'_>, sink: &mut Sink<'_>) {
    let body = context.body;
    let tokens = match field::string(body, &["role_type"]) {
        // An OIDC role by default, but the server refuses that without an address: made for
        // tokens, and one word short.
        Fact::Absent => is_absent(body, "allowed_redirect_uris") && !is_absent(body, "bound_audiences"),
        Fact::Known(kind, _) => kind == "jwt",
        Fact::Unknown(_) => false,
    };
    if !tokens || jwt::is_bound(body) {
        return;
    }
    let audiences = field::string_list(body, &["bound_audiences"]);
    let span = audiences.span.or(context.role.named.as_ref().map(|(_, s)| *s)).unwrap_or(context.declaration.span);
    let name = jwt::name(context);
    match jwt::issuer(context) {
        Some(issuer) if jwt::is_shared(&issuer) => {
            sink.report(
                span,
                format!("any customer of `{issuer}` can log in as `{name}`: the audience is free to choose"),
            )
            .label("no claim is bound")
            .help("bind claims that name your organization and what may log in, by their ids");
        }
        Some(issuer) => {
            sink.report(span, format!("everybody that `{issuer}` issues tokens to can log in as `{name}`"))
                .severity(Severity::Medium)
                .label("no claim is bound");
        }
        None => {
            sink.report(span, format!("everybody that the issuer gives tokens to can log in as `{name}`"))
                .severity(Severity::High)
                .confidence(crate::lint::Confidence::Medium)
                .label("no claim is bound");
        }
    }
}
