use super::cloud_grants_common::maps;
use crate::lint::{Check, ObjectContext, Severity, Sink};
use crate::vault::roles::field;

pub(super) const CHECK: Check = Check::SecretsRole(&["azure"], check);

/// Built-in roles that can make their holder anything, and the one that can do all else.
const OWNERS: [&str; 4] =
    ["owner", "user access administrator", "role based access control administrator", "contributor"];

fn check(context: &ObjectContext<'_>, sink: &mut Sink<'_>) {
    let Some(grants) = context.body().get("azure_roles") else { return };
    let name =
        context.object.name.as_ref().map_or_else(|| context.declaration.address.to_string(), |(n, _)| n.display());
    for grant in maps(grants) {
        let (role, scope) = (field::string(&grant, &["role_name"]), field::string(&grant, &["scope"]));
        let (Some(given), Some(scope), Some(span)) = (role.known(), scope.known(), role.span()) else { continue };
        let lower = given.to_ascii_lowercase();
        if !OWNERS.contains(&lower.as_str()) || !is_wide(scope) {
            continue;
        }
        let severity = if lower == "contributor" { Severity::High } else { sink.severity() };
        sink.report(span, format!("`{name}` hands out credentials of `{given}` on all of `{scope}`"))
            .label("for whoever may read these credentials")
            .severity(severity);
    }
}

/// Whether a scope is a subscription, a management group or everything.
fn is_wide(scope: &str) -> bool {
    let parts: Vec<&str> = scope.trim_matches('/').split('/').filter(|part| !part.is_empty()).collect();
    match parts.as_slice() {
        [] => true,
        [first, _] => first.eq_ignore_ascii_case("subscriptions"),
        ["providers", .., kind, _] => kind.eq_ignore_ascii_case("managementGroups"),
        _ => false,
    }
}
