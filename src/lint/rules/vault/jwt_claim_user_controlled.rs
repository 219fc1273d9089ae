use super::jwt_common as jwt;
use crate::lint::{Check, RoleContext, Sink};

pub(super) const CHECK: Check = Check::AuthRole(&["jwt", "oidc"], check);

/// Claims whose value the caller chooses, or can bring about.
const CHOSEN: &[&str] = &[
    "actor",
    "base_ref",
    "event_name",
    "head_ref",
    "name",
    "nickname",
    "preferred_username",
    "ref",
    "ref_type",
    "run_attempt",
    "run_id",
    "run_number",
    "user_login",
    "workflow",
];

fn check(context: &RoleContext<'_>, sink: &mut Sink<'_>) {
    let Some(claims) = jwt::claims(context.body).filter(|claims| !claims.is_empty()) else { return };
    let subject = context.body.get("bound_subject").and_then(crate::syntax::Node::as_text);
    // Beside a claim that the issuer vouches for, these only narrow.
    if subject.is_some_and(|text| !text.raw().is_empty()) || !claims.iter().all(|claim| CHOSEN.contains(&claim.key)) {
        return;
    }
    let Some(first) = claims.first() else { return };
    let keys: Vec<String> = claims.iter().map(|claim| format!("`{}`", claim.key)).collect();
    let name = jwt::name(context);
    sink.report(
        first.key_span,
        format!("whoever can get a token of the issuer chooses {} and logs in as `{name}`", keys.join(" and ")),
    )
    .label("chosen by the caller")
    .help("bind an id that the issuer vouches for, such as `repository_id` or `project_id`");
}
