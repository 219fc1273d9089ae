use crate::aws::document::PolicyKind;
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    if context.kind() != PolicyKind::Endpoint || context.document().policy.kind_guessed || !facts.allow {
        return;
    }
    let all = facts.actions.iter().any(|action| action.is_all() || action.is_service_star());
    if facts.conditional || facts.not_action || !all || facts.any_resource().is_none() {
        return;
    }
    let Some(everybody) = facts.anyone() else { return };
    // a Deny of the same document is what a perimeter is made of
    if context.document().statements.iter().any(|other| other.deny) {
        return;
    }
    sink.report(everybody, "this endpoint carries any request of anybody to any resource, those of strangers included")
        .label("what an endpoint does without a policy")
        .help("pin `aws:PrincipalOrgID` and `aws:ResourceOrgID` to your organization");
}
