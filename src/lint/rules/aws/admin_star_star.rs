use crate::lint::holding::Holding;
use crate::lint::{Check, Severity, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

/// Any of these makes the holder administrator, by itself or by what it makes.
const RAISE: [&str; 4] = ["iam:attachuserpolicy", "iam:attachrolepolicy", "iam:putuserpolicy", "iam:putrolepolicy"];

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    if facts.not_action || !context.grants() {
        return;
    }
    let Some(action) = facts.actions.iter().find(|action| action.is_all()) else { return };
    let Some(resource) = facts.any_resource() else { return };
    let span = action.item.span;
    if facts.not_resource {
        return;
    }
    let holding = Holding::of(context.document());
    let raises = RAISE.iter().map(|action| holding.surely(action, "*"));
    let open = raises.flatten().min_by_key(Option::is_some);
    let (message, severity) = if open.is_none() {
        ("this grants every action on every resource, of which the holder is left a part", Severity::High)
    } else if facts.conditional {
        ("this grants every action on every resource while its condition holds", Severity::High)
    } else {
        ("this grants every action on every resource: the holder is administrator of the account", sink.severity())
    };
    let finding = sink.report(span, message);
    finding
        .label("every action")
        .related(resource, "on every resource")
        .witness("iam:CreateUser on arn:aws:iam::111122223333:user/x")
        .severity(severity)
        .granted_by(span)
        .taken(open.flatten());
    if open.flatten().is_some() {
        finding.severity(severity.min(Severity::High));
    }
}
