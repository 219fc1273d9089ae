//! What AWS decides by other rules than the common ones (spec: aws-evaluation, sections
//! 6.3, 7.6, 7.11, 7.12 and 7.14).

use super::request::{Owner, Request};
use crate::aws::catalog::catalog;
use crate::aws::principal::CallerKind;

/// Calls that need no permission and that no policy can forbid (section 6.3).
pub(super) fn needs_no_permission(request: &Request) -> bool {
    request.ask.action == "sts:getcalleridentity"
}

/// Resources of AWS's own that no customer can change: managed policies, and roles that
/// AWS keeps for itself (section 7.14).
pub(super) fn is_immutable(request: &Request) -> bool {
    const POLICY: [&str; 6] = [
        "createpolicyversion",
        "deletepolicy",
        "deletepolicyversion",
        "setdefaultpolicyversion",
        "tagpolicy",
        "untagpolicy",
    ];
    const ROLE: [&str; 12] = [
        "attachrolepolicy",
        "deleterole",
        "deleterolepermissionsboundary",
        "deleterolepolicy",
        "detachrolepolicy",
        "putrolepermissionsboundary",
        "putrolepolicy",
        "tagrole",
        "untagrole",
        "updateassumerolepolicy",
        "updaterole",
        "updateroledescription",
    ];
    if request.service() != "iam" {
        return false;
    }
    let mut fields = request.resource.splitn(6, ':').skip(4);
    let (account, resource) = (fields.next().unwrap_or_default(), fields.next().unwrap_or_default());
    let operation = request.operation();
    (account == "aws" && resource.starts_with("policy/") && POLICY.contains(&operation))
        || (resource.starts_with("role/aws-reserved/") && ROLE.contains(&operation))
}

/// Whether the resource's own policy has to allow the request, even in the caller's
/// account: role trust policies (section 7.11) and KMS key policies (section 7.12).
pub(super) fn needs_resource_policy(request: &Request) -> bool {
    let mut fields = request.resource.splitn(6, ':').skip(2);
    let (service, resource) = (fields.next().unwrap_or_default(), fields.nth(2).unwrap_or_default());
    match request.service() {
        "sts" => service == "iam" && resource.starts_with("role/"),
        "kms" => service == "kms" && resource.starts_with("key/"),
        _ => false,
    }
}

/// Whether SCPs are about the caller: principals of member accounts, not service-linked
/// roles, services or other organizations' (section 7.6).
pub(super) fn scps_apply(request: &Request) -> bool {
    let caller = &request.caller;
    caller.is_account_principal()
        && !caller.is_service_linked()
        && (request.management_account.is_none() || request.management_account != caller.account)
}

/// Whether RCPs are about the request: resources of member accounts, in services on AWS's
/// list, not for service-linked roles and not for retiring KMS grants (section 7.6).
pub(super) fn rcps_apply(request: &Request) -> bool {
    let owner = match &request.resource_account {
        Owner::Account(account) => Some(account),
        Owner::Caller => request.caller.account.as_ref(),
        Owner::Unknown => None,
    };
    let managed = request.management_account.is_some() && request.management_account.as_ref() == owner;
    let service = request.service();
    !managed
        && !request.caller.is_service_linked()
        && request.ask.action != "kms:retiregrant"
        && (service.contains(['*', '?']) || catalog().rcp_supports(service))
}

/// Whether permissions boundaries are about the caller (section 7.7).
pub(super) fn boundary_applies(request: &Request) -> bool {
    request.caller.kind != CallerKind::Root && !request.caller.is_service_linked()
}
