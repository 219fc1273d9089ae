//! Access by tag, and who may set the tags.

use super::resource_common::may_be;
use crate::aws::catalog::{AccessLevel, Action, ResourceType, catalog};
use crate::lint::holding::{Capped, Holding, of_kind};
use crate::lint::{ActionFact, ResourceFact, StatementFacts};
use crate::model::{Left, Wanted};
use crate::source::HOLE;

/// What keeps a statement about tags to tags that give nothing: in lower case.
const GUARDS: &[&str] = &[
    "aws:requesttag/*",
    "aws:resourcetag/*",
    "aws:tagkeys",
    "*:resourcetag/*",
    "*:requesttag/*",
    "*:createaction",
    "*:resourcetag",
];

/// How many actions an item stands for.
fn held(action: &ActionFact<'_>) -> usize {
    action.held().len()
}

/// Actions that tagging opens.
pub(super) struct Opened<'f, 'a> {
    pub(super) one: &'f Tagging<'f, 'a>,
    pub(super) service: &'f str,
    /// What takes the tagging, or what it opens, away in some circumstances.
    pub(super) capped: Capped,
    /// How many of the service's actions the statement has by tag.
    guarded: usize,
    reached: Vec<&'static Action>,
}

impl Opened<'_, '_> {
    /// `` `ec2:StartInstances` and 3 more actions``
    pub(super) fn listed(&self) -> String {
        let first = self.reached.first().map_or("", |action| action.name.as_str());
        let more = match self.reached.len() {
            0 | 1 => String::new(),
            2 => " and one more action".to_owned(),
            n => format!(" and {} more actions", n - 1),
        };
        format!("`{}:{first}`{more}", self.service)
    }

    /// Whether it is less than half of what the statement has by tag.
    pub(super) fn is_little(&self) -> bool {
        self.reached.len() * 2 < self.guarded
    }
}

/// What some tagging opens of a statement by tag, of the first service of which it does.
pub(super) fn opened<'f, 'a>(
    holding: &Holding<'_>,
    scoped: &'f StatementFacts<'a>,
    tagging: &'f [Tagging<'f, 'a>],
) -> Option<Opened<'f, 'a>> {
    let mut asked: Vec<&str> = Vec::new();
    for action in scoped.actions.iter().filter(|action| !action.is_all()) {
        let service = action.service();
        if asked.contains(&service) {
            continue;
        }
        asked.push(service);
        let each = tagging.iter().filter_map(|one| {
            let reached = reached(holding, scoped, one, service);
            let action = reached.first()?;
            let tags = left(holding, one.facts, service, one.tags).some()?;
            Some((one, tags.or(left(holding, scoped, service, &action.name).some()?), reached))
        });
        if let Some((one, capped, reached)) = each.into_iter().next() {
            let guarded = scoped.actions.iter().filter(|a| a.service() == service).map(held).sum();
            return Some(Opened { one, service, capped, guarded, reached });
        }
    }
    None
}

/// What is left of an action on what a statement allows it on.
fn left(holding: &Holding<'_>, facts: &StatementFacts<'_>, service: &str, action: &str) -> Left {
    let action = format!("{service}:{}", action.to_ascii_lowercase());
    let listed = facts.resources.iter().find(|resource| of_kind(resource, &action));
    let resource = listed.filter(|_| !facts.not_resource).map_or("*", |resource| resource.text);
    holding.left(Wanted { action: &action, resource, all: false, surely: true, services: &[] })
}

/// The condition that limits a statement to resources of some tag.
pub(super) fn by_tag<'f, 'a>(facts: &'f StatementFacts<'a>) -> Option<&'f crate::lint::ConditionFact<'a>> {
    // tags that start with `aws:` are set by AWS alone
    let settable = |tag: &str| !tag.starts_with("aws:");
    facts.conditions.iter().find(|c| c.resource_tag().is_some_and(settable) && c.pins())
}

/// An item that lets its holder tag resources of a service, with no limit on the tags.
pub(super) struct Tagging<'f, 'a> {
    pub(super) facts: &'f StatementFacts<'a>,
    pub(super) action: &'f ActionFact<'a>,
    /// The action that tags, as the catalogue has it.
    pub(super) tags: &'static str,
}

pub(super) fn tagging<'f, 'a>(statements: &'f [StatementFacts<'a>]) -> Vec<Tagging<'f, 'a>> {
    let adds = |known: &&&'static Action| {
        let lower = known.lower.as_str();
        known.level == AccessLevel::Tagging && !["un", "delete", "remove"].iter().any(|word| lower.starts_with(word))
    };
    let mut found = Vec::new();
    for facts in statements.iter().filter(|facts| facts.allow && !facts.not_action) {
        let tagging = facts.actions.iter().filter(|action| action.holds_level(AccessLevel::Tagging));
        let mut tagging = tagging.filter_map(|action| Some((action, action.held().iter().find(adds)?))).peekable();
        if tagging.peek().is_some() && !guarded(facts) {
            found.extend(tagging.map(|(action, known)| Tagging { facts, action, tags: known.name.as_str() }));
        }
    }
    found
}

/// The actions of a statement by tag that the tagging opens: those on a type of resource that
/// it may tag, and that no other statement allows without the tag.
fn reached(
    holding: &Holding<'_>,
    scoped: &StatementFacts<'_>,
    one: &Tagging<'_, '_>,
    service: &str,
) -> Vec<&'static Action> {
    let (facts, action) = (one.facts, one.action);
    let apart = action.service() == service && !std::ptr::eq(facts, scoped);
    let Some(known) = catalog().service(service).filter(|_| apart) else { return Vec::new() };
    if denied(holding.statements, action) || !overlap(facts, scoped) {
        return Vec::new();
    }
    let among = |facts: &StatementFacts<'_>, kind: &ResourceType| {
        facts.not_resource || facts.any_resource().is_some() || facts.resources.iter().any(|r| may_be(r.text, kind))
    };
    // of which types may be tagged the data knows little: the statement's own resources tell
    let shared =
        |other: &'static Action| known.resources_of(other).any(|kind| among(facts, kind) && among(scoped, kind));
    let own = scoped.actions.iter().filter(|item| item.service() == service && !item.is_all());
    let mut reached: Vec<&'static Action> = Vec::new();
    for other in own.flat_map(|item| item.held()).copied() {
        let full = || format!("{service}:{}", other.lower);
        if shared(other)
            && !freely(holding.statements, scoped, &full())
            && left(holding, scoped, service, &other.name) != Left::Nothing
            && !reached.iter().any(|known| known.lower == other.lower)
        {
            reached.push(other);
        }
    }
    reached
}

/// Whether another statement allows the action without the tag.
fn freely(statements: &[StatementFacts<'_>], scoped: &StatementFacts<'_>, action: &str) -> bool {
    statements.iter().any(|facts| {
        let free = facts.allow && !facts.conditional && !std::ptr::eq(facts, scoped);
        free && facts.any_resource().is_some() && facts.applies_to(action).is_some()
    })
}

fn guarded(facts: &StatementFacts<'_>) -> bool {
    facts.statement.conditions_unknown
        || facts.conditions.iter().any(|c| GUARDS.iter().any(|key| crate::pattern::glob::matches(key, &c.key)))
}

fn overlap(a: &StatementFacts<'_>, b: &StatementFacts<'_>) -> bool {
    let open = |facts: &StatementFacts<'_>| facts.not_resource || facts.any_resource().is_some();
    open(a)
        || open(b)
        || a.resources.iter().any(|one| b.resources.iter().any(|other| same_kind(one, other) && one.meets(other.text)))
}

/// Whether some `Deny` is about tagging.
fn denied(statements: &[StatementFacts<'_>], action: &ActionFact<'_>) -> bool {
    let about = |facts: &StatementFacts<'_>| facts.not_action || facts.actions.iter().any(|a| a.meets(&action.lower));
    statements.iter().any(|facts| facts.deny && about(facts))
}

/// Whether two ARNs may be of one type of resource (`instance/…`, `volume/…`).
fn same_kind(a: &ResourceFact<'_>, b: &ResourceFact<'_>) -> bool {
    let kind = |resource: &ResourceFact<'_>| {
        resource.field(5).and_then(|rest| rest.split(['/', ':']).next().map(str::to_owned))
    };
    let open = |kind: &str| kind.contains(['*', '?', HOLE]);
    match (kind(a), kind(b)) {
        (Some(a), Some(b)) => a == b || open(&a) || open(&b),
        _ => true,
    }
}
