use super::escalation_common::spelled;
use crate::lint::holding::Holding;
use crate::lint::{Check, ResourceFact, Severity, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

/// Actions by which a principal raises itself or takes over another.
const RAISE: [&str; 14] = [
    "iam:addusertogroup",
    "iam:attachgrouppolicy",
    "iam:attachrolepolicy",
    "iam:attachuserpolicy",
    "iam:createaccesskey",
    "iam:createloginprofile",
    "iam:createpolicyversion",
    "iam:passrole",
    "iam:putgrouppolicy",
    "iam:putrolepolicy",
    "iam:putuserpolicy",
    "iam:setdefaultpolicyversion",
    "iam:updateassumerolepolicy",
    "iam:updateloginprofile",
];

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    if facts.not_action || !context.grants() || facts.pinned_by(&["iam:permissionsboundary"]) {
        return;
    }
    for action in facts.actions.iter().filter(|action| action.wildcard && action.service() == "iam") {
        let mut raises = RAISE.iter().filter(|raise| **raise != "iam:passrole" && action.meets(raise)).peekable();
        if raises.peek().is_none() {
            continue;
        }
        let wide = facts.resources.iter().find(|resource| wide(resource)).map(|item| (item.item.span, item.text));
        let Some((resource, text)) = wide.or_else(|| Some((facts.any_resource()?, "*"))) else { return };
        let holding = Holding::of(context.document());
        let left = raises.filter_map(|raise| Some((raise, holding.surely(raise, text)?)));
        let Some((raises, capped)) = left.min_by_key(|(_, capped)| capped.is_some()) else { continue };
        let span = action.item.span;
        let mut severity = sink.severity();
        if facts.conditional {
            severity = severity.min(Severity::High);
        }
        sink.report(span, format!("`{}` lets the holder make itself administrator", action.item.text.display()))
            .label("holds actions that raise the holder")
            .related(resource, "on these principals")
            .witness(format!("{} on arn:aws:iam::111122223333:{}/x", spelled(raises), kind_of(raises)))
            .severity(severity)
            .granted_by(span)
            .capped(capped);
    }
}

/// The type of resource that one of these actions works on.
fn kind_of(action: &str) -> &'static str {
    let kinds = [("group", "group"), ("role", "role"), ("user", "user"), ("policy", "policy")];
    kinds.iter().find(|(word, _)| action.contains(word)).map_or("user", |(_, kind)| kind)
}

/// Whether a resource is every user, group, role or policy of an account or of all.
fn wide(resource: &ResourceFact<'_>) -> bool {
    resource.all
        || (resource.field(2) == Some("iam")
            && resource.field(5).is_some_and(|rest| matches!(rest, "*" | "user/*" | "role/*" | "group/*" | "policy/*")))
}
