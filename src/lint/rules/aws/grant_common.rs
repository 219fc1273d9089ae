//! What grants an action: the statement that allows it widely enough, after what others deny and
//! what limits the holder.

use std::cell::OnceCell;

use crate::aws::catalog::catalog;
use crate::lint::{Asked, DocumentContext, ResourceFact, StatementFacts};
use crate::model::{Ceiling, Left, Wanted, circumstance, left};
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

/// Statements, with what limits those who hold them.
pub(super) struct Holding<'f> {
    pub(super) statements: &'f [StatementFacts<'f>],
    limits: Limits<'f>,
}

/// What limits holders.
enum Limits<'f> {
    /// Nothing that is looked at.
    None,
    /// What limits those who hold a document, worked out when something is granted.
    Document(&'f DocumentContext<'f>, OnceCell<Vec<Ceiling<'f>>>),
    /// What limits one.
    Holder(&'f Ceiling<'f>),
}

impl<'f> Holding<'f> {
    /// Statements by themselves.
    pub(super) fn alone(statements: &'f [StatementFacts<'f>]) -> Self {
        Self { statements, limits: Limits::None }
    }

    /// Those of a document, whoever holds it.
    pub(super) fn of(context: &'f DocumentContext<'f>) -> Self {
        Self { statements: context.statements, limits: Limits::Document(context, OnceCell::new()) }
    }

    /// All that a holder has.
    pub(super) fn by(statements: &'f [StatementFacts<'f>], ceiling: &'f Ceiling<'f>) -> Self {
        Self { statements, limits: Limits::Holder(ceiling) }
    }

    /// What is left of something that the statements grant.
    fn left(&self, wanted: Wanted<'_>) -> Left {
        match &self.limits {
            Limits::None => Left::Whole,
            Limits::Document(context, all) => {
                left(all.get_or_init(|| Ceiling::of_document(context.inputs.model, context.document.span)), wanted)
            }
            Limits::Holder(ceiling) => ceiling.left(wanted),
        }
    }
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
        let weighed = weigh(facts, some, (action, text), || holding.left(wanted));
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

/// What takes a grant away in some circumstances, and which kind of policy that is.
type Capped = Option<(Span, &'static str)>;

/// Whether an action on a resource, which a statement allows, depends on circumstances, and what
/// of `left` takes it away in some; none where it is not granted, or its conditions may limit
/// what is done.
pub(super) fn weigh(
    facts: &StatementFacts<'_>,
    statements: &[StatementFacts<'_>],
    (action, resource): (&str, &str),
    left: impl FnOnce() -> Left,
) -> Option<(bool, Capped)> {
    let lowered = lowers(facts, action)?;
    let denied = denied(statements, action, resource);
    if denied == Some(true) {
        return None;
    }
    let capped = left().some()?;
    Some((lowered || denied.is_some() || capped.is_some(), capped))
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

/// Whether the ARN is of a service and type that the action works on.
fn of_kind(resource: &ResourceFact<'_>, action: &str) -> bool {
    let service = action.split(':').next().unwrap_or("");
    let Some(own) = resource.field(2) else { return false };
    if own != service && !own.contains('*') {
        return false;
    }
    let Some((known, found)) = catalog().action(action) else { return true };
    let kind = kind_of(resource.field(5).unwrap_or(""));
    if kind.contains('*') || kind.is_empty() {
        return true;
    }
    let mut types = known.resources_of(found).map(|one| kind_of(one.field(5))).peekable();
    types.peek().is_none() || types.any(|of| of == kind || of.contains('$'))
}

/// `role` of `role/app/x`.
fn kind_of(rest: &str) -> &str {
    rest.split(['/', ':']).next().unwrap_or(rest)
}

/// Whether the ARN is every resource of a type the action works on: `role/*`.
fn every(resource: &ResourceFact<'_>, action: &str) -> bool {
    let rest = resource.field(5).unwrap_or("");
    let mut segments = rest.split(['/', ':']);
    let first = segments.next().unwrap_or("");
    let star = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte == b'*');
    let mut others = segments.peekable();
    let open = if others.peek().is_none() {
        // `*`, `role*`
        first.ends_with('*') && !first.contains(['-', '_', '.'])
    } else {
        !first.is_empty() && others.all(star)
    };
    open && of_kind(resource, action)
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

/// Whether what is allowed is denied: certainly or to all purposes (true), in some
/// circumstances (false), or not.
pub(super) fn denied(statements: &[StatementFacts<'_>], action: &str, resource: &str) -> Option<bool> {
    let mut answer = None;
    for facts in statements.iter().filter(|facts| facts.deny) {
        let covered = facts.actions.iter().any(|item| item.covers(action));
        if covered == facts.not_action {
            continue;
        }
        let whole = facts.resources.is_empty()
            || facts.not_resource
            || facts.resources.iter().any(|item| item.covers(resource) || every(item, action));
        if !whole {
            continue;
        }
        if facts.conditions.iter().all(|condition| !circumstance(&condition.key)) {
            // unconditional, or unless a boundary, policy, tag or service is as demanded
            return Some(true);
        }
        answer = Some(false);
    }
    answer
}
