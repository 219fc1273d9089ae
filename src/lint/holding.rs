//! What is left of what statements allow, after what others of them deny and what limits those who
//! hold them. All that asks whether something is refused asks here.

use std::cell::{OnceCell, RefCell};

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::facts::{ConditionFact, ResourceFact, StatementFacts};
use super::{DocumentContext, Finding};
use crate::aws::catalog::catalog;
use crate::model::{Ceiling, Left, Wanted, circumstance, left};
use crate::pattern::glob;
use crate::source::Span;

/// Statements, with what limits those who hold them.
pub(in crate::lint) struct Holding<'f> {
    pub(in crate::lint) statements: &'f [StatementFacts<'f>],
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
    pub(in crate::lint) fn alone(statements: &'f [StatementFacts<'f>]) -> Self {
        Self { statements, limits: Limits::None }
    }

    /// Those of a document, whoever holds it.
    pub(in crate::lint) fn of(context: &'f DocumentContext<'f>) -> Self {
        Self { statements: context.statements, limits: Limits::Document(context, OnceCell::new()) }
    }

    /// All that a holder has.
    pub(in crate::lint) fn by(statements: &'f [StatementFacts<'f>], ceiling: &'f Ceiling<'f>) -> Self {
        Self { statements, limits: Limits::Holder(ceiling) }
    }

    /// What is left of something that the statements allow.
    pub(in crate::lint) fn left(&self, wanted: Wanted<'_>) -> Left {
        match &self.limits {
            Limits::None => denied(self.statements, wanted),
            Limits::Holder(ceiling) => both(denied(self.statements, wanted), || ceiling.left(wanted)),
            Limits::Document(context, ceilings) => {
                let all = || {
                    ceilings.get_or_init(|| {
                        if context.grants_to_identity() {
                            Ceiling::of_document(context.inputs.model, context.document.span)
                        } else {
                            Vec::new()
                        }
                    })
                };
                let none = || all().is_empty() && !self.statements.iter().any(|facts| facts.deny);
                context.facts.left.of(wanted, none, || both(denied(self.statements, wanted), || left(all(), wanted)))
            }
        }
    }

    /// What takes an action on all of a resource away in some circumstances; none where nothing is
    /// left of it, whatever else holds.
    #[allow(clippy::option_option, reason = "that something is left, and what it depends on, are two questions")]
    pub(in crate::lint) fn surely(&self, action: &str, resource: &str) -> Option<Capped> {
        self.left(Wanted { action, resource, all: true, surely: true, services: &[] }).some()
    }
}

/// What takes something away in some circumstances, and which kind of policy that is.
pub(in crate::lint) type Capped = Option<(Span, &'static str)>;

impl Finding {
    /// Makes it milder where something takes what it is about away in some circumstances.
    pub(in crate::lint) fn capped(&mut self, capped: Capped) -> &mut Self {
        if capped.is_some() {
            self.severity(self.severity.milder());
        }
        self.taken(capped)
    }

    /// Shows what takes it away.
    pub(in crate::lint) fn taken(&mut self, capped: Capped) -> &mut Self {
        if let Some((place, what)) = capped {
            self.related(place, format!("this {what} takes it away in some circumstances"));
        }
        self
    }
}

/// What is left of the things that were asked about a document: to ask each of its statements for
/// each finding takes their number squared.
#[derive(Debug, Default)]
pub(in crate::lint) struct Known {
    /// Whether nothing is denied and nobody limited.
    whole: OnceCell<bool>,
    answers: RefCell<FxHashMap<SmolStr, Vec<(Asked, Left)>>>,
}

/// What was asked about an action.
#[derive(Debug, PartialEq, Eq)]
struct Asked {
    resource: SmolStr,
    all: bool,
    surely: bool,
    services: Vec<SmolStr>,
}

impl Asked {
    fn is(&self, wanted: &Wanted<'_>) -> bool {
        (self.all, self.surely) == (wanted.all, wanted.surely)
            && self.resource == wanted.resource
            && self.services.iter().map(SmolStr::as_str).eq(wanted.services.iter().copied())
    }
}

impl Known {
    /// What is known, or else what `ask` says; all where `none` tells that nothing refuses anything.
    fn of(&self, wanted: Wanted<'_>, none: impl FnOnce() -> bool, ask: impl FnOnce() -> Left) -> Left {
        if *self.whole.get_or_init(none) {
            return Left::Whole;
        }
        let find = |all: &Vec<(Asked, Left)>| all.iter().find(|(asked, _)| asked.is(&wanted)).map(|(_, left)| *left);
        if let Some(known) = self.answers.borrow().get(wanted.action).and_then(find) {
            return known;
        }
        let left = ask();
        let asked = Asked {
            resource: wanted.resource.into(),
            all: wanted.all,
            surely: wanted.surely,
            services: wanted.services.iter().copied().map(SmolStr::new).collect(),
        };
        self.answers.borrow_mut().entry(wanted.action.into()).or_default().push((asked, left));
        left
    }
}

/// What two limits leave; the second is asked only where the first leaves something.
pub(in crate::lint) fn both(one: Left, other: impl FnOnce() -> Left) -> Left {
    match one {
        Left::Nothing => Left::Nothing,
        Left::Whole => other(),
        Left::Sometimes(..) if other() == Left::Nothing => Left::Nothing,
        Left::Sometimes(..) => one,
    }
}

/// What Deny statements leave of an action on a resource.
pub(in crate::lint) fn denied(statements: &[StatementFacts<'_>], wanted: Wanted<'_>) -> Left {
    let mut left = Left::Whole;
    for facts in statements.iter().filter(|facts| facts.deny) {
        let listed = facts.actions.iter().any(|item| item.covers(wanted.action));
        if listed == facts.not_action || !of_resource(facts, wanted) {
            continue;
        }
        match refused(facts, wanted) {
            Left::Nothing => return Left::Nothing,
            sometimes @ Left::Sometimes(..) => left = sometimes,
            Left::Whole => {}
        }
    }
    left
}

/// Whether a Deny statement is about all of a resource.
fn of_resource(facts: &StatementFacts<'_>, wanted: Wanted<'_>) -> bool {
    let covers = |item: &ResourceFact<'_>| item.covers(wanted.resource);
    match &facts.statement.resource {
        None => true,
        // where all is needed, it is not there for what the list leaves to be denied
        Some(_) if facts.not_resource => !facts
            .resources
            .iter()
            .any(|item| covers(item) || (!wanted.all && of_kind(item, wanted.action) && item.meets(wanted.resource))),
        Some(_) => facts.resources.iter().any(|item| covers(item) || every(item, wanted.action)),
    }
}

/// What the conditions of a Deny statement leave of what it is about.
///
/// Conditions on circumstances leave it in others. Those on what is done spare something: for who
/// needs a grant of everything that is to no purpose, unless a boundary, policy, tag or service is
/// as demanded; otherwise it is left in some form.
pub(in crate::lint) fn refused(facts: &StatementFacts<'_>, wanted: Wanted<'_>) -> Left {
    let passes = |condition: &&ConditionFact<'_>| condition.key == PASSED && !wanted.services.is_empty();
    let to = |service: &&str| facts.conditions.iter().filter(passes).all(|condition| goes_to(condition, service));
    if !wanted.services.iter().all(to) {
        return Left::Whole;
    }
    let closes = |condition: &ConditionFact<'_>| !wanted.surely && !circumstance(&condition.key);
    let list = |list: &Option<_>| list.as_ref().is_some_and(|list: &crate::aws::document::ListElement| list.unknown);
    let unknown = facts.statement.unknown
        || facts.statement.conditions_unknown
        || (facts.not_action && list(&facts.statement.action))
        || (facts.not_resource && list(&facts.statement.resource));
    if !unknown && facts.conditions.iter().filter(|condition| !passes(condition)).all(closes) {
        Left::Nothing
    } else {
        Left::Sometimes(facts.statement.span, "statement")
    }
}

/// The key for what a role is passed to.
const PASSED: &str = "iam:passedtoservice";

/// Whether a condition on `iam:PassedToService` holds for a service. The key is part of every
/// request to pass a role, so that `IfExists` makes no difference.
pub(in crate::lint) fn goes_to(condition: &ConditionFact<'_>, service: &str) -> bool {
    let like = condition.operator.contains("like");
    let same = |value: &str| if like { glob::matches(value, service) } else { value.eq_ignore_ascii_case(service) };
    let hit = condition.values().any(|(value, _)| same(value));
    condition.operator == "null" || hit != condition.negated
}

/// Whether the ARN is of a service and type that the action works on.
pub(in crate::lint) fn of_kind(resource: &ResourceFact<'_>, action: &str) -> bool {
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
pub(in crate::lint) fn every(resource: &ResourceFact<'_>, action: &str) -> bool {
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
