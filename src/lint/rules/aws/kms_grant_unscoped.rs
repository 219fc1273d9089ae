use super::resource_common::{is_account, service_of};
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

const LIMITS: &[&str] = &[
    "kms:grantisforawsresource",
    "kms:granteeprincipal",
    "kms:granteeserviceprincipal",
    "kms:grantoperations",
    "kms:grantconstrainttype",
    "kms:viaservice",
];

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    if !facts.allow || facts.not_action || service_of(context.document()) != Some("kms") || facts.pinned_by(LIMITS) {
        return;
    }
    let Some(principal) = facts.statement.principal.as_ref().filter(|p| !p.negated && !p.star) else { return };
    if principal.entries.iter().all(|entry| is_account(entry.kind, entry.item.text.raw())) {
        return;
    }
    // an administrator's `kms:*` and `kms:Create*` hold it among much else
    if let Some(action) = facts.actions.iter().find(|action| action.lower == "kms:creategrant") {
        sink.report(action.item.span, "the principal may give the use of this key to anybody, past this policy")
            .granted_by(action.item.span)
            .help("ask for `kms:GrantIsForAWSResource` `true`");
    }
}
