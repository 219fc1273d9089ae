//! Who a role certainly lets in beyond what its author can have meant
//! (spec: vault-roles, section 1.11).

use super::field::{self, Fact};
use super::method::Method;
use crate::syntax::{Node, Value};

/// Who can log in, where that is nearly anybody: `every pod of the cluster`. None where a
/// bound is there, or may be.
#[must_use]
pub fn weak_bound(method: &Method, body: &Node) -> Option<&'static str> {
    let star = |key: &str| field::string_list(body, &[key]).find("*").is_some();
    let absent = |keys: &[&str]| keys.iter().all(|key| is_absent(body, key));
    let is = |key: &str, value: &str| matches!(field::string(body, &[key]), Fact::Known(found, _) if found == value);
    match method {
        Method::AppRole => (field::boolean(body, &["bind_secret_id"]).known() == Some(&false))
            .then_some("everybody who knows the role id"),
        Method::Kubernetes => (star("bound_service_account_names") && star("bound_service_account_namespaces"))
            .then_some("every pod of the cluster"),
        Method::Jwt => (is("role_type", "jwt") && absent(&["bound_claims", "bound_subject"]))
            .then_some("everybody with a token of the issuer"),
        Method::Gcp if is("type", "gce") => absent(&["bound_projects", "bound_service_accounts"])
            .then_some("virtual machines of any customer of Google Cloud"),
        Method::Gcp => (star("bound_service_accounts") && absent(&["bound_projects"]))
            .then_some("any service account of Google Cloud"),
        Method::Azure => absent(&["bound_service_principal_ids", "bound_group_ids"])
            .then_some("every managed identity within the bounds"),
        Method::Cf => {
            absent(&["bound_application_ids", "bound_space_ids", "bound_organization_ids", "bound_instance_ids"])
                .then_some("every app of the foundation")
        }
        Method::Saml => {
            absent(&["bound_subjects", "bound_attributes"]).then_some("every account of the identity provider")
        }
        _ => None,
    }
}

/// Whether a field is certainly not there, or empty.
fn is_absent(body: &Node, key: &str) -> bool {
    match body.get(key).map(|node| &node.value) {
        None | Some(Value::Null) => true,
        Some(Value::List(items)) => items.is_empty(),
        Some(Value::Map(entries)) => entries.is_empty(),
        Some(Value::String(text)) => text.known() == Some(""),
        Some(_) => false,
    }
}
