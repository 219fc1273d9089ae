//! Conditions made ready, and their test (spec: aws-evaluation, section 5).

use std::borrow::Cow;

use smol_str::SmolStr;

use super::claim::{Claim, Says};
use super::domain;
use super::value::{Cidr, Instant, Number, decode_base64, parse_bool};
use super::{Base, Operator, Order, Quantifier};
use crate::aws::context::{Context, Lookup, lower};
use crate::aws::document::Condition;
use crate::aws::logic::{Atom, Logic};
use crate::aws::template::{Filled, Missing, Template};
use crate::decision::Truth;
use crate::pattern::Glob;
use crate::pattern::glob::Builder;
use crate::pattern::token::Pattern;
use crate::syntax::{Node, Text, Value};

/// One operator and key of a condition block.
#[derive(Debug, Clone)]
pub(in crate::aws) struct Prepared {
    /// None where the operator, or the key, is not known.
    test: Option<Test>,
    /// Where to find it in the statement.
    pub(in crate::aws) index: usize,
}

#[derive(Debug, Clone)]
struct Test {
    operator: Operator,
    /// In lower case.
    key: SmolStr,
    /// As written.
    name: SmolStr,
    values: Values,
    /// Values as written, for messages.
    shown: Vec<SmolStr>,
    /// Expressions that more values, or some of those listed, come from.
    unknown: bool,
}

#[derive(Debug, Clone)]
enum Values {
    Text(Style, Vec<Item>),
    Number(Order, Vec<Number>),
    Date(Order, Vec<Instant>),
    Bool(Vec<Item>),
    Binary(Vec<Vec<u8>>),
    Ip(Vec<Cidr>),
    Null { absent: bool, present: bool },
}

/// How a text of the policy is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Style {
    Exact,
    Fold,
    Like,
    Arn,
}

#[derive(Debug, Clone)]
enum Item {
    Fixed(Glob),
    Template(Template),
}

impl Prepared {
    /// Compiles a condition. Variables are filled in for each request where `enabled`.
    pub(in crate::aws) fn new(condition: &Condition, index: usize, enabled: bool) -> Self {
        let test = || {
            let operator = Operator::parse(condition.operator.known()?).ok()?;
            let name = SmolStr::new(condition.key.known()?);
            let mut unknown = condition.unknown;
            let mut texts = Vec::new();
            for node in &condition.values {
                match text_of(node) {
                    Some(text) => texts.push(text),
                    None => unknown = true,
                }
            }
            let shown = texts.iter().map(|text| SmolStr::from(text.display())).collect();
            let values = Values::new(operator.base, &texts, enabled, &mut unknown);
            Some(Test { operator, key: lower(&name), name, values, shown, unknown })
        };
        Self { test: test(), index }
    }

    /// The key, in lower case, if it and the operator are known.
    pub(super) fn key(&self) -> Option<&str> {
        self.test.as_ref().map(|test| test.key.as_str())
    }

    /// Whether no value passes, whichever way it is compared.
    pub(super) fn lists_nothing(&self) -> bool {
        self.test.as_ref().is_some_and(|test| test.values.is_empty())
    }

    /// Whether the condition holds. `source` is the condition as written, for an operator
    /// or key that is not known.
    pub(in crate::aws) fn holds<L: Logic>(&self, logic: &mut L, context: &Context, source: &Condition) -> L::Value {
        let Some(test) = &self.test else {
            return logic.unknown(|| {
                let shown = format!("`{}` of `{}`", source.operator.display(), source.key.display());
                let refs =
                    source.operator.holes().iter().chain(source.key.holes()).flat_map(|h| h.unknown.refs.clone());
                let mut needs: Vec<Missing> = refs.map(Missing::Expression).collect();
                if needs.is_empty() {
                    needs.push(Missing::Fact(shown.as_str().into()));
                }
                Atom::new(format!("{shown} holds"), format!("{shown} does not hold"), needs).of(source)
            });
        };
        match test.operator.quantifier {
            _ if test.operator.base == Base::Null => test.null(logic, context),
            Quantifier::One => test.one(logic, context),
            Quantifier::All | Quantifier::Any => test.several(logic, context),
        }
    }
}

/// The conditions of a statement, compiled.
pub(in crate::aws) fn prepared(conditions: &[Condition], enabled: bool) -> Vec<Prepared> {
    conditions.iter().enumerate().map(|(at, condition)| Prepared::new(condition, at, enabled)).collect()
}

impl Test {
    /// `Null` asks whether the key is there. A key without any value is not (spec:
    /// aws-evaluation, section 5.3). A set operator decides alone: of no values all are
    /// anything, and none is.
    fn null<L: Logic>(&self, logic: &mut L, context: &Context) -> L::Value {
        match self.operator.quantifier {
            Quantifier::All => return logic.known(true),
            Quantifier::Any => return logic.known(false),
            Quantifier::One => {}
        }
        let Values::Null { absent, present } = self.values else { return logic.known(false) };
        let is_absent = match context.get(&self.key) {
            Lookup::Absent => logic.known(true),
            Lookup::One(_) => logic.known(false),
            Lookup::Many(values) => logic.known(values.is_empty()),
            Lookup::Unknown if context.always_has(&self.key) => logic.known(false),
            Lookup::Unknown => logic.unknown(|| self.absence(context)),
        };
        let is_present = logic.not(is_absent.clone());
        let pick = |logic: &L, wanted: bool, value| logic.and(logic.known(wanted), value);
        let holds = logic.or(pick(logic, absent, is_absent), pick(logic, present, is_present));
        if self.unknown && logic.truth(&holds) != Truth::True {
            let more = logic.unknown(|| self.atom(context));
            return logic.or(holds, more);
        }
        holds
    }

    /// Without set operator. A key of several values needs one: the test does not hold,
    /// and so its negation does (spec: aws-evaluation, section 5.4, our choice for the
    /// negation).
    fn one<L: Logic>(&self, logic: &mut L, context: &Context) -> L::Value {
        let Operator { negated, if_exists, .. } = self.operator;
        let holds = match context.get(&self.key) {
            Lookup::Absent | Lookup::Many([]) => return logic.known(negated || if_exists),
            Lookup::Many(_) => logic.known(false),
            Lookup::One(value) => {
                let truth = self.matches(value, context);
                logic.of(truth, || self.atom(context))
            }
            Lookup::Unknown => {
                if if_exists && !negated && !context.always_has(&self.key) {
                    let absent = logic.unknown(|| self.absence(context));
                    let holds = logic.unknown(|| self.atom(context));
                    logic.or(absent, holds)
                } else {
                    logic.unknown(|| self.atom(context))
                }
            }
        };
        if negated { logic.not(holds) } else { holds }
    }

    /// With `ForAllValues` or `ForAnyValue`. The null data set, no value or one empty
    /// text, satisfies the first and not the second (spec: aws-evaluation, section 5.4).
    fn several<L: Logic>(&self, logic: &mut L, context: &Context) -> L::Value {
        let Operator { quantifier, negated, if_exists, .. } = self.operator;
        let all = quantifier == Quantifier::All;
        let values = match context.get(&self.key) {
            Lookup::Absent => return logic.known(all || if_exists),
            Lookup::Unknown => {
                if if_exists && !all && !context.always_has(&self.key) {
                    let absent = logic.unknown(|| self.absence(context));
                    let holds = logic.unknown(|| self.atom(context));
                    return logic.or(absent, holds);
                }
                return logic.unknown(|| self.atom(context));
            }
            Lookup::One(value) => std::slice::from_ref(value),
            Lookup::Many(values) => values,
        };
        if values.iter().all(SmolStr::is_empty) && values.len() < 2 {
            return logic.known(all || (if_exists && values.is_empty()));
        }
        let satisfied = values.iter().map(|value| {
            let truth = self.matches(value, context);
            if negated { !truth } else { truth }
        });
        let truth = if all { Truth::all(satisfied) } else { Truth::any(satisfied) };
        logic.of(truth, || self.atom(context))
    }

    /// Whether a value of the request meets one of the policy's, by the positive test.
    fn matches(&self, value: &str, context: &Context) -> Truth {
        let truth = match &self.values {
            Values::Text(style, items) => Truth::any(items.iter().map(|item| item.matches(*style, value, context))),
            Values::Number(order, numbers) => Number::parse(value)
                .is_some_and(|value| numbers.iter().any(|number| order.holds(value.cmp(number))))
                .into(),
            Values::Date(order, dates) => {
                Instant::parse(value).is_some_and(|value| dates.iter().any(|date| order.holds(value.cmp(date)))).into()
            }
            Values::Bool(items) => match parse_bool(value) {
                Some(value) => Truth::any(items.iter().map(|item| item.is_bool(value, context))),
                None => Truth::False,
            },
            Values::Binary(values) => decode_base64(value).is_some_and(|value| values.contains(&value)).into(),
            Values::Ip(ranges) => {
                Cidr::parse(value).is_some_and(|address| ranges.iter().any(|range| range.contains(&address))).into()
            }
            Values::Null { .. } => Truth::False,
        };
        if self.unknown { truth.or(Truth::Unknown) } else { truth }
    }

    fn absence(&self, context: &Context) -> Atom {
        let needs = vec![Missing::Key(self.name.clone())];
        let atom = Atom::new(format!("`{}` is absent", self.name), format!("`{}` is present", self.name), needs);
        Atom { claim: Some(Claim::new(&self.key, Says::Nothing, context.always_has(&self.key), &[])), ..atom }
    }

    /// The values as written, with the variables filled in whose values are known.
    fn shown(&self, context: &Context) -> Cow<'_, [SmolStr]> {
        let Values::Text(_, items) = &self.values else { return Cow::Borrowed(&self.shown) };
        let written = self.shown.iter();
        if items.len() != written.len() || !items.iter().any(|item| matches!(item, Item::Template(_))) {
            return Cow::Borrowed(&self.shown);
        }
        let filled = written.zip(items).map(|(written, item)| match item {
            Item::Template(template) => match template.text(context) {
                // a star that a key brings is no wildcard, which the text alone would not tell
                Filled::Text(text) if !text.contains(['*', '?']) => text.into(),
                _ => written.clone(),
            },
            Item::Fixed(_) => written.clone(),
        });
        Cow::Owned(filled.collect())
    }

    /// What the test asks, in words.
    fn atom(&self, context: &Context) -> Atom {
        let mut needs = Vec::new();
        if context.get(&self.key) == Lookup::Unknown {
            needs.push(Missing::Key(self.name.clone()));
        }
        if let Values::Text(_, items) | Values::Bool(items) = &self.values {
            for item in items {
                if let Item::Template(template) = item {
                    template.unknowns(context, &mut needs);
                }
            }
        }
        if self.unknown && needs.is_empty() {
            needs.push(Missing::Fact(format!("the values listed for `{}`", self.name).into()));
        }
        needs.sort();
        needs.dedup();
        let shown = self.shown(context);
        let values = super::words::list(&shown, self.unknown);
        let key = match context.get(&self.key) {
            Lookup::One(value) => format!("`{}` (`{value}`)", self.name),
            _ => format!("`{}`", self.name),
        };
        let (holds, fails) = super::words::test(self.operator, &key, &values, shown.len() > 1);
        let atom = Atom::new(holds, fails, needs);
        // what is not known need not be the same in two tests
        let atom = if self.unknown { atom.of(self) } else { atom };
        Atom { claim: self.claim(context, &shown), ..atom }
    }

    /// The values, to reason about.
    fn domain(&self, context: &Context) -> domain::Values {
        let texts = self.shown.iter().map(SmolStr::as_str);
        match &self.values {
            Values::Text(style, items) => {
                let patterns: Option<Vec<Pattern>> = items.iter().map(|item| item.pattern(*style, context)).collect();
                patterns.map_or(domain::Values::Opaque, domain::Values::Text)
            }
            Values::Bool(items) if items.iter().all(|item| matches!(item, Item::Fixed(_))) => {
                domain::Values::bools(texts)
            }
            Values::Number(order, _) => domain::Values::numbers(*order, texts),
            Values::Date(order, _) => domain::Values::dates(*order, texts),
            Values::Ip(_) => domain::Values::addresses(texts),
            Values::Bool(_) | Values::Binary(_) | Values::Null { .. } => domain::Values::Opaque,
        }
    }

    /// What the test claims of a key of which nothing is known; a negated test without set
    /// operator is the opposite of its claim.
    fn claim(&self, context: &Context, shown: &[SmolStr]) -> Option<Claim> {
        if context.get(&self.key) != Lookup::Unknown || self.operator.base == Base::Null {
            return None;
        }
        let values = if self.unknown { domain::Values::Opaque } else { self.domain(context) };
        let Operator { quantifier, negated, .. } = self.operator;
        let says = match quantifier {
            Quantifier::One => Says::One(values),
            Quantifier::All => Says::All(!negated, values),
            Quantifier::Any => Says::Any(!negated, values),
        };
        Some(Claim::new(&self.key, says, context.always_has(&self.key), shown))
    }
}

impl Item {
    /// The pattern, as far as it is known; none also for letters that Unicode folds.
    fn pattern(&self, style: Style, context: &Context) -> Option<Pattern> {
        let glob = match self {
            Self::Fixed(glob) => glob.clone(),
            Self::Template(template) => filled(template, style, context)?,
        };
        let reasoned = !glob.has_holes() && (style != Style::Fold || glob.as_literal().is_some_and(str::is_ascii));
        reasoned.then(|| glob.tokens(false))
    }

    fn matches(&self, style: Style, value: &str, context: &Context) -> Truth {
        match self {
            Self::Fixed(glob) if style == Style::Fold && !value.is_ascii() => glob.decide(&folded(value)),
            Self::Fixed(glob) => glob.decide(value),
            Self::Template(template) => {
                filled(template, style, context).map_or(Truth::False, |glob| glob.decide(value))
            }
        }
    }

    fn is_bool(&self, value: bool, context: &Context) -> Truth {
        match self {
            Self::Fixed(glob) => (glob.as_literal().and_then(parse_bool) == Some(value)).into(),
            Self::Template(template) => match template.text(context) {
                Filled::Text(text) => (parse_bool(&text) == Some(value)).into(),
                Filled::Nothing => Truth::False,
                Filled::Unknown => Truth::Unknown,
            },
        }
    }
}

impl Values {
    fn is_empty(&self) -> bool {
        match self {
            Self::Text(_, items) | Self::Bool(items) => items.is_empty(),
            Self::Number(_, values) => values.is_empty(),
            Self::Date(_, values) => values.is_empty(),
            Self::Binary(values) => values.is_empty(),
            Self::Ip(values) => values.is_empty(),
            Self::Null { absent, present } => !absent && !present,
        }
    }

    /// Compiles the values for a test. Those that are not of its type never match, and
    /// are left out; those not known set `unknown`.
    fn new(base: Base, texts: &[Text], enabled: bool, unknown: &mut bool) -> Self {
        let items =
            |style: Style| -> Vec<Item> { texts.iter().filter_map(|text| item(text, style, enabled)).collect() };
        let mut known: Vec<&str> = Vec::new();
        if !base.takes_variables() {
            for text in texts {
                match text.known() {
                    Some(text) => known.push(text),
                    None => *unknown = true,
                }
            }
        }
        let known = known.into_iter();
        match base {
            Base::StringEquals => Self::Text(Style::Exact, items(Style::Exact)),
            Base::StringEqualsIgnoreCase => Self::Text(Style::Fold, items(Style::Fold)),
            Base::StringLike => Self::Text(Style::Like, items(Style::Like)),
            Base::Arn => Self::Text(Style::Arn, items(Style::Arn)),
            Base::Bool => Self::Bool(items(Style::Exact)),
            Base::Numeric(order) => Self::Number(order, known.filter_map(Number::parse).collect()),
            Base::Date(order) => Self::Date(order, known.filter_map(Instant::parse).collect()),
            Base::Binary => Self::Binary(known.filter_map(decode_base64).collect()),
            Base::Ip => Self::Ip(known.filter_map(Cidr::parse).collect()),
            Base::Null => {
                let asked: Vec<bool> = known.filter_map(parse_bool).collect();
                Self::Null { absent: asked.contains(&true), present: asked.contains(&false) }
            }
        }
    }
}

/// Small letters. No letter beyond ASCII becomes one of ASCII, as the sign of Kelvin would.
fn folded(text: &str) -> String {
    let small = |char: char| {
        let mut small = char.to_lowercase();
        match (small.next(), small.next()) {
            (Some(one), None) if one.is_ascii() == char.is_ascii() => one,
            _ => char,
        }
    };
    text.chars().map(small).collect()
}

/// The pattern of a text with variables; none where it matches nothing.
fn filled(template: &Template, style: Style, context: &Context) -> Option<Glob> {
    let wild = matches!(style, Style::Like | Style::Arn);
    let start = if style == Style::Fold { Builder::new().ignoring_case() } else { Builder::new() };
    let builder = template.fill(context, wild, start)?;
    if style == Style::Arn { builder.arn_like() } else { Some(builder.build()) }
}

/// A text value; none where a pattern can match nothing.
fn item(text: &Text, style: Style, enabled: bool) -> Option<Item> {
    if let Some(template) = Template::compile(text, enabled) {
        return Some(Item::Template(template));
    }
    let raw = text.raw();
    Some(Item::Fixed(match style {
        Style::Exact => Glob::literal(raw),
        // Letters beyond ASCII fold as Unicode says (AWS is silent; spec: section 10).
        Style::Fold => Builder::new().ignoring_case().literal(&folded(raw)).build(),
        Style::Like => Glob::new(raw),
        Style::Arn => Builder::new().pattern(raw).arn_like()?,
    }))
}

/// A condition's value as text; numbers and booleans may stand without quotes.
fn text_of(node: &Node) -> Option<Text> {
    match &node.value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(Text::plain(number.clone(), node.span.start)),
        Value::Bool(true) => Some(Text::plain("true", node.span.start)),
        Value::Bool(false) => Some(Text::plain("false", node.span.start)),
        _ => None,
    }
}
