//! Methods of values: outputs, strings, lists.

use std::rc::Rc;

use oxc_ast::ast::{CallExpression, Expression};
use smol_str::SmolStr;

use super::Reader;
use super::call::Given;
use super::value::{Val, value_at};
use crate::carrier::pulumi_program::{Language, data, text};
use crate::source::Span;
use crate::syntax::{Node, Text, TextBuilder, Value};

/// Methods that change a list in place so that it is not known any more.
const CHANGES: &[&str] = &["copyWithin", "delete", "fill", "pop", "set", "shift", "splice"];

impl<'a> Reader<'a> {
    /// `base.name(…)`, where `written` is how the base is written.
    pub(super) fn method(
        &mut self,
        base: &Val<'a>,
        name: &str,
        written: &'a Expression<'a>,
        call: &'a CallExpression<'a>,
    ) -> Val<'a> {
        let place = self.span(call.span);
        let given = self.give(&call.arguments);
        let Some(node) = Self::as_data(base) else { return self.unknown(place) };
        match name {
            "apply" | "then" => {
                return match given.first().cloned() {
                    Some(callee) => self.apply(&callee, vec![base.clone()], place),
                    None => self.unknown(place),
                };
            }
            // An output is its value, and promises keep theirs.
            "get" | "catch" | "finally" if given.values.len() <= 1 && !matches!(node.value, Value::Map(_)) => {
                return base.clone();
            }
            "push" | "add" | "unshift" | "concat" if matches!(node.value, Value::List(_)) => {
                return self.extend(name, &node, given, written, place);
            }
            _ => {}
        }
        match &node.value {
            Value::String(text) => self.of_text(name, text, &node, &given, place),
            Value::List(_) if CHANGES.contains(&name) => {
                let unknown = self.unknown(place);
                self.change(written, unknown.clone(), 8);
                unknown
            }
            Value::List(items) => self.of_list(name, items, base, &given, place),
            Value::Unknown(_) => self.of_unknown(name, base, &given, place),
            Value::Map(_) if self.texts.contains(&node.span) => base.clone(),
            Value::Map(entries) => {
                let member = entries.iter().rev().find(|entry| entry.key.known() == Some(name));
                match (name, member) {
                    ("hasOwnProperty", _) => match given.first().and_then(Self::as_data) {
                        Some(key) => match data::holds(&node, &key) {
                            Some(found) => value_at(place, Value::Bool(found)),
                            None => self.unknown(place),
                        },
                        None => self.unknown(place),
                    },
                    _ => self.unknown(place),
                }
            }
            Value::Number(number) if name == "toString" => {
                value_at(place, Value::String(Text::atomic(number.clone(), node.span)))
            }
            _ => self.unknown(place),
        }
    }

    /// Functions given to methods of what is not known are read, each with what it may get.
    fn of_unknown(&mut self, name: &str, base: &Val<'a>, given: &Given<'a>, place: Span) -> Val<'a> {
        if matches!(name, "map" | "flatMap" | "forEach" | "filter")
            && let Some(function) = given.first().cloned()
        {
            return self.mapped_unknown(name, base, &function, place);
        }
        // `toString`, `trim`, … of an unknown text: unknown, but still of what it was.
        if matches!(name, "toString" | "trim" | "toUpperCase" | "toLowerCase") {
            return base.clone();
        }
        self.unknown(place)
    }

    fn mapped_unknown(&mut self, name: &str, base: &Val<'a>, function: &Val<'a>, place: Span) -> Val<'a> {
        let condition = self.condition(place);
        self.reading.conditions.push(condition);
        let made = match function {
            Val::Function(function) => self.enter(function, Given { more: true, ..Given::default() }, place),
            _ => self.unknown(place),
        };
        self.reading.conditions.pop();
        if name == "filter" {
            return base.clone();
        }
        if name == "forEach" {
            return value_at(place, Value::Null);
        }
        // What was made stands for any number of its kind.
        let made = self.data(made, place);
        let items = match made.value {
            Value::List(items) if name == "flatMap" => items,
            _ => vec![made],
        };
        let spread = self.spread(place);
        value_at(place, Value::List(items.into_iter().chain([spread]).collect()))
    }

    /// `list.push(…)`, `set.add(…)`, `list.concat(…)`
    fn extend(
        &mut self,
        name: &str,
        node: &Node,
        given: Given<'a>,
        written: &'a Expression<'a>,
        place: Span,
    ) -> Val<'a> {
        let mut items = node.as_list().unwrap_or_default().to_vec();
        let mut fresh = Vec::new();
        for (value, at) in given.values {
            let value = self.data(value, at);
            match value.value {
                Value::List(inner) if name == "concat" => fresh.extend(inner),
                Value::Unknown(_) if name == "concat" => fresh.push(data::spread_of(&value)),
                _ => fresh.push(value),
            }
        }
        if given.more {
            fresh.push(self.spread(place));
        }
        if name == "unshift" {
            fresh.append(&mut items);
            items = fresh;
        } else {
            items.extend(fresh);
        }
        let made = self.copied(node.span, Value::List(items));
        if name == "concat" {
            return made;
        }
        self.change(written, made, 8);
        self.unknown(place)
    }

    fn of_text(&mut self, name: &str, text: &Text, node: &Node, given: &Given<'a>, place: Span) -> Val<'a> {
        let home = node.span;
        let string = |text: Text| Val::node(Node::new(home, Value::String(text)));
        let first = given.first().and_then(Self::as_data);
        let known = first.as_deref().and_then(Node::as_str);
        let integer = |index: usize| Self::as_data(given.get(index)?)?.value_as_index();
        match name {
            "trim" => string(text::strip(text, home, "strip", None)),
            "trimStart" | "trimLeft" => string(text::strip(text, home, "lstrip", None)),
            "trimEnd" | "trimRight" => string(text::strip(text, home, "rstrip", None)),
            "toLowerCase" | "toLocaleLowerCase" => string(text::change_case(text, home, false)),
            "toUpperCase" | "toLocaleUpperCase" => string(text::change_case(text, home, true)),
            "toString" | "valueOf" | "normalize" => Val::node(node.clone()),
            "replace" | "replaceAll" => {
                let (from, all) = match given.first() {
                    Some(Val::Pattern(pattern, all)) => (literal_pattern(pattern), *all),
                    _ => (known.map(str::to_owned), name == "replaceAll"),
                };
                let to = given.get(1).and_then(Self::as_data);
                let (Some(from), Some(to)) = (from, to) else { return self.unknown(place) };
                string(replaced(text, home, &from, &to, place, all))
            }
            "split" => {
                let Some(separator) = known.filter(|separator| !separator.is_empty()) else {
                    return self.unknown(place);
                };
                let mut items = Vec::new();
                let mut at = 0;
                for part in text.raw().split(separator) {
                    let end = at + part.len();
                    items.push(Node::new(home, Value::String(text::slice(text, home, at, end))));
                    at = end + separator.len();
                }
                self.copied(place, Value::List(items))
            }
            "concat" => {
                let mut builder = TextBuilder::new(self.reading.source);
                self.reading.put(&mut builder, node, self.reading.place(node, place));
                for (value, at) in &given.values {
                    let value = self.data(value.clone(), *at);
                    self.reading.put(&mut builder, &value, self.reading.place(&value, *at));
                }
                value_at(place, Value::String(builder.finish(place)))
            }
            "startsWith" | "endsWith" | "includes" => match (text.known(), known) {
                (Some(text), Some(part)) => {
                    let found = match name {
                        "startsWith" => text.starts_with(part),
                        "endsWith" => text.ends_with(part),
                        _ => text.contains(part),
                    };
                    value_at(place, Value::Bool(found))
                }
                _ => self.unknown(place),
            },
            "slice" | "substring" | "substr" if text.is_known() && text.raw().is_ascii() => {
                let length = text.raw().len();
                let Some(start) = integer(0).map(|start| start.min(length)) else { return self.unknown(place) };
                let end = match (given.values.len(), integer(1)) {
                    (1, _) => length,
                    (_, Some(end)) if name == "substr" => (start + end).min(length),
                    (_, Some(end)) => end.min(length),
                    _ => return self.unknown(place),
                };
                string(text::slice(text, home, start, end.max(start)))
            }
            "repeat" => match (integer(0), text.known()) {
                (Some(times), Some(text)) if times.saturating_mul(text.len()) < 4096 => {
                    value_at(place, Value::String(Text::atomic(text.repeat(times), place)))
                }
                _ => self.unknown(place),
            },
            _ => self.unknown(place),
        }
    }

    fn of_list(&mut self, name: &str, items: &[Node], base: &Val<'a>, given: &Given<'a>, place: Span) -> Val<'a> {
        let first = given.first().cloned();
        match (name, first) {
            ("map" | "flatMap" | "forEach" | "filter" | "find" | "some" | "every", Some(function)) => {
                let Some(elements) = self.elements(base) else {
                    return self.mapped_unknown(name, base, &function, place);
                };
                match name {
                    "map" => self.mapped(base, &function, place),
                    "flatMap" => {
                        let made = self.mapped(base, &function, place);
                        self.flat(&made, place)
                    }
                    "forEach" => {
                        let _ = self.mapped(base, &function, place);
                        value_at(place, Value::Null)
                    }
                    _ => self.chosen(name, elements, &function, place),
                }
            }
            ("reduce", Some(function)) => {
                let Some(elements) = self.elements(base) else { return self.unknown(place) };
                let mut elements = elements.into_iter().enumerate();
                let start = given.get(1).cloned().or_else(|| elements.next().map(|(_, element)| element));
                let Some(mut value) = start else { return self.unknown(place) };
                for (index, element) in elements {
                    let index = value_at(place, Value::Number(smol_str::format_smolstr!("{index}")));
                    value = self.apply(&function, vec![value, element, index], place);
                }
                value
            }
            ("join", separator) => {
                let separator = separator.map(|separator| self.data(separator, place));
                let comma = Node::new(place, Value::String(Text::atomic(",", place)));
                let separator = separator.unwrap_or(comma);
                let mut builder = TextBuilder::new(self.reading.source);
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        self.reading.put(&mut builder, &separator, self.reading.place(&separator, place));
                    }
                    self.reading.put(&mut builder, item, self.reading.place(item, place));
                }
                value_at(place, Value::String(builder.finish(place)))
            }
            ("flat", _) => self.flat(base, place),
            ("includes", Some(Val::Node(item))) => match Self::as_data(base).and_then(|list| data::holds(&list, &item))
            {
                Some(found) => value_at(place, Value::Bool(found)),
                None => self.unknown(place),
            },
            // What a sort orders says nothing here.
            ("slice", None) | ("values" | "toString", _) | ("sort" | "toSorted", Some(_)) => base.clone(),
            ("slice", Some(Val::Node(start))) if !items.iter().any(data::is_spread) => {
                let end = given.get(1).map_or(Some(items.len()), |end| Self::as_data(end)?.value_as_index());
                let part = start.value_as_index().zip(end).and_then(|(start, end)| {
                    let end = end.min(items.len());
                    items.get(start.min(end)..end)
                });
                match part {
                    Some(part) => self.copied(place, Value::List(part.to_vec())),
                    None => self.unknown(place),
                }
            }
            ("at", Some(index)) => self.subscript(base, &index, place),
            ("reverse" | "toReversed", _) if !items.iter().any(data::is_spread) => {
                self.copied(place, Value::List(items.iter().rev().cloned().collect()))
            }
            ("sort" | "toSorted", None) if items.iter().all(|item| item.as_str().is_some()) => {
                let mut items = items.to_vec();
                items.sort_by(|a, b| a.as_str().cmp(&b.as_str()));
                self.copied(place, Value::List(items))
            }
            ("entries", None) => {
                let pair = |(index, item): (usize, &Node)| {
                    let number = Node::new(item.span, Value::Number(smol_str::format_smolstr!("{index}")));
                    Node::new(item.span, Value::List(vec![number, item.clone()]))
                };
                self.copied(place, Value::List(items.iter().enumerate().map(pair).collect()))
            }
            _ => self.unknown(place),
        }
    }

    /// The results of a function for each element of a known list.
    pub(super) fn mapped(&mut self, list: &Val<'a>, function: &Val<'a>, place: Span) -> Val<'a> {
        let Some(elements) = self.elements(list) else {
            return self.mapped_unknown("map", list, function, place);
        };
        let mut made = Vec::with_capacity(elements.len());
        for (index, element) in elements.into_iter().enumerate() {
            let number = value_at(place, Value::Number(smol_str::format_smolstr!("{index}")));
            let value = self.apply(function, vec![element, number], place);
            made.push(self.data(value, place));
        }
        value_at(place, Value::List(made))
    }

    fn flat(&mut self, list: &Val<'a>, place: Span) -> Val<'a> {
        let Some(node) = Self::as_data(list) else { return self.unknown(place) };
        let mut items = Vec::new();
        for item in node.as_list().unwrap_or_default() {
            match &item.value {
                Value::List(inner) => items.extend(inner.iter().cloned()),
                Value::Unknown(_) if !data::is_spread(item) => items.push(data::spread_of(item)),
                _ => items.push(item.clone()),
            }
        }
        self.copied(place, Value::List(items))
    }

    /// `filter`, `find`, `some` and `every` of known elements.
    fn chosen(&mut self, name: &str, elements: Vec<Val<'a>>, function: &Val<'a>, place: Span) -> Val<'a> {
        let mut kept = Vec::new();
        let mut undecided = false;
        for element in elements {
            let test = self.apply(function, vec![element.clone()], place);
            match self.truth(&test) {
                Some(true) if name == "find" && !undecided => return element,
                Some(true) => kept.push(self.data(element, place)),
                Some(false) if name == "every" && !undecided => return value_at(place, Value::Bool(false)),
                Some(false) => {}
                None => {
                    undecided = true;
                    kept.push(self.data(element, place));
                }
            }
        }
        match name {
            "filter" => {
                if undecided {
                    kept.push(self.spread(place));
                }
                value_at(place, Value::List(kept))
            }
            _ if undecided => self.unknown(place),
            "find" => value_at(place, Value::Null),
            "some" => value_at(place, Value::Bool(!kept.is_empty())),
            _ => value_at(place, Value::Bool(true)),
        }
    }
}

impl Node {
    /// The number, as an index.
    fn value_as_index(&self) -> Option<usize> {
        match &self.value {
            Value::Number(number) => number.parse().ok(),
            _ => None,
        }
    }
}

/// The text that a regular expression matches, if it is only one.
fn literal_pattern(pattern: &SmolStr) -> Option<String> {
    let mut out = String::with_capacity(pattern.len());
    let mut characters = pattern.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => out.push(characters.next().filter(char::is_ascii_punctuation)?),
            '^' | '$' | '.' | '*' | '+' | '?' | '(' | ')' | '[' | ']' | '{' | '}' | '|' => return None,
            other => out.push(other),
        }
    }
    Some(out)
}

/// A text with one or all places of another replaced.
fn replaced(text: &Text, home: Span, from: &str, to: &Rc<Node>, place: Span, all: bool) -> Text {
    if all {
        return text::replace(text, home, from, to, place, Language::TypeScript);
    }
    let Some(found) = text.raw().find(from) else { return text.clone() };
    let end = found + from.len();
    let (head, tail) = (text::slice(text, home, 0, end), text::slice(text, home, end, text.raw().len()));
    let head = text::replace(&head, home, from, to, place, Language::TypeScript);
    let mut builder = TextBuilder::new(text.fragment(home).source());
    builder.splice(&head, home, place);
    builder.splice(&tail, home, place);
    builder.finish(home)
}
