//! Decisions with their reasons: which statements decided, which came close, and what an
//! undetermined answer depends on.

use smol_str::SmolStr;

use super::request::Request;
use super::special;
use super::statement::{Element, PreparedPolicy, PreparedStatement};
use super::verdict::{Layer, Policies, Reason, Verdict, evaluate};
use crate::aws::catalog::catalog;
use crate::aws::document::{Effect, Statement};
use crate::aws::logic::{Case, Formula, Logic, Plain, Residual};
use crate::aws::principal::CallerKind;
use crate::aws::template::Missing;
use crate::decision::Truth;
use crate::source::Span;
use crate::syntax::{Text, Value};

/// A verdict with its reasons.
#[derive(Debug, Clone)]
pub struct Explanation {
    /// The verdict. It is the one [`decide`](super::decide) gives, except where that is
    /// undetermined and all ways in which the unknown could turn out lead to one answer.
    pub verdict: Verdict,
    /// The statements that decided: the denies that apply, the allows that let it pass, or
    /// those on which an undetermined answer hangs.
    pub decided_by: Vec<StatementRef>,
    /// For what nothing allows: the statements that came close, closest first.
    pub near_misses: Vec<NearMiss>,
    /// What would have to be known, sorted.
    pub depends_on: Vec<Missing>,
    /// For an undetermined answer, a sentence on what would decide it: "allowed if …".
    pub condition: Option<String>,
    /// For a request with wildcards read as any or all, the concrete request that shows
    /// the answer: action and resource.
    pub witness: Option<(SmolStr, SmolStr)>,
}

/// A statement of one of the policies asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementRef {
    /// The layer its policy is in.
    pub layer: Layer,
    /// The policy's name.
    pub policy: SmolStr,
    /// The statement's place in it.
    pub index: usize,
    /// Its `Sid`, where it has one.
    pub sid: Option<SmolStr>,
    /// Its effect, if known.
    pub effect: Option<Effect>,
    /// Where it stands.
    pub span: Span,
}

/// A statement that would have allowed the request but for one element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NearMiss {
    /// The statement.
    pub statement: StatementRef,
    /// The element that does not match.
    pub element: Element,
    /// Why, in one sentence.
    pub why: String,
    /// Where the element stands.
    pub span: Span,
}

/// Most statements that came close to show.
const MOST_NEAR_MISSES: usize = 3;

/// Decides a request as it stands and says why: one with wildcards is settled by
/// [`wildcard`](super::wildcard).
pub(super) fn explain_each(request: &Request, policies: &Policies<'_>) -> Explanation {
    let plain = evaluate(&mut Plain, request, policies).verdict(&Plain, request);
    let mut explanation = Explanation {
        verdict: plain,
        decided_by: Vec::new(),
        near_misses: Vec::new(),
        depends_on: Vec::new(),
        condition: None,
        witness: None,
    };
    if plain.layer == Layer::Service {
        return explanation;
    }
    if plain.reason == Reason::Undetermined {
        dependencies(request, policies, &mut explanation);
    }
    match explanation.verdict.reason {
        Reason::ExplicitDeny | Reason::Allowed => {
            let effect = if explanation.verdict.reason == Reason::Allowed { Effect::Allow } else { Effect::Deny };
            let certain = applying(request, policies, effect, Truth::True);
            // of several that may apply one does, whichever way the unknown turns out
            explanation.decided_by =
                if certain.is_empty() { applying(request, policies, effect, Truth::Unknown) } else { certain };
            if plain.reason == Reason::Undetermined
                && let Some(first) = explanation.decided_by.first()
            {
                explanation.verdict.layer = first.layer;
            }
        }
        Reason::ImplicitDeny => explanation.near_misses = near_misses(request, policies),
        Reason::Undetermined => {
            explanation.decided_by = applying(request, policies, Effect::Deny, Truth::Unknown);
            explanation.decided_by.extend(applying(request, policies, Effect::Allow, Truth::Unknown));
        }
    }
    explanation
}

/// Says what an undetermined answer depends on, or settles it where all ways in which the
/// unknown could turn out agree.
fn dependencies(request: &Request, policies: &Policies<'_>, explanation: &mut Explanation) {
    let mut logic = Residual::default();
    let outcome = evaluate(&mut logic, request, policies);
    let formula = logic.and(logic.not(outcome.denied.clone()), outcome.granted.clone());
    let cases = formula.cases(&logic.atoms);
    let against = logic.not(formula).cases(&logic.atoms);
    let mut used: Vec<usize> = Vec::new();
    match (&cases, &against) {
        (Some(cases), Some(against)) => {
            if against.is_empty() {
                explanation.verdict.reason = Reason::Allowed;
                return;
            }
            if cases.is_empty() {
                let spared = logic.not(outcome.denied).cases(&logic.atoms);
                explanation.verdict.reason = if spared.is_some_and(|cases| cases.is_empty()) {
                    Reason::ExplicitDeny
                } else {
                    Reason::ImplicitDeny
                };
                return;
            }
            used.extend(cases.iter().chain(against).flatten().map(|(atom, _)| *atom));
            // Where nothing but a Deny is in doubt, that is what to speak of.
            let only_deny = outcome.granted == Formula::Known(true);
            explanation.condition = Some(sentence(&logic, cases, against, only_deny));
        }
        _ => used.extend(0..logic.atoms.len()),
    }
    used.sort_unstable();
    used.dedup();
    let needs = used.iter().filter_map(|atom| logic.atoms.get(*atom)).flat_map(|atom| atom.needs.iter().cloned());
    explanation.depends_on = needs.map(spelled).collect();
    explanation.depends_on.sort();
    // keys compare without case, and policies may spell one in two ways
    explanation.depends_on.dedup_by(|a, b| match (a, b) {
        (Missing::Key(a), Missing::Key(b)) => a.eq_ignore_ascii_case(b),
        (a, b) => a == b,
    });
}

/// A key as AWS spells it; one that holds a name of its author's, or is of no reference, as
/// the policy does.
fn spelled(missing: Missing) -> Missing {
    match missing {
        Missing::Key(name) => {
            let documented = catalog().condition_key(&name).filter(|key| !key.name.contains("${"));
            Missing::Key(documented.map_or(name, |key| key.name.clone()))
        }
        other => other,
    }
}

/// The shorter of "allowed if …" and "denied if …".
fn sentence(logic: &Residual, cases: &[Case], against: &[Case], only_deny: bool) -> String {
    let size = |cases: &[Case]| cases.iter().map(Vec::len).sum::<usize>();
    let words = |cases: &[Case]| {
        let case = |case: &Case| {
            let literals = case.iter().filter_map(|(atom, holds)| {
                let atom = logic.atoms.get(*atom)?;
                Some(if *holds { atom.holds.clone() } else { atom.fails.clone() })
            });
            literals.collect::<Vec<_>>().join(" and ")
        };
        cases.iter().map(case).collect::<Vec<_>>().join(", or if ")
    };
    if only_deny && let [case] = cases {
        // of two sentences as long as each other the one without "not"
        let positive = case.len() == 1 && case.iter().all(|(_, holds)| *holds);
        if size(cases) < size(against) || positive {
            return format!("denied unless {}", words(cases));
        }
    }
    if size(cases) < size(against) || (size(cases) == size(against) && !only_deny) {
        format!("allowed if {}", words(cases))
    } else {
        format!("denied if {}", words(against))
    }
}

type Layered<'p, 'a> = (Layer, &'p [&'a PreparedPolicy]);

/// The layers that bear on a request, in the order answers name them.
pub(super) fn layers<'p, 'a>(request: &Request, policies: &'p Policies<'a>) -> Vec<Layered<'p, 'a>> {
    let mut layers: Vec<Layered<'p, 'a>> = Vec::new();
    if special::scps_apply(request) {
        layers.extend(policies.scps.iter().enumerate().map(|(level, list)| (Layer::Scp(level), list.as_slice())));
    }
    if special::rcps_apply(request) {
        layers.extend(policies.rcps.iter().enumerate().map(|(level, list)| (Layer::Rcp(level), list.as_slice())));
    }
    layers.push((Layer::Endpoint, &policies.endpoint));
    layers.push((Layer::Resource, &policies.resource));
    if request.caller.is_account_principal() {
        if request.caller.kind != CallerKind::Root {
            layers.push((Layer::Identity, &policies.identity));
        }
        if special::boundary_applies(request) {
            layers.push((Layer::Boundary, &policies.boundary));
        }
        layers.push((Layer::Session, &policies.session));
    }
    layers
}

/// The statements of an effect that certainly, or perhaps, apply.
fn applying(request: &Request, policies: &Policies<'_>, effect: Effect, wanted: Truth) -> Vec<StatementRef> {
    let mut found = Vec::new();
    let bounded = !policies.boundary.is_empty() && special::boundary_applies(request);
    for (layer, list) in layers(request, policies) {
        for (policy, statement, source) in statements(list) {
            if !statement.may(effect) {
                continue;
            }
            let named = matches!(layer, Layer::Rcp(_) | Layer::Endpoint | Layer::Resource);
            let caught = bounded && effect == Effect::Deny && named && statement.is_not_principal();
            let reach = if named && !caught { statement.reach(request).any() } else { Truth::True };
            let truth = reach.and(statement.matches(&mut Plain, request, Some(source)));
            let open = statement.effect.is_none() || policy.may_be_absent();
            let truth = if open { truth.and(Truth::Unknown) } else { truth };
            if truth == wanted {
                found.push(reference(layer, policy, statement, source));
            }
        }
    }
    found
}

fn statements<'p>(
    list: &'p [&'p PreparedPolicy],
) -> impl Iterator<Item = (&'p PreparedPolicy, &'p PreparedStatement, &'p Statement)> {
    list.iter().flat_map(|policy| {
        policy.statements.iter().filter_map(|statement| Some((*policy, statement, policy.source(statement)?)))
    })
}

fn reference(layer: Layer, policy: &PreparedPolicy, statement: &PreparedStatement, source: &Statement) -> StatementRef {
    StatementRef {
        layer,
        policy: policy.name.clone(),
        index: statement.index,
        sid: source.sid.as_ref().and_then(|(sid, _)| sid.known()).map(SmolStr::new),
        effect: statement.effect,
        span: source.span,
    }
}

/// The Allow statements that fail by one element, those that match most first. A
/// statement about other actions is not close.
fn near_misses(request: &Request, policies: &Policies<'_>) -> Vec<NearMiss> {
    let mut misses = Vec::new();
    for (layer, list) in layers(request, policies) {
        for (policy, statement, source) in statements(list) {
            if statement.effect != Some(Effect::Allow) {
                continue;
            }
            let Some((element, matched)) = statement.obstacle(request, source) else { continue };
            if element == Element::Action {
                continue;
            }
            let (why, span) = why(element, request, source);
            let statement = reference(layer, policy, statement, source);
            misses.push((matched, NearMiss { statement, element, why, span }));
        }
    }
    misses.sort_by_key(|(matched, _)| std::cmp::Reverse(*matched));
    misses.into_iter().take(MOST_NEAR_MISSES).map(|(_, miss)| miss).collect()
}

fn why(element: Element, request: &Request, source: &Statement) -> (String, Span) {
    match element {
        Element::Principal => {
            let span = source.principal.as_ref().map_or(source.span, |p| p.span);
            (format!("its principal is not `{}`", request.caller.id), span)
        }
        Element::Action => (format!("it is not about `{}`", request.action), source.span),
        Element::Resource => {
            let span = source.resource.as_ref().map_or(source.span, |r| r.span);
            (format!("its resource does not cover `{}`", request.resource), span)
        }
        Element::Condition(index) => {
            let Some(condition) = source.conditions.get(index) else { return (String::new(), source.span) };
            let key = condition.key.display();
            let given = match request.context.get(&crate::aws::context::lower(&key)) {
                crate::aws::context::Lookup::One(value) => format!("`{key}` is `{value}`"),
                crate::aws::context::Lookup::Many(values) => {
                    format!("`{key}` is {}", values.iter().map(|v| format!("`{v}`")).collect::<Vec<_>>().join(", "))
                }
                crate::aws::context::Lookup::Absent => format!("`{key}` is absent"),
                crate::aws::context::Lookup::Unknown => {
                    let why = format!("no request passes all that is asked of `{key}`");
                    return (why, condition.key_span);
                }
            };
            let values: Vec<String> =
                condition.values.iter().take(3).map(|node| format!("`{}`", shown(&node.value))).collect();
            let wanted = values.join(", ");
            (format!("{given}, and `{}` asks for {wanted}", condition.operator.display()), condition.key_span)
        }
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => Text::display(text),
        Value::Number(number) => number.to_string(),
        Value::Bool(truth) => truth.to_string(),
        _ => "?".to_owned(),
    }
}

impl StatementRef {
    /// `policy, statement n` or `policy, Sid`, for messages.
    #[must_use]
    pub fn label(&self) -> String {
        match &self.sid {
            Some(sid) if !sid.is_empty() => format!("{}, {sid}", self.policy),
            _ => format!("{}, statement {}", self.policy, self.index),
        }
    }
}
