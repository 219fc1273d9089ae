//! Policies made ready, and whether a statement applies (spec: aws-evaluation, sections 2
//! and 6.1).

use std::sync::Arc;

use smol_str::{SmolStr, format_smolstr};

use super::request::{Request, Target};
use crate::aws::condition::contradiction::contradiction;
use crate::aws::condition::prepared::{Prepared as PreparedCondition, prepared};
use crate::aws::document::{Document, Effect, Item, ListElement, PolicyKind, Statement};
use crate::aws::logic::{Atom, Logic};
use crate::aws::principal::{PrincipalMatcher, Reach};
use crate::aws::template::{Missing, Template};
use crate::decision::Truth;
use crate::pattern::Glob;
use crate::pattern::glob::{Builder, union_contains};
use crate::syntax::Text;

/// A policy compiled once, to be asked many times.
#[derive(Debug, Clone)]
pub struct PreparedPolicy {
    /// How explanations name it.
    pub name: SmolStr,
    /// The document it was made from.
    pub document: Arc<Document>,
    pub(super) statements: Vec<PreparedStatement>,
    /// Whether there may be statements that are not seen.
    pub(super) unknown: bool,
    /// What it depends on whether the policy is there; empty where it certainly is.
    given_if: Arc<[SmolStr]>,
    /// Who has to be where for the policy to bind: "the caller is in `ou-ab12-11111111`", its
    /// opposite, and what is to be known; none where it binds whoever it is given for.
    binds_if: Option<Arc<[SmolStr; 3]>>,
}

#[derive(Debug, Clone)]
pub(super) struct PreparedStatement {
    /// None where the effect is an unknown expression; statements with an effect that AWS
    /// refuses are left out.
    pub(super) effect: Option<Effect>,
    principal: Option<PrincipalMatcher>,
    action: Matcher<Glob>,
    /// None where the statement is about whatever the policy is attached to.
    resource: Option<Matcher<Resource>>,
    conditions: Vec<PreparedCondition>,
    /// The first condition that cannot hold together with those before it.
    never: Option<usize>,
    /// Whether it may have conditions, or other elements, that are not seen.
    unknown: bool,
    /// Where to find it in the document.
    pub(super) index: usize,
}

#[derive(Debug, Clone)]
struct Matcher<T> {
    negated: bool,
    items: Vec<T>,
    /// Whether there may be items that are not seen.
    unknown: bool,
}

#[derive(Debug, Clone)]
struct Resource {
    /// The pattern; with variables in it as holes, what it may match at most.
    glob: Glob,
    template: Option<Template>,
}

/// One element of a statement, for messages on why a statement does not apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Element {
    /// `Principal` or `NotPrincipal`.
    Principal,
    /// `Action` or `NotAction`.
    Action,
    /// `Resource` or `NotResource`.
    Resource,
    /// `Condition`: the n-th operator and key.
    Condition(usize),
}

impl Element {
    /// As answers name it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Principal => "principal",
            Self::Action => "action",
            Self::Resource => "resource",
            Self::Condition(_) => "condition",
        }
    }
}

impl PreparedPolicy {
    /// Compiles a document as a policy of a kind.
    #[must_use]
    pub fn new(name: impl Into<SmolStr>, document: Document, kind: PolicyKind) -> Self {
        let enabled = document.has_variables();
        let own_resource = matches!(kind, PolicyKind::Resource | PolicyKind::Trust | PolicyKind::Endpoint);
        let statements = document
            .statements
            .iter()
            .enumerate()
            .filter_map(|(index, statement)| PreparedStatement::new(statement, index, enabled, own_resource))
            .collect();
        let unknown = document.statements_unknown;
        let (document, given_if) = (Arc::new(document), Arc::default());
        Self { name: name.into(), document, statements, unknown, given_if, binds_if: None }
    }

    /// The same, of which it depends on `refs` whether it is there at all.
    #[must_use]
    pub fn given_if(mut self, refs: &[SmolStr]) -> Self {
        self.given_if = refs.into();
        self
    }

    /// The same, of which it is not known whether it binds: it does where `who` is in `place`.
    #[must_use]
    pub fn binds_if(mut self, who: &str, place: &str) -> Self {
        let [is, is_not, whether] = [
            format_smolstr!("{who} is in {place}"),
            format_smolstr!("{who} is not in {place}"),
            format_smolstr!("whether {who} is in {place}"),
        ];
        self.binds_if = Some(Arc::new([is, is_not, whether]));
        self
    }

    /// Whether it depends on something that the policy is there, or binds.
    #[must_use]
    pub fn may_be_absent(&self) -> bool {
        !self.given_if.is_empty() || self.binds_if.is_some()
    }

    /// Whether the policy binds where it is there. All that is attached to one place binds
    /// together, so that it is one thing not known.
    pub(super) fn binds<L: Logic>(&self, logic: &mut L) -> L::Value {
        let Some(words) = &self.binds_if else { return logic.known(true) };
        let [is, is_not, whether] = words.as_ref();
        logic.unknown(|| Atom::new(is.as_str(), is_not.as_str(), vec![Missing::Fact(whether.clone())]))
    }

    /// Whether the policy is there.
    pub(super) fn is_there<L: Logic>(&self, logic: &mut L) -> L::Value {
        if self.given_if.is_empty() {
            return logic.known(true);
        }
        logic.unknown(|| {
            let name = &self.name;
            let refs: Vec<String> = self.given_if.iter().map(|name| format!("`{name}`")).collect();
            let refs = refs.join(" and ");
            Atom::new(
                format!("the policy `{name}` is there, which {refs} decides"),
                format!("the policy `{name}` is not there, which {refs} decides"),
                self.given_if.iter().cloned().map(Missing::Expression).collect(),
            )
            .of(self)
        })
    }

    /// The statement of the document that a prepared one was made from.
    pub(super) fn source(&self, statement: &PreparedStatement) -> Option<&Statement> {
        self.document.statements.get(statement.index).map(Arc::as_ref)
    }

    /// The atom for statements that are not seen and that `verb` the request.
    pub(super) fn unseen(&self, verb: &str) -> Atom {
        Atom::new(
            format!("statements of `{}` that are not known {verb} it", self.name),
            format!("no statement of `{}` that is not known would {verb} it", self.name),
            vec![Missing::Fact(format!("the statements of `{}`", self.name).into())],
        )
        .of(self)
    }
}

impl PreparedStatement {
    /// None for a statement that can never apply because AWS would not take it: without a
    /// valid effect, without action, or without the resource its kind of policy needs.
    fn new(statement: &Statement, index: usize, enabled: bool, own_resource: bool) -> Option<Self> {
        // An effect that is present and not known leaves a span and no effect; so does one
        // that AWS refuses, which is told by the statement's text being known.
        let effect_known = statement.effect.is_some();
        let effect_unknown = !effect_known && (statement.unknown || statement.effect_unknown);
        if !effect_known && !effect_unknown {
            return None;
        }
        let action = match &statement.action {
            Some(element) => Matcher::new(element, |item| Some(action_glob(item))),
            None if statement.unknown => Matcher { negated: false, items: Vec::new(), unknown: true },
            None => return None,
        };
        let resource = match &statement.resource {
            Some(element) => Some(Matcher::new(element, |item| Some(Resource::new(item, enabled)))),
            None if statement.unknown => Some(Matcher { negated: false, items: Vec::new(), unknown: true }),
            None if own_resource => None,
            None => return None,
        };
        let conditions = prepared(&statement.conditions, enabled);
        let never = contradiction(&conditions, &statement.conditions);
        Some(Self {
            effect: statement.effect,
            principal: statement.principal.as_ref().map(PrincipalMatcher::new),
            action,
            resource,
            conditions,
            never,
            unknown: statement.conditions_unknown || statement.unknown,
            index,
        })
    }

    /// Whether the statement can have the effect at all.
    pub(super) fn may(&self, effect: Effect) -> bool {
        self.effect.is_none_or(|own| own == effect)
    }

    pub(super) fn is_not_principal(&self) -> bool {
        self.principal.as_ref().is_some_and(PrincipalMatcher::is_negated)
    }

    /// How the principal element reaches the caller; a statement without one is about
    /// whoever the policy is attached to.
    pub(super) fn reach(&self, request: &Request) -> Reach<Truth> {
        match &self.principal {
            Some(principal) => principal.reach(&request.caller, request.context.is_complete()),
            None if self.unknown => Reach { direct: Truth::Unknown, ..Reach::NONE },
            None => Reach { direct: Truth::True, ..Reach::NONE },
        }
    }

    /// The statement's effect as a condition: known, or an atom.
    pub(super) fn has_effect<L: Logic>(&self, logic: &mut L, effect: Effect, source: Option<&Statement>) -> L::Value {
        if let Some(own) = self.effect {
            return logic.known(own == effect);
        }
        let allows = logic.unknown(|| {
            let name = self.name(source);
            Atom::new(
                format!("`{name}` allows"),
                format!("`{name}` denies"),
                vec![Missing::Fact(format!("the effect of `{name}`").into())],
            )
            .of(self)
        });
        if effect == Effect::Allow { allows } else { logic.not(allows) }
    }

    fn name(&self, source: Option<&Statement>) -> SmolStr {
        source.map(|s| crate::aws::document::statement_name(self.index, s)).unwrap_or_default()
    }

    /// Whether action, resource and conditions match. What is cheap and decides is asked
    /// first.
    pub(super) fn matches<L: Logic>(&self, logic: &mut L, request: &Request, source: Option<&Statement>) -> L::Value {
        let mut value = self.action(logic, request, source);
        if logic.truth(&value) == Truth::False {
            return value;
        }
        let resource = self.resource(logic, request, source);
        value = logic.and(value, resource);
        if logic.truth(&value) == Truth::False {
            return value;
        }
        // whatever the request holds, the conditions do not
        if self.never.is_some() {
            return logic.known(false);
        }
        for condition in &self.conditions {
            let Some(written) = source.and_then(|s| s.conditions.get(condition.index)) else { continue };
            let holds = condition.holds(logic, &request.context, written);
            value = logic.and(value, holds);
            if logic.truth(&value) == Truth::False {
                return value;
            }
        }
        if self.unknown {
            let more = logic.unknown(|| {
                let name = self.name(source);
                Atom::new(
                    format!("what is not known of `{name}` holds"),
                    format!("what is not known of `{name}` does not hold"),
                    vec![Missing::Fact(format!("the elements of `{name}`").into())],
                )
                .of(self)
            });
            value = logic.and(value, more);
        }
        value
    }

    /// Whether each condition holds, by its place in the statement.
    pub(super) fn conditions(&self, request: &Request, source: &Statement) -> Vec<Truth> {
        let mut truths = vec![Truth::Unknown; source.conditions.len()];
        for condition in &self.conditions {
            let Some(written) = source.conditions.get(condition.index) else { continue };
            if let Some(truth) = truths.get_mut(condition.index) {
                *truth = condition.holds(&mut crate::aws::logic::Plain, &request.context, written);
            }
        }
        if let Some(truth) = self.never.and_then(|at| truths.get_mut(at)) {
            *truth = Truth::False;
        }
        truths
    }

    /// Whether it may have conditions, or other elements, that are not seen.
    pub(super) fn is_unknown(&self) -> bool {
        self.unknown || self.effect.is_none()
    }

    pub(super) fn action<L: Logic>(&self, logic: &mut L, request: &Request, source: Option<&Statement>) -> L::Value {
        let truth = match &request.ask.actions {
            None => Truth::any(self.action.items.iter().map(|glob| glob.decide(&request.ask.action))),
            Some(asked) => relate(&self.action.items, asked),
        };
        let truth = if self.action.unknown { truth.or(Truth::Unknown) } else { truth };
        let value = logic.of(truth, || {
            let element = source.and_then(|s| s.action.as_ref());
            coverage("action", &request.action, element, request.ask.actions.is_some(), Vec::new())
        });
        if self.action.negated { logic.not(value) } else { value }
    }

    pub(super) fn resource<L: Logic>(&self, logic: &mut L, request: &Request, source: Option<&Statement>) -> L::Value {
        let Some(resource) = &self.resource else { return logic.known(true) };
        let truth = match &request.ask.resource {
            Target::Nothing => Truth::any(resource.items.iter().map(Resource::is_everything)),
            Target::One => Truth::any(resource.items.iter().map(|item| item.decide(request))),
            Target::Many(asked) => {
                let filled: Vec<Glob> = resource.items.iter().filter_map(|item| item.filled(request)).collect();
                relate(&filled, asked)
            }
        };
        let truth = if resource.unknown { truth.or(Truth::Unknown) } else { truth };
        let value = logic.of(truth, || {
            let mut needs = Vec::new();
            for template in resource.items.iter().filter_map(|item| item.template.as_ref()) {
                template.unknowns(&request.context, &mut needs);
            }
            let wild = matches!(request.ask.resource, Target::Many(_));
            coverage("resource", &request.resource, source.and_then(|s| s.resource.as_ref()), wild, needs)
        });
        if resource.negated { logic.not(value) } else { value }
    }

    /// The first element that keeps the statement from applying, and how many before it
    /// match. None where nothing certainly does.
    pub(super) fn obstacle(&self, request: &Request, source: &Statement) -> Option<(Element, usize)> {
        let mut plain = crate::aws::logic::Plain;
        let mut matched = 0;
        if self.principal.is_some() {
            if self.reach(request).any() == Truth::False {
                return Some((Element::Principal, matched));
            }
            matched += 1;
        }
        if self.action(&mut plain, request, Some(source)) == Truth::False {
            return Some((Element::Action, matched));
        }
        matched += 1;
        if self.resource(&mut plain, request, Some(source)) == Truth::False {
            return Some((Element::Resource, matched));
        }
        matched += 1;
        for condition in &self.conditions {
            let Some(written) = source.conditions.get(condition.index) else { continue };
            if condition.holds(&mut plain, &request.context, written) == Truth::False {
                return Some((Element::Condition(condition.index), matched));
            }
            matched += 1;
        }
        self.never.map(|condition| (Element::Condition(condition), matched))
    }

    /// Patterns of the statement's actions, for finding witnesses.
    pub(super) fn action_globs(&self) -> &[Glob] {
        &self.action.items
    }

    /// Patterns of the statement's resources, for finding witnesses.
    pub(super) fn resource_globs(&self, request: &Request) -> Vec<Glob> {
        self.resource.iter().flat_map(|r| &r.items).filter_map(|item| item.filled(request)).collect()
    }
}

impl<T> Matcher<T> {
    fn new(element: &ListElement, compile: impl Fn(&Item) -> Option<T>) -> Self {
        let items = element.items.iter().filter_map(compile).collect();
        Self { negated: element.negated, items, unknown: element.unknown }
    }
}

fn action_glob(item: &Item) -> Glob {
    let builder = Builder::new().ignoring_case();
    if item.text.is_known() { builder.pattern(item.text.raw()) } else { builder.pattern_with_holes(item.text.raw()) }
        .build()
}

impl Resource {
    fn new(item: &Item, enabled: bool) -> Self {
        match Template::compile(&item.text, enabled) {
            None => Self { glob: Builder::new().pattern(item.text.raw()).resource(), template: None },
            Some(template) => Self { glob: template.widest(Builder::new()).resource(), template: Some(template) },
        }
    }

    fn decide(&self, request: &Request) -> Truth {
        if self.template.is_none() {
            return self.glob.decide(&request.resource);
        }
        if !self.glob.matches(&request.resource) {
            return Truth::False;
        }
        self.filled(request).map_or(Truth::False, |glob| glob.decide(&request.resource))
    }

    /// Whether the pattern is `*`, which alone matches an action without resource (spec:
    /// aws-evaluation, section 2.5).
    fn is_everything(&self) -> Truth {
        if self.glob.is_all() {
            Truth::True
        } else if self.glob.has_holes() && self.glob.matches("*") {
            Truth::Unknown
        } else {
            Truth::False
        }
    }

    /// The pattern for the request; none where a variable in it has no value, so that it
    /// matches nothing (spec: aws-evaluation, sections 2.6 and 3.5).
    fn filled(&self, request: &Request) -> Option<Glob> {
        match &self.template {
            None => Some(self.glob.clone()),
            Some(template) => Some(template.fill(&request.context, true, Builder::new())?.resource()),
        }
    }
}

/// Whether patterns hold all that is asked for, some of it, or nothing.
fn relate(patterns: &[Glob], asked: &Glob) -> Truth {
    match union_contains(patterns, asked) {
        Truth::False if patterns.iter().all(|pattern| pattern.overlaps(asked).is_none()) => Truth::False,
        Truth::False => Truth::Unknown,
        other => other,
    }
}

fn coverage(what: &str, asked: &str, element: Option<&ListElement>, wild: bool, needs: Vec<Missing>) -> Atom {
    let items = element.map(|e| e.items.as_slice()).unwrap_or_default();
    let mut shown: Vec<String> = items.iter().take(3).map(|item| format!("`{}`", item.text.display())).collect();
    if items.len() > 3 {
        shown.push(format!("{} more", items.len() - 3));
    }
    let unknowns = element.map(|e| e.unknowns.as_slice()).unwrap_or_default();
    if element.is_none_or(|e| e.unknown && e.unknowns.is_empty()) {
        shown.push("what is not known".to_owned());
    }
    shown.extend(unknowns.iter().map(|what| format!("`{}`", Text::unknown(what.clone()).display())));
    let shown = shown.join(", ");
    let (holds, fails) = if wild {
        (format!("the {what} of `{asked}` is one of {shown}"), format!("the {what} of `{asked}` is none of {shown}"))
    } else {
        (format!("{shown} covers `{asked}`"), format!("{shown} does not cover `{asked}`"))
    };
    let mut needs = needs;
    let holes = items.iter().flat_map(|item| item.text.holes());
    let unknowns = holes.map(|hole| &hole.unknown).chain(unknowns);
    needs.extend(unknowns.flat_map(|unknown| unknown.refs.clone()).map(Missing::Expression));
    if needs.is_empty() {
        needs.push(Missing::Fact(if wild {
            format!("which {what} of `{asked}`").into()
        } else {
            shown.as_str().into()
        }));
    }
    needs.sort();
    needs.dedup();
    let atom = Atom::new(holds, fails, needs);
    // items that are not shown need not be those of another element
    match element {
        Some(element) if items.len() > 3 || element.unknown => atom.of(element),
        _ => atom,
    }
}
