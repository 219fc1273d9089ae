use super::jwt_common as jwt;
use crate::lint::{Check, RoleContext, Sink};
use crate::model::Cite;
use crate::vault::roles::field::{self, Fact};

pub(super) const CHECK: Check = Check::AuthRole(&["jwt", "oidc"], check);

fn check(context: &RoleContext<'_>, sink: &mut Sink<'_>) {
    let body = context.body;
    let oidc = match field::string(body, &["role_type"]) {
        // A role without a type is an OIDC role; only a redirect address shows that it is meant.
        Fact::Absent => body.get("allowed_redirect_uris").is_some(),
        Fact::Known(kind, _) => kind == "oidc",
        Fact::Unknown(_) => false,
    };
    // Without policies of its own, what a login gets comes by its groups.
    let own = |cite: &Cite| cite.name != "default";
    if !oidc || jwt::is_bound(body) || !context.role.cites.iter().any(own) {
        return;
    }
    let span = context.role.token.policies.span.unwrap_or(context.declaration.span);
    let name = jwt::name(context);
    sink.report(span, format!("every account of the identity provider can log in as `{name}` and has these policies"))
        .label("no claim is bound")
        .help("bind a claim such as `groups`, or give policies to the groups of `groups_claim` alone");
}
