use super::escalation_common::passes;
use super::grant_common::{Reach, grant, grant_to};
use crate::aws::pass_role::PASS_SETS;
use crate::lint::holding::Holding;
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    if !context.grants() || !facts.conditions_on("iam:passedtoservice").any(|condition| !condition.negated) {
        return;
    }
    if grant(&Holding::alone(std::slice::from_ref(facts)), "iam:passrole", Reach::Every).is_none() {
        return;
    }
    let Some(set) = PASS_SETS.iter().find(|set| passes(facts, set.services)) else { return };
    // what is denied elsewhere in the document, or to all who hold it, is not granted
    let document = context.document();
    let wanted = ("iam:passrole", Reach::Every);
    let Some(pass) = grant_to(&Holding::of(document), document.statements, wanted, set.services) else { return };
    let Some(service) = set.services.first() else { return };
    let Some(span) = facts.applies_to("iam:passrole") else { return };
    let finding =
        sink.report(span, format!("any role that trusts `{service}` may be passed to it and used by code there"));
    finding.label("allows `iam:PassRole`").granted_by(span);
    if let Some(resource) = pass.resource {
        finding.related(resource, "on every role");
    }
}
