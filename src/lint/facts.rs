//! What many rules ask of a stanza or statement, worked out once.

use std::cmp::Reverse;

use smol_str::SmolStr;

use super::overlap::{glob_covers, globs_meet, is_glob};
use crate::aws::document::{Condition, Effect, Item, Statement};
use crate::pattern::path::PathLang;
use crate::source::{HOLE, Span};
use crate::syntax::Node;
use crate::vault::capability::{Capabilities, Capability};
use crate::vault::policy::Stanza;

/// Facts about one Vault stanza.
#[derive(Debug, Clone)]
#[allow(clippy::struct_excessive_bools, reason = "each is a fact of its own that rules ask for")]
pub struct StanzaFacts<'a> {
    /// The stanza.
    pub stanza: &'a Stanza,
    /// The path as the server compares it: without a leading slash
    /// (spec: vault-acl, section a.2).
    pub path: &'a str,
    /// The paths it stands for.
    pub lang: PathLang,
    /// Whether the path ends in `*`.
    pub glob: bool,
    /// Whether a whole segment is `+`.
    pub plus: bool,
    /// Whether part of the path comes from the request's identity (`{{identity…}}`).
    pub template: bool,
    /// Whether part of the path is not known from the text.
    pub unknown: bool,
    /// What it grants: nothing for a stanza that denies.
    pub grants: Capabilities,
    /// Whether it denies.
    pub denies: bool,
}

impl<'a> StanzaFacts<'a> {
    /// Works them out.
    #[must_use]
    pub fn new(stanza: &'a Stanza) -> Self {
        let raw = stanza.path.raw();
        let path = raw.strip_prefix('/').unwrap_or(raw);
        let denies = stanza.granted.has(Capability::Deny);
        Self {
            stanza,
            path,
            lang: PathLang::parse(path),
            glob: path.ends_with('*'),
            plus: path.contains('+') && path.split('/').any(|segment| segment == "+"),
            template: path.contains("{{"),
            unknown: path.contains(HOLE),
            grants: if denies { Capabilities::NONE } else { stanza.granted },
            denies,
        }
    }

    /// Whether this stanza rather than the other decides a path that both stand for: an
    /// exact path before patterns, then the later first wildcard, not ending in `*`, fewer
    /// `+`, longer, lexicographically greater (spec: vault-acl, section b).
    #[must_use]
    pub fn outranks(&self, other: &Self) -> bool {
        self.rank() > other.rank()
    }

    fn rank(&self) -> (usize, bool, Reverse<usize>, usize, &'a str) {
        let mut at = 0;
        let mut first = None;
        let mut pluses = 0;
        for segment in self.path.split('/') {
            if segment == "+" {
                first = first.or(Some(at));
                pluses += 1;
            }
            at += segment.len() + 1;
        }
        let end = if self.glob { self.path.len() - 1 } else { usize::MAX };
        (first.unwrap_or(end), !self.glob, Reverse(pluses), self.path.len(), self.path)
    }

    /// Whether one stanza stands for many paths.
    #[must_use]
    pub fn wildcard(&self) -> bool {
        self.glob || self.plus
    }

    /// The place that grants a capability: its word in the list, the shorthand, or the
    /// path label.
    #[must_use]
    pub fn span_of(&self, capability: Capability) -> Span {
        let items = &self.stanza.capabilities;
        items
            .iter()
            .find(|item| item.capability == Some(capability))
            .map(|item| item.span)
            .or(self.stanza.shorthand.as_ref().map(|node| node.span))
            .unwrap_or(self.stanza.path_span)
    }

    /// The first of these capabilities, in source order, that the stanza grants.
    #[must_use]
    pub fn first_of(&self, wanted: Capabilities) -> Option<Capability> {
        let meets = self.grants.intersection(wanted);
        if meets.is_empty() {
            return None;
        }
        let listed = self.stanza.capabilities.iter().filter_map(|item| item.capability);
        listed.into_iter().find(|c| meets.has(*c)).or_else(|| meets.iter().next())
    }

    /// Whether the parameter may only be given with listed values, or not at all.
    #[must_use]
    pub fn restricts_parameter(&self, name: &str) -> bool {
        let allowed = &self.stanza.allowed_parameters;
        let named = allowed.iter().find(|p| p.name.raw().eq_ignore_ascii_case(name));
        let star = allowed.iter().any(|p| p.name.raw() == "*");
        match named {
            Some(parameter) => !parameter.values.is_empty(),
            None => !allowed.is_empty() && !star,
        }
    }
}

/// Capabilities that change something.
pub const WRITES: Capabilities =
    Capabilities::of(&[Capability::Create, Capability::Update, Capability::Patch, Capability::Delete]);

/// One `Action` or `NotAction` item.
#[derive(Debug, Clone)]
pub struct ActionFact<'a> {
    /// The item.
    pub item: &'a Item,
    /// The pattern in lower case, holes kept.
    pub lower: SmolStr,
    /// Whether it holds `*` or `?`.
    pub wildcard: bool,
    colon: usize,
}

impl<'a> ActionFact<'a> {
    fn new(item: &'a Item) -> Self {
        let raw = item.text.raw();
        let lower = if raw.bytes().any(|b| b.is_ascii_uppercase()) {
            SmolStr::from(raw.to_ascii_lowercase())
        } else {
            item.text.raw_smol().clone()
        };
        let colon = lower.find(':').unwrap_or(lower.len());
        let wildcard = is_glob(&lower);
        Self { item, lower, wildcard, colon }
    }

    /// The service prefix in lower case; empty for `*`.
    #[must_use]
    pub fn service(&self) -> &str {
        if self.is_all() { "" } else { self.lower.get(..self.colon).unwrap_or("") }
    }

    /// The name after the colon in lower case; `*` for `*`.
    #[must_use]
    pub fn name(&self) -> &str {
        if self.is_all() { "*" } else { self.lower.get(self.colon + 1..).unwrap_or("") }
    }

    /// Whether it stands for every action: `*`, `**`, `*:*`.
    #[must_use]
    pub fn is_all(&self) -> bool {
        let text = self.lower.as_str();
        !text.is_empty() && (text.bytes().all(|b| b == b'*') || text == "*:*")
    }

    /// Whether it stands for every action of one service: `s3:*`, `s3:**`.
    #[must_use]
    pub fn is_service_star(&self) -> bool {
        let name = self.lower.get(self.colon + 1..).unwrap_or("");
        !self.is_all() && !name.is_empty() && name.bytes().all(|b| b == b'*')
    }

    /// Whether it matches an action or meets an action pattern, given in lower case.
    #[must_use]
    pub fn meets(&self, action: &str) -> bool {
        self.is_all() || globs_meet(&self.lower, action)
    }

    /// Whether it matches all that an action pattern in lower case does.
    #[must_use]
    pub fn covers(&self, action: &str) -> bool {
        self.is_all() || glob_covers(&self.lower, action)
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
}

impl<'a> ResourceFact<'a> {
    fn new(item: &'a Item) -> Self {
        let text = item.text.raw();
        let all = match text.strip_prefix("arn:") {
            Some(rest) => !rest.is_empty() && rest.bytes().all(|b| b == b'*' || b == b':'),
            None => !text.is_empty() && text.bytes().all(|b| b == b'*'),
        };
        Self { item, text, all }
    }

    /// Whether it meets a resource pattern.
    #[must_use]
    pub fn meets(&self, pattern: &str) -> bool {
        self.all || globs_meet(self.text, pattern)
    }

    /// Whether it matches all that a resource pattern does.
    #[must_use]
    pub fn covers(&self, pattern: &str) -> bool {
        self.all || glob_covers(self.text, pattern)
    }

    /// The ARN's field of that index (0 `arn`, 1 partition, 2 service, 3 region,
    /// 4 account, 5 the rest), if it has one.
    #[must_use]
    pub fn field(&self, index: usize) -> Option<&'a str> {
        self.text.splitn(6, ':').nth(index)
    }
}

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
}

impl<'a> ConditionFact<'a> {
    fn new(condition: &'a Condition) -> Self {
        let lower = condition.operator.raw().to_ascii_lowercase();
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
            key: condition.key.raw().to_ascii_lowercase().into(),
            operator: operator.into(),
            quantifier,
            if_exists,
            negated: operator.contains("not"),
        }
    }

    /// The values that are known strings.
    pub fn values(&self) -> impl Iterator<Item = (&'a str, &'a Node)> {
        self.condition.values.iter().filter_map(|node| node.as_str().map(|text| (text, node)))
    }

    /// Whether the condition, where it holds, pins the key: a positive operator that is
    /// false where the key is absent, whose values are not all `*`.
    #[must_use]
    pub fn pins(&self) -> bool {
        let open = |node: &Node| node.as_str().is_some_and(|t| !t.is_empty() && t.bytes().all(|b| b == b'*'));
        let glob = self.operator.contains("like") || self.operator.starts_with("arn");
        !self.negated
            && !self.if_exists
            && self.quantifier != Quantifier::ForAll
            && self.operator != "null"
            && !(glob && self.condition.values.iter().any(open))
    }
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
}

impl<'a> StatementFacts<'a> {
    /// Works them out.
    #[must_use]
    pub fn new(statement: &'a Statement) -> Self {
        let items = |list: &'a Option<crate::aws::document::ListElement>| -> &'a [Item] {
            list.as_ref().map_or(&[], |list| list.items.as_slice())
        };
        Self {
            statement,
            allow: statement.effect == Some(Effect::Allow),
            deny: statement.effect == Some(Effect::Deny),
            actions: items(&statement.action).iter().map(ActionFact::new).collect(),
            not_action: statement.action.as_ref().is_some_and(|list| list.negated),
            resources: items(&statement.resource).iter().map(ResourceFact::new).collect(),
            not_resource: statement.resource.as_ref().is_some_and(|list| list.negated),
            conditions: statement.conditions.iter().map(ConditionFact::new).collect(),
            conditional: !statement.conditions.is_empty() || statement.conditions_unknown,
        }
    }

    /// The place that makes the statement apply to an action (lower case, may be a
    /// pattern): an item of `Action`, or the `NotAction` key.
    #[must_use]
    pub fn applies_to(&self, action: &str) -> Option<Span> {
        if self.not_action {
            let excluded = self.actions.iter().any(|item| item.covers(action));
            return self.statement.action.as_ref().filter(|_| !excluded).map(|list| list.key_span);
        }
        self.actions.iter().find(|item| item.meets(action)).map(|item| item.item.span)
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
            || self.conditions.iter().any(|c| c.pins() && keys.iter().any(|key| glob_covers(key, &c.key)))
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
            .find(|entry| {
                entry.kind == crate::aws::document::PrincipalKind::Aws && entry.item.text.known() == Some("*")
            })
            .map(|entry| entry.item.span)
    }
}
