//! Intrinsic functions: resolved as far as the template alone tells, symbolic beyond.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::budget::Budget;
use crate::carrier::cost;
use crate::source::{Span, Unknown};
use crate::syntax::{Entry, Node, Text, TextBuilder, Value};

/// How deep values may nest.
const DEPTH: usize = 100;
/// How many conditions of one resource are followed both ways.
const CHOICES: usize = 6;

/// What a template defines, and the sides taken in one variant.
pub(super) struct Template<'a> {
    pub(super) parameters: BTreeMap<&'a str, &'a Node>,
    pub(super) conditions: BTreeMap<&'a str, &'a Node>,
    pub(super) mappings: Mappings<'a>,
    pub(super) resources: BTreeMap<&'a str, &'a Node>,
    /// Conditions that do not hold in this variant.
    pub(super) refused: Vec<SmolStr>,
    /// Conditions of unknown truth that were met, with their places.
    pub(super) met: Vec<(SmolStr, Span)>,
    pub(super) budget: Budget,
    /// What conditions turned out to be, where nothing but their own text decided that.
    pub(super) held: FxHashMap<SmolStr, Option<bool>>,
    /// At what depth conditions were given up.
    pub(super) given_up: FxHashMap<SmolStr, usize>,
    /// Whether a condition was given up because too many lead to it.
    pub(super) cut: bool,
}

/// Values by mapping, first and second key.
pub(super) type Mappings<'a> = BTreeMap<&'a str, BTreeMap<&'a str, BTreeMap<&'a str, &'a Node>>>;

/// The function of a map of one member: its name without `Fn::` or `!`.
fn function(node: &Node) -> Option<(&str, &Entry)> {
    let [entry] = node.as_map()? else { return None };
    let name = entry.key.known()?;
    let short = name.strip_prefix("Fn::").or_else(|| name.strip_prefix('!'));
    match short {
        Some(short) => Some((short, entry)),
        None if matches!(name, "Ref" | "Condition") && entry.value.as_text().is_some() => Some((name, entry)),
        None => None,
    }
}

fn unknown(reference: impl Into<SmolStr>, span: Span) -> Node {
    Node::new(span, Value::Unknown(Unknown::new(vec![reference.into()], span)))
}

/// What an attribute of a resource gives.
fn computed(attribute: SmolStr, span: Span) -> Node {
    Node::new(span, Value::Unknown(Unknown::whole(attribute, span)))
}

impl Template<'_> {
    /// A value with its functions resolved; none where it is `AWS::NoValue`.
    pub(super) fn resolve(&mut self, node: &Node) -> Option<Node> {
        self.value(node, DEPTH)
    }

    fn value(&mut self, node: &Node, depth: usize) -> Option<Node> {
        if depth == 0 || !self.budget.spend(1, node.span) {
            return Some(unknown("deeply nested value", node.span));
        }
        if let Some((name, entry)) = function(node) {
            return self.call(name, entry, node.span, depth - 1);
        }
        let value = match &node.value {
            Value::List(items) => Value::List(items.iter().filter_map(|item| self.value(item, depth - 1)).collect()),
            Value::Map(entries) => {
                let mut resolved = Vec::with_capacity(entries.len());
                for entry in entries {
                    // A loop makes members whose names and number are not written here.
                    if entry.key.raw().starts_with("Fn::ForEach") || entry.key.raw() == "Fn::Transform" {
                        let hidden = Unknown::new(vec![entry.key.raw_smol().clone()], entry.key_span);
                        let value = Node::new(entry.value.span, Value::Unknown(hidden.clone()));
                        resolved.push(Entry { key: Text::unknown(hidden), key_span: entry.key_span, value });
                        continue;
                    }
                    if let Some(value) = self.value(&entry.value, depth - 1) {
                        resolved.push(Entry { key: entry.key.clone(), key_span: entry.key_span, value });
                    }
                }
                Value::Map(resolved)
            }
            Value::String(text) if is_dynamic_secret(text) => Value::Secret,
            Value::String(text) if serverless(text.raw(), 0).is_some() => Value::String(filled(text, node.span)),
            other => other.clone(),
        };
        Some(Node::new(node.span, value))
    }

    fn call(&mut self, name: &str, entry: &Entry, span: Span, depth: usize) -> Option<Node> {
        let argument = &entry.value;
        match name {
            "Ref" => match argument.as_str() {
                Some("AWS::NoValue") => None,
                Some(target) => Some(self.reference(target, span)),
                None => Some(unknown("Ref", span)),
            },
            "GetAtt" => Some(self.attribute(argument, span, depth)),
            "Sub" => Some(self.substitute(argument, span, depth)),
            "Join" => Some(self.join(argument, span, depth)),
            "If" => self.either(argument, span, depth),
            "Select" => Some(self.select(argument, span, depth)),
            "Split" => Some(self.split(argument, span, depth)),
            "FindInMap" => Some(self.find_in_map(argument, span, depth)),
            "Base64" | "ToJsonString" => self.value(argument, depth),
            "Equals" | "And" | "Or" | "Not" | "Condition" => {
                let answer = self.truth(entry, depth);
                Some(answer.map_or_else(|| unknown(name, span), |value| Node::new(span, Value::Bool(value))))
            }
            other => Some(unknown(reference_text(other, argument), span)),
        }
    }

    /// What `Ref` gives: a parameter's value if it can have but one, a resource's name if
    /// it is written, else a reference. A default is no promise: who deploys may choose.
    fn reference(&mut self, target: &str, span: Span) -> Node {
        if let Some(parameter) = self.parameters.get(target) {
            let hidden = parameter.get("NoEcho").is_some_and(|node| match &node.value {
                Value::Bool(value) => *value,
                Value::String(text) => text.known() == Some("true"),
                _ => false,
            });
            if hidden {
                return Node::new(span, Value::Secret);
            }
            if let Some([only]) = parameter.get("AllowedValues").and_then(Node::as_list) {
                return self.copy(only).unwrap_or_else(|| unknown(target, span));
            }
            return unknown(target, span);
        }
        if let Some(resource) = self.resources.get(target) {
            let kind = resource.get("Type").and_then(Node::as_str).unwrap_or("");
            let named = name_property(kind).and_then(|name| resource.get("Properties")?.get(name));
            if let Some(name) = named.filter(|name| name.as_text().is_some_and(Text::is_known)) {
                return name.clone();
            }
        }
        unknown(target, span)
    }

    /// A copy of a value, unless too much was copied.
    fn copy(&mut self, node: &Node) -> Option<Node> {
        let parts = cost::of_value(node)?;
        self.budget.spend(parts, node.span).then(|| node.clone())
    }

    fn attribute(&mut self, argument: &Node, span: Span, depth: usize) -> Node {
        let name = match &argument.value {
            Value::String(text) => text.known().map(SmolStr::new),
            Value::List(parts) => {
                let parts: Option<Vec<SmolStr>> = parts
                    .iter()
                    .map(|part| {
                        let part = self.value(part, depth)?;
                        part.as_str().map(SmolStr::new)
                    })
                    .collect();
                parts.map(|parts| SmolStr::from(parts.join(".")))
            }
            _ => None,
        };
        name.map_or_else(|| unknown("Fn::GetAtt", span), |name| computed(name, span))
    }

    fn substitute(&mut self, argument: &Node, span: Span, depth: usize) -> Node {
        let (template, variables) = match &argument.value {
            Value::List(parts) => match parts.as_slice() {
                [template, variables] => (template, Some(variables)),
                [template] => (template, None),
                _ => return unknown("Fn::Sub", span),
            },
            _ => (argument, None),
        };
        let Some(text) = template.as_text() else { return unknown("Fn::Sub", span) };
        let home = template.span;
        let raw = text.raw();
        if text.is_known() && !raw.contains("${") {
            return template.clone();
        }
        let given: FxHashMap<&str, &Node> =
            variables.and_then(Node::as_map).map_or_else(FxHashMap::default, |entries| {
                entries.iter().filter_map(|entry| Some((entry.key.known()?, &entry.value))).collect()
            });
        let mut out = TextBuilder::new(text.fragment(home).source());
        let mut at = 0;
        while let Some(open) = raw.get(at..).and_then(|rest| rest.find("${")).map(|found| found + at) {
            let Some(close) = raw.get(open..).and_then(|rest| rest.find('}')).map(|found| found + open) else { break };
            out.splice(&text.sub(home, at, open), home, home);
            let inner = raw.get(open + 2..close).unwrap_or("");
            let place = text.span_of(home, open, close + 1);
            if let Some(literal) = inner.strip_prefix('!') {
                // `${!x}` is `${x}`: an IAM policy variable.
                out.push("$", text.span_of(home, open, open + 1));
                out.push("{", text.span_of(home, open + 1, open + 3));
                out.splice(&text.sub(home, open + 3, open + 3 + literal.len()), home, home);
                out.push("}", text.span_of(home, close, close + 1));
            } else {
                let name = inner.trim();
                let given = given.get(name).and_then(|node| self.value(node, depth));
                let value = given.unwrap_or_else(|| {
                    if name.contains('.') { computed(name.into(), place) } else { self.reference(name, place) }
                });
                put(&mut out, &value, place, name);
            }
            at = close + 1;
        }
        out.splice(&text.sub(home, at, raw.len()), home, home);
        self.text(out, home)
    }

    /// A text that was joined.
    fn text(&mut self, out: TextBuilder, span: Span) -> Node {
        let text = out.finish(span);
        if self.budget.spend(cost::of_text(&text), span) {
            Node::new(span, Value::String(text))
        } else {
            unknown("a long text", span)
        }
    }

    fn join(&mut self, argument: &Node, span: Span, depth: usize) -> Node {
        let Some([separator, list]) = argument.as_list() else { return unknown("Fn::Join", span) };
        let list = self.value(list, depth).unwrap_or_else(|| unknown("Fn::Join", span));
        let (Some(separator), Some(items)) = (separator.as_str(), list.as_list()) else {
            return match list.value {
                Value::Unknown(what) => Node::new(span, Value::Unknown(what.part())),
                _ => unknown("Fn::Join", span),
            };
        };
        let mut out = TextBuilder::new(span.source);
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                out.push(separator, span);
            }
            match &item.value {
                Value::String(text) => out.splice(text, item.span, item.span),
                _ => put(&mut out, item, item.span, "Fn::Join"),
            }
        }
        self.text(out, span)
    }

    fn either(&mut self, argument: &Node, span: Span, depth: usize) -> Option<Node> {
        let Some([condition, then, otherwise]) = argument.as_list() else { return Some(unknown("Fn::If", span)) };
        let Some(name) = condition.as_str() else { return Some(unknown("Fn::If", span)) };
        let side = if let Some(side) = self.condition(name, depth) {
            side
        } else {
            if !self.met.iter().any(|(met, _)| met == name) {
                if self.met.len() >= CHOICES {
                    return Some(unknown(name, span));
                }
                self.met.push((SmolStr::new(name), condition.span));
            }
            !self.refused.iter().any(|refused| refused == name)
        };
        self.value(if side { then } else { otherwise }, depth)
    }

    /// Whether a condition of the template holds, if that can be told.
    pub(super) fn condition(&mut self, name: &str, depth: usize) -> Option<bool> {
        if let Some(held) = self.held.get(name) {
            return *held;
        }
        let node = *self.conditions.get(name)?;
        let (_, entry) = function(node)?;
        if depth <= self.given_up.get(name).copied().unwrap_or(0) {
            self.cut = true;
            return None;
        }
        let outer = std::mem::replace(&mut self.cut, false);
        let met = self.met.len();
        let holds = self.truth(entry, depth - 1);
        if holds.is_some() || !self.cut && !self.budget.exhausted() && self.met.len() == met {
            self.held.insert(SmolStr::new(name), holds);
        } else if self.cut {
            self.given_up.insert(SmolStr::new(name), depth);
        }
        self.cut |= outer;
        holds
    }

    fn truth(&mut self, entry: &Entry, depth: usize) -> Option<bool> {
        if depth == 0 || !self.budget.spend(1, entry.key_span) {
            self.cut = true;
            return None;
        }
        let name = entry.key.known()?;
        let name = name.strip_prefix("Fn::").or_else(|| name.strip_prefix('!')).unwrap_or(name);
        let mut operand = |node: &Node| match function(node) {
            Some((_, entry)) => self.truth(entry, depth - 1),
            None => None,
        };
        match (name, entry.value.as_list()) {
            ("Condition", _) => {
                let name = entry.value.as_str()?.to_owned();
                self.condition(&name, depth - 1)
            }
            ("Not", Some([inner])) => operand(inner).map(|value| !value),
            ("And", Some(parts)) => {
                let parts: Vec<Option<bool>> = parts.iter().map(operand).collect();
                if parts.contains(&Some(false)) {
                    Some(false)
                } else {
                    parts.into_iter().all(|p| p == Some(true)).then_some(true)
                }
            }
            ("Or", Some(parts)) => {
                let parts: Vec<Option<bool>> = parts.iter().map(operand).collect();
                if parts.contains(&Some(true)) {
                    Some(true)
                } else {
                    parts.into_iter().all(|p| p == Some(false)).then_some(false)
                }
            }
            ("Equals", Some([left, right])) => {
                let (left, right) = (self.value(left, depth - 1)?, self.value(right, depth - 1)?);
                Some(scalar(&left)? == scalar(&right)?)
            }
            _ => None,
        }
    }

    fn select(&mut self, argument: &Node, span: Span, depth: usize) -> Node {
        let Some([index, list]) = argument.as_list() else { return unknown("Fn::Select", span) };
        let index = self.value(index, depth).and_then(|node| scalar(&node)?.parse::<usize>().ok());
        let list = self.value(list, depth);
        let found = index.and_then(|index| list.as_ref()?.as_list()?.get(index).cloned());
        found.unwrap_or_else(|| match list.map(|node| node.value) {
            Some(Value::Unknown(what)) => Node::new(span, Value::Unknown(what.part())),
            _ => unknown("Fn::Select", span),
        })
    }

    fn split(&mut self, argument: &Node, span: Span, depth: usize) -> Node {
        let Some([separator, source]) = argument.as_list() else { return unknown("Fn::Split", span) };
        let source = self.value(source, depth).unwrap_or_else(|| unknown("Fn::Split", span));
        let separator = separator.as_str().filter(|s| !s.is_empty());
        let (Some(separator), Some(text)) = (separator, source.as_text().filter(|text| text.is_known())) else {
            return match source.value {
                Value::Unknown(what) => Node::new(span, Value::Unknown(what.part())),
                _ => unknown("Fn::Split", span),
            };
        };
        let mut items = Vec::new();
        let mut at = 0;
        for part in text.raw().split(separator) {
            let piece = text.sub(source.span, at, at + part.len());
            items.push(Node::new(source.span, Value::String(piece)));
            at += part.len() + separator.len();
        }
        Node::new(span, Value::List(items))
    }

    fn find_in_map(&mut self, argument: &Node, span: Span, depth: usize) -> Node {
        let found = argument.as_list().and_then(|parts| {
            let [mapping, first, second, ..] = parts else { return None };
            let mut key = |part: &Node| scalar(&self.value(part, depth)?);
            let (mapping, first, second) = (key(mapping)?, key(first)?, key(second)?);
            let found = *self.mappings.get(mapping.as_str())?.get(first.as_str())?.get(second.as_str())?;
            self.copy(found)
        });
        found.unwrap_or_else(|| unknown(reference_text("FindInMap", argument), span))
    }
}

/// A scalar as CloudFormation compares it: everything is a string.
fn scalar(node: &Node) -> Option<SmolStr> {
    match &node.value {
        Value::String(text) => text.is_known().then(|| text.raw_smol().clone()),
        Value::Number(number) => Some(number.clone()),
        Value::Bool(value) => Some(SmolStr::new_static(if *value { "true" } else { "false" })),
        _ => None,
    }
}

fn put(out: &mut TextBuilder, value: &Node, place: Span, name: &str) {
    match &value.value {
        Value::String(text) => out.text(text, place),
        Value::Unknown(what) => out.hole_at(what.clone(), place),
        _ => match scalar(value) {
            Some(text) => out.push(&text, place),
            None => out.hole_at(Unknown::new(vec![SmolStr::new(name)], place), place),
        },
    }
}

fn reference_text(function: &str, argument: &Node) -> SmolStr {
    match argument.as_str() {
        Some(text) => SmolStr::from(format!("Fn::{function}({text})")),
        None => SmolStr::from(format!("Fn::{function}")),
    }
}

fn is_dynamic_secret(text: &Text) -> bool {
    let raw = text.raw();
    (raw.starts_with("{{resolve:secretsmanager:") || raw.starts_with("{{resolve:ssm-secure:")) && raw.ends_with("}}")
}

/// The property that `Ref` gives back, for types where it is the name.
fn name_property(kind: &str) -> Option<&'static str> {
    match kind {
        "AWS::IAM::Role" => Some("RoleName"),
        "AWS::IAM::User" => Some("UserName"),
        "AWS::IAM::Group" => Some("GroupName"),
        "AWS::S3::Bucket" => Some("BucketName"),
        "AWS::ECR::Repository" => Some("RepositoryName"),
        _ => None,
    }
}

/// The first variable of the Serverless Framework from `at` on, which it fills in before
/// CloudFormation sees the text: `${self:service}`, `${opt:stage, 'dev'}`.
fn serverless(text: &str, at: usize) -> Option<std::ops::Range<usize>> {
    const SOURCES: [&str; 7] = ["env:", "file(", "opt:", "param:", "self:", "sls:", "ssm:"];
    let rest = text.get(at..)?;
    let starts = rest.match_indices("${").map(|(found, _)| found);
    let start = starts.into_iter().find(|found| {
        let name = rest.get(found + 2..).unwrap_or("").trim_start();
        SOURCES.iter().any(|source| name.starts_with(source))
    })?;
    let mut depth = 0_usize;
    for (offset, character) in rest.get(start..)?.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth == 1 => return Some(at + start..at + start + offset + 1),
            '}' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// A text with its Serverless variables unknown.
fn filled(text: &Text, home: Span) -> Text {
    let mut out = TextBuilder::new(text.fragment(home).source());
    let mut at = 0;
    while let Some(found) = serverless(text.raw(), at) {
        out.splice(&text.sub(home, at, found.start), home, home);
        let reference = text.raw().get(found.start + 2..found.end - 1).unwrap_or("").trim();
        let span = text.span_of(home, found.start, found.end);
        out.hole(Unknown::new(vec![SmolStr::new(reference)], span));
        at = found.end;
    }
    out.splice(&text.sub(home, at, text.raw().len()), home, home);
    out.finish(home)
}
