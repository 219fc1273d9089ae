use rustc_hash::FxHashMap;

use super::resource_common::{example, may_be};
use crate::aws::catalog::{AccessLevel, ResourceType, Service, catalog};
use crate::lint::{ActionFact, Asked, Check, ResourceFact, Sink, StatementContext, StatementFacts};
use crate::pattern::glob as pattern;

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    let listed = facts.statement.resource.as_ref().is_some_and(|list| !list.unknown);
    if !context.grants() || facts.not_action || facts.not_resource || !listed || facts.resources.is_empty() {
        return;
    }
    if facts.resources.iter().any(|r| r.all || !r.item.text.is_known() || r.field(5).is_none()) {
        return;
    }
    // only a service that all the resources are of has the types to tell that none fits
    let Some(owner) = owner(facts) else { return };
    let mut matches = ByService::default();
    let mut found = Vec::new();
    for action in &facts.actions {
        if let Some(kinds) = foreign(context, action, owner, &mut matches) {
            found.push((action, kinds));
        }
    }
    let [(first, kinds), others @ ..] = found.as_slice() else { return };
    let more = match others.len() {
        0 => "works".to_owned(),
        1 => "and one more action work".to_owned(),
        n => format!("and {n} more actions work"),
    };
    let shown = first.item.text.display();
    let finding = sink
        .report(first.item.span, format!("`{shown}` {more} on none of these resources, so this does not grant them"));
    if others.is_empty() {
        finding.message = format!("`{shown}` works on none of these resources, so this does not grant it");
    }
    finding
        .related(facts.statement.resource.as_ref().map_or(first.item.span, |list| list.span), "of other types")
        .help(format!("`{shown}` works on {} (as of {})", kinds.join(", "), catalog().date()));
    for (action, _) in others.iter().take(5) {
        finding.related(action.item.span, "this as well");
    }
}

/// The resources that an action works on, if it is named, the statement has none of them and
/// no other statement grants it.
fn foreign(
    context: &StatementContext<'_>,
    action: &ActionFact<'_>,
    owner: &str,
    matches: &mut ByService<'_>,
) -> Option<Vec<String>> {
    // buckets and objects have rules of their own, and so have the aliases of keys
    let judged = !action.wildcard && action.item.text.is_known();
    if !judged || matches!(action.service(), "s3" | "kms" | "apigateway") {
        return None;
    }
    let (service, known) = action.known()?;
    // of what tags may be on the data knows little
    if !known.takes_resource() || known.level == AccessLevel::Tagging || known.lower.contains("tag") {
        return None;
    }
    let matches = matches.0.entry(&service.prefix).or_insert_with(|| Matches {
        // whether it has types of the resources' service at all
        owns: service.resources.iter().any(|kind| pattern::matches(owner, kind.field(2))),
        told: Vec::new(),
        any: Vec::new(),
    });
    if !matches.owns {
        return None;
    }
    let own = || known.resources.iter().map(|of| usize::from(of.resource));
    let none = context
        .facts
        .resources
        .iter()
        .enumerate()
        .all(|at| !own().any(|kind| matches.ask(service, kind, at)) && matches.any(service, at));
    let example = |kind: &ResourceType| format!("`{}`", example(&kind.arn));
    (none && !elsewhere(context, &action.lower)).then(|| service.resources_of(known).take(3).map(example).collect())
}

/// The service that all resources of a statement are of, as their ARNs name it.
fn owner<'f>(facts: &'f StatementFacts<'_>) -> Option<&'f str> {
    let mut named = facts.resources.iter().map(|resource| resource.field(2).unwrap_or(""));
    let first = named.next()?;
    named.all(|other| other == first).then_some(first)
}

/// What is told of the services of a statement's actions: the actions of one ask for the
/// same again and again.
#[derive(Debug, Default)]
struct ByService<'c>(FxHashMap<&'c str, Matches>);

/// Which of the statement's resources may be of which type of a service, as far as asked.
#[derive(Debug)]
struct Matches {
    owns: bool,
    told: Vec<Option<bool>>,
    /// Whether a resource may be of any type.
    any: Vec<Option<bool>>,
}

impl Matches {
    fn ask(&mut self, service: &Service, kind: usize, (at, resource): (usize, &ResourceFact<'_>)) -> bool {
        let place = at * service.resources.len() + kind;
        if self.told.len() <= place {
            self.told.resize(place + 1, None);
        }
        let Some(told) = self.told.get_mut(place) else { return false };
        *told.get_or_insert_with(|| service.resources.get(kind).is_some_and(|kind| may_be(resource.text, kind)))
    }

    fn any(&mut self, service: &Service, (at, resource): (usize, &ResourceFact<'_>)) -> bool {
        if self.any.len() <= at {
            self.any.resize(at + 1, None);
        }
        if let Some(Some(told)) = self.any.get(at) {
            return *told;
        }
        let told = (0..service.resources.len()).any(|kind| self.ask(service, kind, (at, resource)));
        if let Some(place) = self.any.get_mut(at) {
            *place = Some(told);
        }
        told
    }
}

/// Whether another statement grants the action.
fn elsewhere(context: &StatementContext<'_>, action: &str) -> bool {
    let asked = Asked::new(action);
    let grants = |facts: &StatementFacts<'_>| facts.allow && facts.applies_to_asked(&asked).is_some();
    context.document().statements.iter().enumerate().any(|(at, facts)| at != context.index() && grants(facts))
}
