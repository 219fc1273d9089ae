use super::jwt_common as jwt;
use crate::lint::{Check, RoleContext, Sink};

pub(super) const CHECK: Check = Check::AuthRole(&["jwt", "oidc"], check);

/// Names that can be given to somebody else, with the id that cannot.
const NAMES: &[(&str, &str)] = &[
    ("repository", "repository_id"),
    ("repository_owner", "repository_owner_id"),
    ("project_path", "project_id"),
    ("namespace_path", "namespace_id"),
];

fn check(context: &RoleContext<'_>, sink: &mut Sink<'_>) {
    let claims = jwt::claims(context.body).unwrap_or_default();
    if claims.iter().any(|claim| NAMES.iter().any(|(_, id)| claim.key == *id)) {
        return;
    }
    for claim in &claims {
        let Some((_, id)) = NAMES.iter().find(|(name, _)| *name == claim.key) else { continue };
        sink.report(
            claim.key_span,
            format!("`{}` is a name that somebody else can take after a rename or deletion", claim.key),
        )
        .label("a name, not an id")
        .help(format!("bind `{id}` as well"));
    }
}
