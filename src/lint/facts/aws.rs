//! Facts about an AWS policy document, its statements and their parts.

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

use rustc_hash::FxHashMap;
use smol_str::{SmolStr, StrExt};

use super::action::{ActionFact, ActionText, Asked};
use super::list::{ActionIndex, ActionList};
use super::{Services, Traits};
use crate::aws::catalog::{ConditionKey, catalog};
use crate::aws::document::{Condition, Document, Effect, Item, PrincipalKind, Statement};
use crate::lint::holding::Known;
use crate::lint::needless::{Answers, Needless};
use crate::pattern::{arn, glob};
use crate::source::Span;
use crate::syntax::{Node, Value};

/// Facts about one AWS policy document. What costs something is worked out when it is first
/// asked for, and once.
#[derive(Debug)]
pub struct DocumentFacts<'a> {
    /// The document.
    pub document: &'a Document,
    /// Facts about each statement, in source order.
    pub statements: Vec<StatementFacts<'a>>,
    /// Services of which some statement may allow an action.
    pub(crate) allowed: Services,
    /// Whether it depends on something which statements there are.
    pub(in crate::lint) varies: bool,
    /// What is known of the same statements elsewhere.
    pub(in crate::lint) answers: &'a Answers,
    pub(in crate::lint) needless_allows: OnceCell<Vec<Needless>>,
    pub(in crate::lint) needless_denies: OnceCell<Vec<Needless>>,
    pub(in crate::lint) dead_allows: OnceCell<Vec<Needless>>,
    pub(in crate::lint) left: Known,
}

impl<'a> DocumentFacts<'a> {
    /// Works them out; `varies` tells whether it depends on something which statements there
    /// are, `answers` what is known of the same statements elsewhere.
    #[must_use]
    pub(in crate::lint) fn new(document: &'a Document, varies: bool, answers: &'a Answers) -> Self {
        let statements: Vec<StatementFacts<'a>> =
            document.statements.iter().map(|statement| StatementFacts::new(statement)).collect();
        let allows = statements.iter().filter(|facts| facts.allow);
        let allowed = allows.fold(Services::NONE, |all, facts| all.union(facts.services));
        Self {
            document,
            statements,
            allowed,
            varies,
            answers,
            needless_allows: OnceCell::new(),
            needless_denies: OnceCell::new(),
            dead_allows: OnceCell::new(),
            left: Known::default(),
        }
    }
}

/// One `Resource` or `NotResource` item.
#[derive(Debug, Clone)]
pub struct ResourceFact<'a> {
    /// The item.
    pub item: &'a Item,
    /// As written, holes kept.
    pub text: &'a str,
    /// Whether it stands for every resource: `*`, `**`, `arn:*`, `arn:*:*:*:*:*`.
    pub all: bool,
    /// Where the first five colons are; the length where there are fewer.
    colons: [usize; 5],
    /// Where the first wildcard is; the length where there is none.
    head: usize,
    /// The sixth field, and what of it stands before a wildcard.
    last: Option<(&'a str, &'a str)>,
}

impl<'a> ResourceFact<'a> {
    fn new(item: &'a Item) -> Self {
        let text = item.text.raw();
        let all = match text.strip_prefix("arn:") {
            Some(rest) => !rest.is_empty() && rest.bytes().all(|b| b == b'*' || b == b':'),
            None => !text.is_empty() && text.bytes().all(|b| b == b'*'),
        };
        let mut colons = [text.len(); 5];
        for (place, at) in colons.iter_mut().zip(memchr::memchr_iter(b':', text.as_bytes())) {
            *place = at;
        }
        let rest = |last: &usize| text.get(last + 1..);
        let last = colons.last().and_then(rest).map(|last| (last, last.get(..glob::head(last)).unwrap_or_default()));
        Self { item, text, all, colons, head: glob::head(text), last }
    }

    /// Whether it meets a resource pattern.
    #[must_use]
    pub fn meets(&self, pattern: &str) -> bool {
        self.all || arn::resources_meet(self.text, pattern)
    }

    /// Whether it matches all that a resource pattern does.
    #[must_use]
    pub fn covers(&self, pattern: &str) -> bool {
        // most pairs differ before any wildcard
        let begins = || pattern.as_bytes().starts_with(self.text.as_bytes().get(..self.head).unwrap_or_default());
        self.all || (begins() && arn::resource_covers(self.text, pattern))
    }

    /// The same, of another item.
    #[must_use]
    pub(crate) fn covers_item(&self, inner: &Self) -> bool {
        // no wildcard of the first five fields takes a colon, so that the sixth ones meet (spec:
        // aws-evaluation, section 2.1), and most differ before any wildcard
        let apart = match (self.last, inner.last) {
            (Some((_, head)), Some((other, _))) => !other.starts_with(head),
            _ => false,
        };
        self.all || (!apart && self.covers(inner.text))
    }

    /// The ARN's field of that index (0 `arn`, 1 partition, 2 service, 3 region,
    /// 4 account, 5 the rest), if it has one.
    #[must_use]
    pub fn field(&self, index: usize) -> Option<&'a str> {
        let from = match index.checked_sub(1) {
            Some(before) => self.colons.get(before)? + 1,
            None => 0,
        };
        self.text.get(from..self.colons.get(index).copied().unwrap_or(self.text.len()))
    }
}

/// Keys that are part of every request of the actions that have them, so that `IfExists`
/// makes no difference. Source: Service Authorization Reference, IAM and Organizations.
const ALWAYS_THERE: &[&str] = &["iam:passedtoservice", "organizations:policytype", "organizations:serviceprincipal"];

/// How a condition treats several values of its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Quantifier {
    /// None given: the key has one value.
    None,
    /// `ForAllValues:`, true where the key is absent.
    ForAll,
    /// `ForAnyValue:`
    ForAny,
}

/// One operator and key of a condition block.
#[derive(Debug, Clone)]
pub struct ConditionFact<'a> {
    /// The condition.
    pub condition: &'a Condition,
    /// The key in lower case.
    pub key: SmolStr,
    /// The operator in lower case without quantifier and `IfExists`.
    pub operator: SmolStr,
    /// `ForAllValues:` or `ForAnyValue:`.
    pub quantifier: Quantifier,
    /// Whether the operator ends in `IfExists`.
    pub if_exists: bool,
    /// Whether the operator is a `…Not…` one.
    pub negated: bool,
    known: OnceCell<Option<&'static ConditionKey>>,
    pins: OnceCell<bool>,
}

impl<'a> ConditionFact<'a> {
    fn new(condition: &'a Condition) -> Self {
        let lower = condition.operator.raw().to_ascii_lowercase_smolstr();
        let (quantifier, rest) = if let Some(rest) = lower.strip_prefix("forallvalues:") {
            (Quantifier::ForAll, rest)
        } else if let Some(rest) = lower.strip_prefix("foranyvalue:") {
            (Quantifier::ForAny, rest)
        } else {
            (Quantifier::None, lower.as_str())
        };
        let (operator, if_exists) = rest.strip_suffix("ifexists").map_or((rest, false), |base| (base, true));
        Self {
            condition,
            key: condition.key.raw().to_ascii_lowercase_smolstr(),
            operator: operator.into(),
            quantifier,
            if_exists,
            negated: operator.contains("not"),
            known: OnceCell::new(),
            pins: OnceCell::new(),
        }
    }

    /// The key as the catalogue has it.
    #[must_use]
    pub fn known(&self) -> Option<&'static ConditionKey> {
        *self.known.get_or_init(|| known_key(&self.key))
    }

    /// The values that are known strings.
    pub fn values(&self) -> impl Iterator<Item = (&'a str, &'a Node)> {
        self.condition.values.iter().filter_map(|node| node.as_str().map(|text| (text, node)))
    }

    /// Whether the condition, where it holds, pins the key: a positive operator that is
    /// false where the key is absent, whose values are not all `*`. Where only some requests
    /// have the key, to demand that it is there is enough.
    #[must_use]
    pub fn pins(&self) -> bool {
        *self.pins.get_or_init(|| self.is_pinned())
    }

    fn is_pinned(&self) -> bool {
        let open = |node: &Node| node.as_str().is_some_and(|t| !t.is_empty() && t.bytes().all(|b| b == b'*'));
        let glob = self.operator.contains("like") || self.operator.starts_with("arn");
        if self.operator == "null" {
            let present = |node: &Node| match &node.value {
                Value::Bool(value) => !value,
                _ => node.as_str().is_some_and(|text| text.eq_ignore_ascii_case("false")),
            };
            let values = &self.condition.values;
            return self.sets_apart() && !values.is_empty() && values.iter().all(present);
        }
        !self.negated
            && (!self.if_exists || ALWAYS_THERE.contains(&self.key.as_str()))
            && self.quantifier != Quantifier::ForAll
            && (self.sets_apart() || !(glob && self.condition.values.iter().any(open)))
    }

    /// Whether the condition is false in every request that lacks the key. Source: IAM User
    /// Guide, condition operators: negated ones, `Null`, `IfExists` and `ForAllValues` may
    /// hold without it.
    #[must_use]
    pub(crate) fn fails_without_key(&self) -> bool {
        let told = self.condition.key.is_known() && self.condition.operator.is_known();
        told && !self.negated && !self.if_exists && self.quantifier != Quantifier::ForAll && self.operator != "null"
    }

    /// The tag of the resource that the key is about: `team` of `aws:ResourceTag/team`, in
    /// lower case.
    #[must_use]
    pub(crate) fn resource_tag(&self) -> Option<&str> {
        let at = memchr::memchr(b'/', self.key.as_bytes())?;
        self.key.get(..at)?.ends_with(":resourcetag").then(|| self.key.get(at + 1..)).flatten()
    }

    /// Whether the key is there for some resources or uses alone: a tag of the resource, a
    /// part of the encryption context.
    fn sets_apart(&self) -> bool {
        self.resource_tag().is_some() || self.key.starts_with("kms:encryptioncontext:")
    }
}

thread_local! {
    static KEYS: RefCell<FxHashMap<SmolStr, Option<&'static ConditionKey>>> = RefCell::default();
}

/// The key of that lower-cased name as the catalogue has it. Policies repeat few keys, and
/// documented names are patterns.
fn known_key(key: &SmolStr) -> Option<&'static ConditionKey> {
    const MOST: usize = 1 << 12;
    KEYS.with_borrow_mut(|keys| {
        if keys.len() >= MOST {
            keys.clear();
        }
        *keys.entry(key.clone()).or_insert_with(|| catalog().condition_key(key))
    })
}

/// Facts about one AWS statement.
#[derive(Debug, Clone)]
#[allow(clippy::struct_excessive_bools, reason = "each is a fact of its own that rules ask for")]
pub struct StatementFacts<'a> {
    /// The statement.
    pub statement: &'a Statement,
    /// Whether its effect is `Allow`.
    pub allow: bool,
    /// Whether its effect is `Deny`.
    pub deny: bool,
    /// The items of `Action` or `NotAction`.
    pub actions: Vec<ActionFact<'a>>,
    /// Whether it is `NotAction`.
    pub not_action: bool,
    /// The items of `Resource` or `NotResource`.
    pub resources: Vec<ResourceFact<'a>>,
    /// Whether it is `NotResource`.
    pub not_resource: bool,
    /// The conditions.
    pub conditions: Vec<ConditionFact<'a>>,
    /// Whether anything restricts it further, known or not.
    pub conditional: bool,
    /// Services that it may be about.
    pub(crate) services: Services,
    list: Rc<ActionList>,
    pub(in crate::lint) variables: OnceCell<Vec<(String, Span)>>,
}

/// Lists of fewer actions are gone through one by one.
const LONG: usize = 16;

impl<'a> StatementFacts<'a> {
    /// Works them out.
    #[must_use]
    pub fn new(statement: &'a Statement) -> Self {
        let items = |list: &'a Option<crate::aws::document::ListElement>| -> &'a [Item] {
            list.as_ref().map_or(&[], |list| list.items.as_slice())
        };
        let list = ActionList::of(statement);
        let actions = items(&statement.action).iter().zip(&list.texts);
        Self {
            statement,
            allow: statement.effect == Some(Effect::Allow),
            deny: statement.effect == Some(Effect::Deny),
            actions: actions.map(|(item, text)| ActionFact::new(item, Rc::clone(text))).collect(),
            not_action: statement.action.as_ref().is_some_and(|list| list.negated),
            resources: items(&statement.resource).iter().map(ResourceFact::new).collect(),
            not_resource: statement.resource.as_ref().is_some_and(|list| list.negated),
            conditions: statement.conditions.iter().map(ConditionFact::new).collect(),
            conditional: !statement.conditions.is_empty() || statement.conditions_unknown,
            services: list.services,
            list,
            variables: OnceCell::new(),
        }
    }

    /// The place that makes the statement apply to an action (lower case, may be a
    /// pattern): an item of `Action`, or the `NotAction` key.
    #[must_use]
    pub fn applies_to(&self, action: &str) -> Option<Span> {
        self.applies_to_asked(&Asked::new(action))
    }

    /// The same, of an action that several statements are asked about.
    #[must_use]
    pub(crate) fn applies_to_asked(&self, asked: &Asked<'_>) -> Option<Span> {
        if self.not_action {
            let excluded = self.actions.iter().any(|item| item.covers(asked.lower));
            return self.statement.action.as_ref().filter(|_| !excluded).map(|list| list.key_span);
        }
        if !self.services.meet(asked.services) {
            return None;
        }
        let meets = |item: &&ActionFact<'_>| item.meets_asked(asked);
        if !asked.wildcard && self.actions.len() >= LONG {
            let index = self.index();
            let mut wide = index.wide(asked.services).filter_map(|at| self.actions.get(at));
            if index.lacks(asked.print) && !wide.any(|item| meets(&item)) {
                return None;
            }
        }
        self.actions.iter().find(meets).map(|item| item.item.span)
    }

    /// Whether an item covers all that an action or pattern of a list does.
    #[must_use]
    pub(crate) fn covers_action(&self, inner: &ActionText) -> bool {
        if self.actions.len() < LONG {
            return self.actions.iter().any(|item| item.covers_item(inner));
        }
        let index = self.index();
        index.wide(inner.services).filter_map(|at| self.actions.get(at)).any(|item| item.covers_item(inner))
            || (!index.lacks(inner.print()) && self.actions.iter().any(|item| item.is_same(inner)))
    }

    /// Whether an item matches the text of an action or pattern, whose wildcards count as
    /// letters like others.
    #[must_use]
    pub(crate) fn matches_text(&self, inner: &ActionText) -> bool {
        let matches = |item: &ActionFact<'_>| {
            if item.wildcard { glob::matches(&item.lower, &inner.lower) } else { item.is_same(inner) }
        };
        if self.actions.len() < LONG {
            return self.actions.iter().any(matches);
        }
        let index = self.index();
        index.wide(inner.services).filter_map(|at| self.actions.get(at)).any(matches)
            || (!index.lacks(inner.print()) && self.actions.iter().any(|item| item.is_same(inner)))
    }

    fn index(&self) -> &ActionIndex {
        self.list.index()
    }

    /// What is true of some of its actions.
    #[must_use]
    pub(crate) fn traits(&self) -> Traits {
        self.list.traits()
    }

    /// Whether two items may say the same: where not, they surely do not.
    #[must_use]
    pub(crate) fn may_repeat_actions(&self) -> bool {
        self.index().prints.windows(2).any(|pair| matches!(pair, [a, b] if a == b))
    }

    /// The place that makes the statement apply to every resource: an item `*`, or the
    /// `NotResource` key. None where it names resources.
    #[must_use]
    pub fn any_resource(&self) -> Option<Span> {
        if self.not_resource {
            return self.statement.resource.as_ref().map(|list| list.key_span);
        }
        self.resources.iter().find(|item| item.all).map(|item| item.item.span)
    }

    /// The conditions on a key, given in lower case.
    pub fn conditions_on(&self, key: &str) -> impl Iterator<Item = &ConditionFact<'a>> {
        self.conditions.iter().filter(move |condition| condition.key == key)
    }

    /// Whether a condition pins one of these keys (lower case; `prefix*` for all that
    /// start so), or might: an unknown condition block counts.
    #[must_use]
    pub fn pinned_by(&self, keys: &[&str]) -> bool {
        self.statement.conditions_unknown
            || self.conditions.iter().any(|c| c.pins() && keys.iter().any(|key| glob::matches(key, &c.key)))
    }

    /// Whether anybody at all is among the principals: `"*"`, `{"AWS": "*"}`.
    #[must_use]
    pub fn anyone(&self) -> Option<Span> {
        let principal = self.statement.principal.as_ref().filter(|p| !p.negated)?;
        if principal.star {
            return Some(principal.span);
        }
        principal
            .entries
            .iter()
            .find(|entry| entry.kind == PrincipalKind::Aws && entry.item.text.known() == Some("*"))
            .map(|entry| entry.item.span)
    }
}
