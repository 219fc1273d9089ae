use super::escalation_common::{first_of, report, spelled};
use super::grant_common::Reach;
use crate::carrier::declaration::AwsPrincipalKind as Kind;
use crate::lint::holding::Holding;
use crate::lint::{Check, DocumentContext, Severity, Sink};

pub(super) const CHECK: Check = Check::AwsDocument(check);

/// What changes policies, whoever holds them.
const POLICIES: [&str; 2] = ["iam:createpolicyversion", "iam:setdefaultpolicyversion"];
/// What changes what roles may do.
const ROLES: [&str; 2] = ["iam:attachrolepolicy", "iam:putrolepolicy"];
/// What changes what users may do, by themselves or by their groups.
const USERS: [&str; 5] =
    ["iam:attachuserpolicy", "iam:attachgrouppolicy", "iam:putuserpolicy", "iam:putgrouppolicy", "iam:addusertogroup"];

const HELP: &str =
    "limit it to a path that the holder is not under, and demand a boundary with `iam:PermissionsBoundary`";

fn check(context: &DocumentContext<'_>, sink: &mut Sink<'_>) {
    if !context.grants_to_identity() {
        return;
    }
    let holding = Holding::of(context);
    let (roles, users) = held_by(context);
    let own = |of: bool, actions: &[&'static str]| if of { actions.to_vec() } else { Vec::new() };
    let own: Vec<&str> = [own(true, &POLICIES), own(roles, &ROLES), own(users, &USERS)].concat();
    if let Some(at) = first_of(&holding, &own, Reach::EveryOrSelf) {
        let message = format!("`{}` lets the holder give itself any permission", spelled(at.action));
        return report(&[at], at, (message, HELP), sink.severity(), sink);
    }
    // a role is no user: what it gives it does not hold
    let (others, whom): (&[&str], _) = if roles { (&USERS, "user") } else { (&ROLES, "role") };
    if let Some(at) = first_of(&holding, others, Reach::Every) {
        let message = format!("`{}` lets the holder make any {whom} of the account administrator", spelled(at.action));
        report(&[at], at, (message, HELP), Severity::High, sink);
    }
}

/// Whether roles, and whether users or groups, may hold the document: both, where it is not
/// known who does.
fn held_by(context: &DocumentContext<'_>) -> (bool, bool) {
    let model = context.inputs.model;
    let holders = model.holders_of(context.document.span).iter().filter_map(|id| model.aws.identity(*id));
    let (roles, others): (Vec<_>, Vec<_>) = holders.map(|identity| identity.kind).partition(|kind| *kind == Kind::Role);
    if roles.is_empty() && others.is_empty() { (true, true) } else { (!roles.is_empty(), !others.is_empty()) }
}
