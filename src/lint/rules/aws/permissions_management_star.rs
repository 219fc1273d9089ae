use crate::aws::catalog::{AccessLevel, Action};
use crate::lint::holding::{Capped, Holding};
use crate::lint::{ActionFact, Check, Severity, Sink, StatementContext, Traits};

pub(super) const CHECK: Check = Check::AwsStatement(check);

/// Services that keep data, code, keys or access.
const WORTH: [&str; 13] = [
    "backup",
    "ecr",
    "glue",
    "iam",
    "kms",
    "lambda",
    "organizations",
    "ram",
    "s3",
    "secretsmanager",
    "sns",
    "sqs",
    "sso",
];

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    if facts.not_action || facts.not_resource || facts.conditional || !context.grants() {
        return;
    }
    if !facts.traits().any(Traits::PERMISSIONS) {
        return;
    }
    let Some(resource) = facts.any_resource() else { return };
    let mut found: Option<(&ActionFact<'_>, (String, Capped), bool)> = None;
    for item in facts.actions.iter().filter(|item| item.holds_level(AccessLevel::Permissions)) {
        let worth = WORTH.contains(&item.service()) && !item.is_service_star();
        if found.is_some() && !worth {
            continue;
        }
        let Some(action) = manages(context, item) else { continue };
        found = Some((item, action, worth));
        if worth {
            break;
        }
    }
    let Some((item, (action, capped), worth)) = found else { return };
    let span = item.item.span;
    let severity = if worth { sink.severity() } else { Severity::Low };
    sink.report(span, format!("`{action}` on every resource lets the holder say who else has access to them"))
        .label("changes access")
        .related(resource, "every resource")
        .severity(severity)
        .help("name the resources in `Resource`, or limit them by a condition such as `aws:ResourceTag/…`")
        .granted_by(span)
        .capped(capped);
}

/// An action of the item that manages permissions on resources and is not refused, and what takes
/// it away in some circumstances.
fn manages(context: &StatementContext<'_>, item: &ActionFact<'_>) -> Option<(String, Capped)> {
    let gives = |action: &Action| {
        action.level == AccessLevel::Permissions && action.takes_resource() && grants_access(&action.lower)
    };
    let service = item.known_service()?;
    let left = |action: &&'static Action| {
        let capped = Holding::of(context.document()).surely(&format!("{}:{}", service.prefix, action.lower), "*")?;
        Some((format!("{}:{}", service.prefix, action.name), capped))
    };
    item.held().iter().filter(|action| gives(action)).find_map(left)
}

/// Whether an action of that class gives access. The class also holds actions that show it
/// or take it away, and `iam:CreatePolicy`, which grants nothing until it is attached.
fn grants_access(name: &str) -> bool {
    let gives =
        ["add", "associate", "attach", "authorize", "batchgrant", "batchput", "create", "enable", "grant", "modify"];
    let more = ["put", "register", "set", "share", "update"];
    gives.iter().chain(&more).any(|verb| name.starts_with(verb)) && name != "createpolicy"
}

/// Whether an action gives access or takes it.
pub(super) fn changes_access(name: &str) -> bool {
    let takes = ["batchdelete", "batchremove", "batchrevoke", "cancel", "delete", "deny", "deregister", "detach"];
    let more =
        ["disable", "disassociate", "lift", "remove", "reset", "restore", "revoke", "start", "stop", "tag", "untag"];
    grants_access(name) || takes.iter().chain(&more).any(|verb| name.starts_with(verb))
}
