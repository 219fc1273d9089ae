use super::permissions_management_star::changes_access;
use super::resource_common::example;
use crate::aws::catalog::{AccessLevel, Action, ResourceType};
use crate::lint::{ActionFact, Check, Severity, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    if facts.not_action || facts.not_resource || facts.conditional || !context.grants() {
        return;
    }
    let Some(resource) = facts.any_resource() else { return };
    let mut worst: Option<(&ActionFact<'_>, AccessLevel)> = None;
    for action in &facts.actions {
        let Some(level) = writes(action) else { continue };
        if worst.is_none_or(|(_, found)| rank(level) > rank(found)) {
            worst = Some((action, level));
            if level == AccessLevel::Permissions {
                break;
            }
        }
    }
    let Some((action, level)) = worst else { return };
    let written = action.item.text.display();
    let narrower = example_of(action);
    let (message, severity) = if level == AccessLevel::Permissions {
        (format!("`{written}` on every resource changes who has access to what"), Severity::Medium)
    } else {
        (format!("`{written}` could be limited to the resources that are meant"), sink.severity())
    };
    let finding = sink.report(resource, message);
    finding.label("every resource").related(action.item.span, "written here").severity(severity);
    if let Some(narrower) = narrower {
        finding.help(format!("name what is meant, such as `{narrower}`"));
    }
}

/// The form of ARN that an action works on: of the type that it has in its name, or else of
/// the simplest.
fn example_of(action: &ActionFact<'_>) -> Option<String> {
    let (service, known) = action.known()?;
    let named = |kind: &ResourceType| known.lower.contains(&kind.name.to_ascii_lowercase().replace('-', ""));
    let kind = service.resources_of(known).min_by_key(|kind| (!named(kind), kind.arn.len()))?;
    Some(example(&kind.arn))
}

/// What an action of a name or pattern changes, if it can be limited to resources. Of a
/// pattern the mildest write counts that all of it holds, so that `ec2:*Tags` is no
/// permissions management.
fn writes(action: &ActionFact<'_>) -> Option<AccessLevel> {
    if !action.wildcard {
        let (_, known) = action.known()?;
        return limited(known).then(|| level(known));
    }
    if action.is_all() {
        return Some(AccessLevel::Write);
    }
    action.held().iter().filter(|known| limited(known)).map(|known| level(known)).max_by_key(|l| rank(*l))
}

/// Whether an action changes something and can be limited to resources. One that may be about
/// a resource, and need not be, is granted on `*` to be granted in full:
/// `cloudwatch:PutMetricData`.
fn limited(known: &Action) -> bool {
    let optional = matches!(known.resources, [only] if !only.required);
    known.level.mutates() && known.takes_resource() && !optional && !shows(known)
}

/// What it changes. AWS counts much to the management of permissions.
fn level(known: &Action) -> AccessLevel {
    if known.level == AccessLevel::Permissions && !changes_access(&known.lower) {
        AccessLevel::Write
    } else {
        known.level
    }
}

/// Whether an action that AWS counts to the management of permissions only shows them.
fn shows(known: &Action) -> bool {
    known.level == AccessLevel::Permissions
        && ["describe", "get", "list"].iter().any(|word| known.lower.starts_with(word))
}

fn rank(level: AccessLevel) -> u8 {
    match level {
        AccessLevel::List | AccessLevel::Read => 0,
        AccessLevel::Tagging => 1,
        AccessLevel::Write => 2,
        AccessLevel::Permissions => 3,
    }
}
