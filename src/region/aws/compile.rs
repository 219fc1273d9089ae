//! Statements compiled to patterns.
//!
//! Policy variables and the unknown parts of a text become letters of their own: the same
//! variable is the same letter everywhere, which matches itself and every `*`. A question
//! without an answer over these letters has none for any value either (spec: symbolic,
//! section 5, "lift").

use super::condition::{Atom, Values};
use super::names::{Name, Names};
use super::principal::Who;
use crate::aws::condition::{Base, Operator};
use crate::aws::document::{Condition, Document, Effect, ListElement, Statement};
use crate::aws::variable::{Part, parts};
use crate::pattern::token::{Letter, Pattern, Token};
use crate::source::HOLE;
use crate::syntax::{Node, Text, Value};

/// A statement ready to be asked.
#[derive(Debug, Clone)]
pub(super) struct Compiled {
    pub(super) effect: Option<Effect>,
    pub(super) who: Who,
    pub(super) action: Dim,
    pub(super) resource: Dim,
    pub(super) atoms: Vec<Atom>,
    /// Part of the condition cannot be reasoned about at all.
    pub(super) opaque: bool,
}

/// An action or resource element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Dim {
    pub(super) negated: bool,
    /// In the order of the items.
    pub(super) patterns: Vec<Pattern>,
    /// There are members that are not known.
    pub(super) partial: bool,
}

impl Dim {
    pub(super) fn all() -> Self {
        Self { negated: false, patterns: vec![Pattern::all()], partial: false }
    }

    fn same(&self, other: &Self) -> bool {
        let within = |a: &Self, b: &Self| a.patterns.iter().all(|p| b.patterns.contains(p));
        self.negated == other.negated && !self.partial && !other.partial && within(self, other) && within(other, self)
    }
}

impl Compiled {
    /// Whether both match exactly the same requests because they say the same.
    pub(super) fn same_as(&self, other: &Self) -> bool {
        let within = |a: &Self, b: &Self| a.atoms.iter().all(|atom| b.atoms.contains(atom));
        !self.opaque
            && !other.opaque
            && self.action.same(&other.action)
            && self.resource.same(&other.resource)
            && self.who == other.who
            && !self.who.is_partial()
            && within(self, other)
            && within(other, self)
    }

    /// Whether something about the statement is not known.
    pub(super) fn is_uncertain(&self) -> bool {
        self.opaque
            || self.action.partial
            || self.resource.partial
            || self.who.is_partial()
            || self.atoms.iter().any(Atom::is_opaque)
    }
}

/// How a text is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scope {
    Action,
    Resource,
    Like,
    Exact,
    Folded,
    Arn,
}

/// Compiles documents that are asked about together.
#[derive(Debug, Default)]
pub(super) struct Compiler {
    pub(super) names: Names,
    variables: bool,
}

impl Compiler {
    /// Statements are those of this document from now on.
    pub(super) fn enter(&mut self, document: &Document) {
        self.variables = document.has_variables();
    }

    pub(super) fn statement(&mut self, statement: &Statement) -> Compiled {
        let nothing = Dim { negated: false, patterns: Vec::new(), partial: false };
        let mut opaque = statement.conditions_unknown;
        let mut atoms = Vec::new();
        for condition in &statement.conditions {
            match self.atom(condition) {
                Some(atom) => atoms.push(atom),
                None => opaque = true,
            }
        }
        Compiled {
            effect: statement.effect,
            who: Who::new(statement.principal.as_ref()),
            action: statement.action.as_ref().map_or(nothing, |list| self.list(list, Scope::Action)),
            // a document without Resource is about the one thing it is attached to
            resource: statement.resource.as_ref().map_or_else(Dim::all, |list| self.list(list, Scope::Resource)),
            atoms,
            opaque,
        }
    }

    fn list(&mut self, list: &ListElement, scope: Scope) -> Dim {
        let patterns = list.items.iter().map(|item| self.pattern(&item.text, scope)).collect();
        Dim { negated: list.negated, patterns, partial: list.unknown }
    }

    fn pattern(&mut self, text: &Text, scope: Scope) -> Pattern {
        let variables = self.variables && scope != Scope::Action;
        let mut tokens: Vec<Token> = Vec::with_capacity(text.raw().len());
        let mut holes = text.holes().iter();
        let chunks = if text.is_known() { vec![text.raw()] } else { text.raw().split(HOLE).collect() };
        for (index, chunk) in chunks.into_iter().enumerate() {
            if index > 0 {
                let refs = holes.next().map(|hole| hole.unknown.refs.join(", ")).unwrap_or_default();
                tokens.push(Token::Letter(self.names.letter(Name { text: format!("${{{refs}}}"), key: None })));
            }
            let (split, _) = if variables { parts(chunk) } else { (vec![Part::Text(chunk)], Vec::new()) };
            for part in split {
                match part {
                    Part::Text(text) => tokens.extend(text.chars().map(|c| token(c, scope))),
                    Part::Escape(char) => tokens.push(Token::Letter(Letter::of(char))),
                    Part::Variable { key, default } => {
                        let default = default.map(|d| format!(", '{d}'")).unwrap_or_default();
                        let lower = key.to_ascii_lowercase();
                        let name = Name { text: format!("${{{lower}{default}}}"), key: Some(lower) };
                        tokens.push(Token::Letter(self.names.letter(name)));
                    }
                }
            }
        }
        match scope {
            Scope::Resource => confine(&mut tokens, true),
            Scope::Arn => confine(&mut tokens, false),
            _ => {}
        }
        tokens.into_iter().collect()
    }

    fn atom(&mut self, condition: &Condition) -> Option<Atom> {
        let operator = Operator::parse(condition.operator.known()?).ok()?;
        let key = condition.key.known()?.to_ascii_lowercase();
        if condition.unknown {
            return None;
        }
        let values = self.values(operator, &condition.values);
        if operator.base != Base::Null && values != Values::Opaque {
            self.names.tell(&key, &values);
        }
        Some(Atom { operator, key, values })
    }

    fn values(&mut self, operator: Operator, nodes: &[Node]) -> Values {
        let texts: Vec<Text> = nodes.iter().filter_map(text_of).collect();
        let known = || texts.iter().map(|t| t.known().unwrap_or_default());
        let plain = |text: &Text| text.is_known() && !(self.variables && text.raw().contains("${"));
        let all_plain = texts.iter().all(plain);
        let scope = match operator.base {
            Base::StringEquals => Scope::Exact,
            Base::StringEqualsIgnoreCase => Scope::Folded,
            Base::StringLike => Scope::Like,
            Base::Arn => Scope::Arn,
            _ if !all_plain => return Values::Opaque,
            Base::Numeric(order) => return Values::numbers(order, known()),
            Base::Date(order) => return Values::dates(order, known()),
            Base::Bool | Base::Null => return Values::bools(known()),
            Base::Ip => return Values::addresses(known()),
            Base::Binary => return Values::Opaque,
        };
        let patterns = texts.iter().filter_map(|text| self.value(text, scope));
        Values::Text(patterns.collect())
    }

    /// A text value; none if it can match nothing (spec: aws-evaluation, section 5.3).
    fn value(&mut self, text: &Text, scope: Scope) -> Option<Pattern> {
        if scope == Scope::Arn && text.is_known() {
            if text.raw().bytes().all(|b| b == b'*') && !text.raw().is_empty() {
                return Some("arn:*:*:*:*:*".chars().map(|c| token(c, Scope::Resource)).collect::<Vec<_>>()).map(
                    |mut tokens| {
                        confine(&mut tokens, false);
                        tokens.into_iter().collect()
                    },
                );
            }
            if text.raw().bytes().filter(|b| *b == b':').count() < 5 {
                return None;
            }
        }
        Some(self.pattern(text, scope))
    }
}

fn token(char: char, scope: Scope) -> Token {
    let globs = !matches!(scope, Scope::Exact | Scope::Folded);
    match char {
        '*' if globs => Token::Star,
        '?' if globs => Token::One,
        other if scope == Scope::Action => Token::Letter(Letter::of(other.to_ascii_lowercase())),
        other if scope == Scope::Folded && other.is_ascii_alphabetic() => Token::Fold(other.to_ascii_lowercase()),
        other => Token::Letter(Letter::of(other)),
    }
}

/// Confines the wildcards of the first five ARN segments to their segments, as
/// [`crate::pattern::arn`] does.
fn confine(tokens: &mut [Token], trailing_runs_on: bool) {
    let colon = Token::Letter(Letter::of(':'));
    let mut colons = 0;
    let mut rest = tokens.iter_mut().peekable();
    while let Some(token) = rest.next() {
        // `**` is one star, and its last stands at the end
        let ends = rest.peek().is_none_or(|next| **next == colon || **next == Token::Star);
        match *token {
            Token::Star if !(trailing_runs_on && ends) => *token = Token::StarInside(':'),
            Token::One => *token = Token::OneInside(':'),
            Token::Letter(letter) if letter.as_variable().is_some() => return,
            other if other == colon => colons += 1,
            _ => {}
        }
        if colons == 5 {
            return;
        }
    }
}

fn text_of(node: &Node) -> Option<Text> {
    match &node.value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(Text::atomic(number.clone(), node.span)),
        Value::Bool(bool) => Some(Text::atomic(if *bool { "true" } else { "false" }, node.span)),
        _ => None,
    }
}

/// A pattern of a region: an action as the author of a rule writes it.
pub(super) fn action_pattern(text: &str) -> Pattern {
    text.chars().map(|c| token(c, Scope::Action)).collect()
}

/// A pattern of a region: a resource. Written out in six parts, its wildcards stay in
/// their part, which is what its author means; a shorter one runs on as a policy's does.
pub(super) fn resource_pattern(text: &str) -> Pattern {
    let mut tokens: Vec<Token> = text.chars().map(|c| token(c, Scope::Resource)).collect();
    confine(&mut tokens, text.bytes().filter(|b| *b == b':').count() < 5);
    tokens.into_iter().collect()
}
