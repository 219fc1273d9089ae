use super::cloud_grants_common::texts;
use crate::lint::{Check, ObjectContext, Severity, Sink};
use crate::source::Span;

pub(super) const CHECK: Check = Check::SecretsRole(&["gcp"], check);

/// Roles that are the project's, or lead to it: their holder acts as any service account,
/// or writes who may do what.
const WIDE: [&str; 12] = [
    "roles/owner",
    "roles/editor",
    "roles/iam.serviceAccountTokenCreator",
    "roles/iam.serviceAccountKeyAdmin",
    "roles/iam.serviceAccountAdmin",
    "roles/iam.securityAdmin",
    "roles/iam.organizationRoleAdmin",
    "roles/iam.roleAdmin",
    "roles/iam.workloadIdentityPoolAdmin",
    "roles/resourcemanager.projectIamAdmin",
    "roles/resourcemanager.folderIamAdmin",
    "roles/resourcemanager.organizationAdmin",
];

fn check(context: &ObjectContext<'_>, sink: &mut Sink<'_>) {
    let body = context.body();
    let name =
        context.object.name.as_ref().map_or_else(|| context.declaration.address.to_string(), |(n, _)| n.display());
    for key in ["binding", "bindings"] {
        let Some(node) = body.get(key) else { continue };
        let mut found: Vec<(&str, Span)> = Vec::new();
        texts(node, &mut |text, span| {
            // The API takes HCL inside a string.
            let words = text.split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ',' | '[' | ']'));
            found.extend(words.filter_map(|word| WIDE.iter().find(|wide| **wide == word)).map(|wide| (*wide, span)));
        });
        for (role, span) in found {
            let severity = if role == "roles/editor" { Severity::High } else { sink.severity() };
            sink.report(span, format!("`{name}` hands out credentials with `{role}`"))
                .label("for whoever may read these credentials")
                .severity(severity);
        }
    }
}
