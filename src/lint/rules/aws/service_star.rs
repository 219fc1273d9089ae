use std::cell::RefCell;

use rustc_hash::FxHashMap;

use super::resource_common::may_be;
use crate::aws::catalog::{AccessLevel, Action, ResourceType, Service, catalog};
use crate::lint::{Check, ResourceFact, Severity, Sink, StatementContext, StatementFacts, Traits};

pub(super) const CHECK: Check = Check::AwsStatement(check);

/// Services whose every action on everything is next to administration.
const POWERFUL: [&str; 6] = ["account", "kms", "organizations", "secretsmanager", "sso", "sts"];

/// Services whose resources have policies that hand their data to strangers.
const SHAREABLE: [&str; 7] = ["ecr", "kms", "lambda", "s3", "secretsmanager", "sns", "sqs"];

/// Channels of an agent on a machine, which needs every action of them.
const AGENTS: [&str; 2] = ["ec2messages", "ssmmessages"];

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    if facts.not_action || !facts.traits().any(Traits::SERVICE_STAR) || !context.grants() {
        return;
    }
    for action in facts.actions.iter().filter(|action| action.is_service_star() && action.service() != "iam") {
        let service = action.service();
        // of a service that does not exist nothing is granted
        let unknown = action.item.text.is_known() && !service.contains(['*', '?']) && !catalog().has_service(service);
        if AGENTS.contains(&service) || unknown {
            continue;
        }
        let Some(granted) = Granted::new(service, facts) else { continue };
        let everywhere = facts.any_resource().is_some() && !facts.conditional;
        let shareable = !facts.conditional && SHAREABLE.contains(&service) && !objects_only(service, facts);
        let severity = if shareable || (everywhere && POWERFUL.contains(&service)) {
            Severity::High
        } else if !facts.conditional && granted.changes_access {
            sink.severity()
        } else {
            Severity::Low
        };
        let span = action.item.span;
        let among = granted.example.map_or_else(String::new, |name| format!(", among them `{name}`"));
        let what = match granted.count {
            0 => "every action of the service".to_owned(),
            count if granted.all => format!("all {count} actions of the service"),
            count => format!("{count} actions on these resources"),
        };
        let shown = if action.item.text.is_known() { action.lower.to_string() } else { action.item.text.display() };
        sink.report(span, format!("`{shown}` grants {what}{among}"))
            .label("every action of the service")
            .severity(severity)
            .granted_by(span)
            .help("list the actions that are used: what AWS adds later comes with `*` too");
    }
}

thread_local! {
    /// What each service comes to on everything, by its prefix.
    static WHOLE: RefCell<FxHashMap<&'static str, Option<Granted>>> = RefCell::default();
}

/// What `service:*` comes to on the resources of a statement.
#[derive(Clone, Copy)]
struct Granted {
    count: usize,
    /// Whether that is every action of the service.
    all: bool,
    /// The one that is likely the worst to grant.
    example: Option<&'static str>,
    /// Whether one can change who has access.
    changes_access: bool,
}

impl Granted {
    /// None where the resources are of other services, so that it comes to nothing.
    fn new(service: &str, facts: &StatementFacts<'_>) -> Option<Self> {
        let Some(service) = catalog().service(service) else {
            return Some(Self { count: 0, all: true, example: None, changes_access: false });
        };
        let listed = facts.statement.resource.as_ref().is_some_and(|list| !list.unknown);
        if facts.not_resource || !listed || facts.any_resource().is_some() {
            let whole = || Self::of(&service.actions.iter().collect::<Vec<_>>(), service);
            return WHOLE.with_borrow_mut(|known| *known.entry(&service.prefix).or_insert_with(whole));
        }
        let of = |kind: &ResourceType| {
            // a bucket's name holds no slash
            let bucket = service.prefix == "s3" && kind.name == "bucket";
            facts.resources.iter().any(|resource| may_be(resource.text, kind) && !(bucket && is_object(resource)))
        };
        let kinds: Vec<bool> = service.resources.iter().map(of).collect();
        let reached = |action: &&'static Action| {
            action.resources.iter().any(|r| kinds.get(usize::from(r.resource)).is_some_and(|reached| *reached))
        };
        Self::of(&service.actions.iter().filter(reached).collect::<Vec<_>>(), service)
    }

    /// What some actions of a service come to.
    fn of(actions: &[&'static Action], service: &Service) -> Option<Self> {
        if actions.is_empty() {
            return None;
        }
        let all = actions.len() == service.actions.len();
        let changes_access = actions.iter().any(|action| action.level == AccessLevel::Permissions);
        Some(Self { count: actions.len(), all, example: worst(actions), changes_access })
    }
}

/// The action that is likely the worst to grant: what says who has access, else what deletes.
fn worst(actions: &[&'static Action]) -> Option<&'static str> {
    let rank = |action: &&&'static Action| {
        let name = action.name.as_str();
        let begins = |verbs: &[&str]| verbs.iter().any(|verb| name.starts_with(verb));
        // an account's own settings say less than what a resource's policy hands out
        let own = || name.contains("Account") || name.contains("AccessPoint");
        match action.level {
            AccessLevel::Permissions if begins(&["Put", "Set", "Add"]) && name.ends_with("Policy") && !own() => Some(0),
            AccessLevel::Permissions if begins(&["AddPermission", "Modify"]) => Some(1),
            AccessLevel::Permissions if begins(&["Put", "Add", "Set", "Create", "Authorize"]) => Some(2),
            _ if begins(&["Delete"]) => Some(3),
            _ => None,
        }
    };
    let ranked = actions.iter().filter_map(|action| Some((rank(&action)?, action.name.as_str())));
    ranked.min_by_key(|(rank, name)| (*rank, name.len())).map(|(_, name)| name)
}

/// Whether all that is meant are objects of buckets, which have no policy.
fn objects_only(service: &str, facts: &StatementFacts<'_>) -> bool {
    service == "s3" && !facts.not_resource && !facts.resources.is_empty() && facts.resources.iter().all(is_object)
}

/// Whether a resource can only be objects of a bucket: its name holds a slash.
fn is_object(resource: &ResourceFact<'_>) -> bool {
    resource.text.split_once(":s3:::").is_some_and(|(_, name)| name.contains('/') && !name.starts_with('*'))
}
