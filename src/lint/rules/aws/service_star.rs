use crate::aws::catalog::{AccessLevel, Action, catalog};
use crate::lint::{Check, ResourceFact, Severity, Sink, StatementContext, StatementFacts};

pub(super) const CHECK: Check = Check::AwsStatement(check);

/// Services whose every action on everything is next to administration.
const POWERFUL: [&str; 6] = ["account", "kms", "organizations", "secretsmanager", "sso", "sts"];

/// Services whose resources have policies that hand their data to strangers.
const SHAREABLE: [&str; 7] = ["ecr", "kms", "lambda", "s3", "secretsmanager", "sns", "sqs"];

/// Channels of an agent on a machine, which needs every action of them.
const AGENTS: [&str; 2] = ["ec2messages", "ssmmessages"];

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    if facts.not_action || !context.grants() {
        return;
    }
    for action in facts.actions.iter().filter(|action| action.is_service_star() && action.service() != "iam") {
        let service = action.service();
        if AGENTS.contains(&service) {
            continue;
        }
        let everywhere = facts.any_resource().is_some() && !facts.conditional;
        let shareable = !facts.conditional && SHAREABLE.contains(&service) && !objects_only(service, facts);
        let severity = if shareable || (everywhere && POWERFUL.contains(&service)) {
            Severity::High
        } else if !facts.conditional && changes_access(service) {
            sink.severity()
        } else {
            Severity::Low
        };
        let span = action.item.span;
        let (count, example) = held(service);
        let among = example.map_or_else(String::new, |name| format!(", among them `{name}`"));
        let all = if count == 0 { "every action".to_owned() } else { format!("all {count} actions") };
        let shown = if action.item.text.is_known() { action.lower.to_string() } else { action.item.text.display() };
        let message = format!("`{shown}` grants {all} of the service{among}");
        sink.report(span, message)
            .label("every action of the service")
            .severity(severity)
            .granted_by(span)
            .help("list the actions that are used: what AWS adds later comes with `*` too");
    }
}

/// How many actions a service has, and the one of them that is likely the worst to grant.
fn held(service: &str) -> (usize, Option<&'static str>) {
    let Some(service) = catalog().service(service) else { return (0, None) };
    let name = |action: &'static Action| action.name.as_str();
    let shares = service.actions.iter().filter(|action| action.level == AccessLevel::Permissions).map(name);
    let worst = shares.clone().find(|name| ["Put", "Add", "Set", "Create"].iter().any(|verb| name.starts_with(verb)));
    let worst = worst.or_else(|| shares.clone().next());
    let deletes = || service.actions.iter().map(name).find(|name| name.starts_with("Delete"));
    (service.actions.len(), worst.or_else(deletes))
}

/// Whether all that is meant are objects of buckets, which have no policy.
fn objects_only(service: &str, facts: &StatementFacts<'_>) -> bool {
    let object = |resource: &ResourceFact<'_>| {
        resource.text.split_once(":s3:::").is_some_and(|(_, name)| name.contains('/') && !name.starts_with('*'))
    };
    service == "s3" && !facts.not_resource && !facts.resources.is_empty() && facts.resources.iter().all(object)
}

/// Whether an action of the service can change who has access.
fn changes_access(service: &str) -> bool {
    let level = |service: &crate::aws::catalog::Service| {
        service.actions.iter().any(|action| action.level == AccessLevel::Permissions)
    };
    catalog().service(service).is_some_and(level)
}
