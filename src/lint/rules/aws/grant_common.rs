//! What grants an action: the statement that allows it widely enough, after what others deny and
//! what limits the holder.

use crate::lint::holding::{Capped, Holding, every, of_kind};
use crate::lint::{Asked, ResourceFact, StatementFacts};
use crate::model::{Left, Wanted, circumstance};
use crate::source::Span;

/// On which resources an action must be granted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// On any at all.
    Any,
    /// On every resource of its kind.
    Every,
    /// On every resource of its kind, or on the caller's own user.
    EveryOrSelf,
    /// On `*`.
    Star,
}

/// What grants an action.
#[derive(Debug, Clone, Copy)]
pub(super) struct Grant<'f> {
    /// The action, in lower case.
    pub(super) action: &'static str,
    /// What allows it.
    pub(super) span: Span,
    /// The resource that is wide enough.
    pub(super) resource: Option<Span>,
    /// Whether circumstances (MFA, network, time) must be given too.
    pub(super) lowered: bool,
    /// What takes it away in some circumstances, and which kind of policy that is.
    pub(super) capped: Capped,
    /// The statement.
    pub(super) facts: &'f StatementFacts<'f>,
}

/// The first statement that allows an action widely enough, sure ones before conditional
/// ones, honouring what other statements deny and what limits the holder.
pub(super) fn grant<'f>(holding: &Holding<'f>, action: &'static str, reach: Reach) -> Option<Grant<'f>> {
    grant_to(holding, holding.statements, (action, reach), &[])
}

/// The same, of some of the statements; of `iam:PassRole`, to one of these services.
pub(super) fn grant_to<'f>(
    holding: &Holding<'f>,
    some: &'f [StatementFacts<'f>],
    (action, reach): (&'static str, Reach),
    services: &[&str],
) -> Option<Grant<'f>> {
    let mut found: Option<Grant<'f>> = None;
    let asked = Asked::new(action);
    for facts in some.iter().filter(|facts| facts.allow && facts.services.meet(asked.services)) {
        let Some(span) = facts.applies_to_asked(&asked) else { continue };
        let Some((resource, text)) = reaches(facts, action, reach) else { continue };
        let wanted = Wanted { action, resource: text, all: reach != Reach::Any, surely: false, services };
        let weighed = weigh(facts, action, || holding.left(wanted));
        let Some((lowered, capped)) = weighed else { continue };
        let grant = Grant { action, span, resource, lowered, capped, facts };
        if !lowered {
            return Some(grant);
        }
        found = found.or(Some(grant));
    }
    found
}

/// The grants of all actions of a set.
pub(super) fn grants<'f>(holding: &Holding<'f>, actions: &[&'static str], reach: Reach) -> Option<Vec<Grant<'f>>> {
    actions.iter().map(|action| grant(holding, action, reach)).collect()
}

/// Whether an action that a statement allows depends on circumstances, and what of `left` takes it
/// away in some; none where it is not granted, or its conditions may limit what is done.
pub(super) fn weigh(facts: &StatementFacts<'_>, action: &str, left: impl FnOnce() -> Left) -> Option<(bool, Capped)> {
    let lowered = lowers(facts, action)?;
    let capped = left().some()?;
    Some((lowered || capped.is_some(), capped))
}

/// The resource that makes a statement wide enough, and its text.
fn reaches<'f>(facts: &'f StatementFacts<'_>, action: &str, reach: Reach) -> Option<(Option<Span>, &'f str)> {
    if facts.not_resource {
        return facts.any_resource().map(|span| (Some(span), "*"));
    }
    let wide = |resource: &&ResourceFact<'_>| match reach {
        Reach::Star => resource.all,
        Reach::Any => resource.all || of_kind(resource, action),
        Reach::Every => resource.all || every(resource, action),
        Reach::EveryOrSelf => resource.all || every(resource, action) || own(resource, action),
    };
    facts.resources.iter().find(wide).map(|resource| (Some(resource.item.span), resource.text))
}

/// Whether the ARN is the caller's own user.
fn own(resource: &ResourceFact<'_>, action: &str) -> bool {
    resource.field(5).is_some_and(|rest| rest.starts_with("user/") && rest.ends_with("${aws:username}"))
        && of_kind(resource, action)
}

/// Whether conditions make a grant depend on circumstances; none where they limit what is
/// done, or may.
fn lowers(facts: &StatementFacts<'_>, action: &str) -> Option<bool> {
    if facts.statement.conditions_unknown || facts.statement.unknown {
        return None;
    }
    let mut lowered = false;
    for condition in &facts.conditions {
        if action == "iam:passrole" && condition.key == "iam:passedtoservice" {
            continue;
        }
        if !circumstance(&condition.key) {
            return None;
        }
        lowered = true;
    }
    Some(lowered)
}
