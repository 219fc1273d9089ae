//! Methods of known values: strings, paths, lists, maps, opened files.

use std::rc::Rc;

use ruff_python_ast::{Expr, ExprCall};
use ruff_text_size::{Ranged, TextRange};
use smol_str::SmolStr;

use super::Reader;
use super::value::Val;
use crate::carrier::pulumi_program::data::{self, Members};
use crate::carrier::pulumi_program::file::{join_path, path_attribute};
use crate::carrier::pulumi_program::{Language, text as strings};
use crate::syntax::{Entry, Node, Text, TextBuilder, Value};

/// Methods that change a list, set or dictionary in place, but for those that only order it.
const CHANGES: &[&str] = &[
    "clear",
    "difference_update",
    "discard",
    "insert",
    "intersection_update",
    "pop",
    "popitem",
    "remove",
    "setdefault",
    "symmetric_difference_update",
];

impl<'a> Reader<'a> {
    /// `base.name(…)`, where `written` is how the base is written.
    pub(super) fn method(&mut self, base: &Val<'a>, name: &str, written: &'a Expr, call: &'a ExprCall) -> Val<'a> {
        let range = call.range();
        let given = self.give(&call.arguments);
        let first = given.positional.first().cloned();
        let unknown = Val::node(self.unknown(range));
        let node = match base {
            Val::File(path) => {
                return if matches!(name, "read" | "readlines") { self.file(&path.clone(), range) } else { unknown };
            }
            Val::Node(node) => Rc::clone(node),
            _ => return unknown,
        };
        if name == "apply" {
            let callee = first.or_else(|| given.keywords.into_iter().find(|(k, _)| k == "func").map(|(_, v)| v));
            return match callee {
                Some(callee) => self.apply(&callee, base.clone(), range),
                None => unknown,
            };
        }
        let span = self.span(range);
        let string = |text: Text| Val::node(Node::new(node.span, Value::String(text)));
        match (&node.value, name) {
            (Value::String(text), "strip" | "lstrip" | "rstrip") => match &first {
                None => string(strings::strip(text, node.span, name, None)),
                Some(Val::Node(set)) if set.as_str().is_some() => {
                    string(strings::strip(text, node.span, name, set.as_str()))
                }
                Some(_) => unknown,
            },
            (Value::String(text), "lower" | "upper") => string(strings::change_case(text, node.span, name == "upper")),
            (Value::String(text), "replace") => match given.positional.as_slice() {
                [Val::Node(from), Val::Node(to)] if from.as_str().is_some() => {
                    let from = from.as_str().unwrap_or("").to_owned();
                    string(strings::replace(text, node.span, &from, to, span, Language::Python))
                }
                _ => unknown,
            },
            (Value::String(_), "format") => {
                let mut given = given;
                given.positional.insert(0, base.clone());
                self.format(given, range)
            }
            (
                Value::String(_),
                "encode" | "decode" | "resolve" | "absolute" | "expanduser" | "as_posix" | "__str__",
            )
            | (Value::Map(_) | Value::List(_), "copy") => base.clone(),
            (Value::String(separator), "join") => match first {
                Some(Val::Node(list)) => self.join(separator, &node, &list, range),
                _ => unknown,
            },
            (Value::String(path), "joinpath" | "with_name") => {
                let parts: Option<Vec<SmolStr>> = given
                    .positional
                    .iter()
                    .map(|part| match part {
                        Val::Node(part) => part.as_str().map(SmolStr::new),
                        _ => None,
                    })
                    .collect();
                let start = match name {
                    "with_name" => path.known().and_then(|path| path_attribute(path, "parent")),
                    _ => path.known().map(str::to_owned),
                };
                match (start, parts) {
                    (Some(start), Some(parts)) => {
                        let joined = parts.iter().fold(start, |path, part| join_path(&path, part));
                        Val::node(Node::new(span, Value::String(Text::atomic(joined, span))))
                    }
                    _ => unknown,
                }
            }
            (Value::String(path), "read_text" | "read_bytes") => match path.known() {
                Some(path) => self.file(path, range),
                None => unknown,
            },
            (Value::String(path), "open") => match path.known() {
                Some(path) => Val::File(SmolStr::new(path)),
                None => unknown,
            },
            (Value::Map(entries), "items" | "values" | "keys") => {
                let list = match name {
                    "items" => data::pairs(entries),
                    "values" => data::values(entries),
                    _ => data::keys(entries),
                };
                list.map_or(unknown, |list| self.made(Value::List(list), range))
            }
            (Value::Map(entries), "get") => match &first {
                Some(Val::Node(key)) if key.as_str().is_some() => {
                    let found = entries.iter().rev().find(|entry| entry.key.known() == key.as_str());
                    match found {
                        Some(entry) => self.made(entry.value.value.clone(), range).at(entry.value.span),
                        None if entries.iter().all(|entry| entry.key.is_known()) => {
                            given.positional.get(1).cloned().unwrap_or_else(|| Val::node(Node::new(span, Value::Null)))
                        }
                        None => unknown,
                    }
                }
                _ => unknown,
            },
            // A set is a list here.
            (Value::List(items), "append" | "add" | "extend" | "update") => {
                let mut items = items.clone();
                match (&first, name) {
                    (Some(Val::Node(item)), "append" | "add") => items.push(Node::clone(item)),
                    (Some(Val::Node(more)), _) => match &more.value {
                        Value::List(more) => items.extend(more.iter().cloned()),
                        _ => items.push(data::rest_of(more)),
                    },
                    _ => items.push(data::rest_of(&Node::new(span, Value::Null))),
                }
                let changed = self.made(Value::List(items), range).at(node.span);
                self.change(written, changed);
                Val::node(Node::new(span, Value::Null))
            }
            (Value::Map(entries), "update") => {
                let mut merged: Members<Entry> = Members::default();
                entries.iter().cloned().for_each(|entry| merged.merge(entry));
                let more = match &first {
                    Some(Val::Node(more)) => more.as_map().map(<[_]>::to_vec),
                    None => Some(Vec::new()),
                    _ => None,
                };
                let changed = match more {
                    Some(more) => {
                        for entry in more {
                            merged.merge(entry);
                        }
                        self.made(Value::Map(merged.finish()), range).at(node.span)
                    }
                    None => unknown,
                };
                self.change(written, changed);
                Val::node(Node::new(span, Value::Null))
            }
            // What is changed in another way is not known any more.
            (Value::List(_) | Value::Map(_), name) if CHANGES.contains(&name) => {
                self.change(written, unknown.clone());
                unknown
            }
            _ => unknown,
        }
    }

    /// A value made of parts that were copied.
    fn made(&mut self, value: Value, range: TextRange) -> Val<'a> {
        let node = Rc::new(Node::new(self.span(range), value));
        let copy = self.reading.copy(&node);
        Val::node(copy.unwrap_or_else(|| self.unknown(range)))
    }

    /// Gives a changed value to the name that holds it.
    fn change(&mut self, written: &'a Expr, value: Val<'a>) {
        match written {
            Expr::Name(name) => self.scopes.rebind(name.id.as_str(), value),
            Expr::Attribute(attribute) => {
                if let Expr::Name(object) = &*attribute.value {
                    self.scopes.rebind(&smol_str::format_smolstr!("{}.{}", object.id, attribute.attr.id), value);
                }
            }
            _ => {}
        }
    }

    fn join(&mut self, separator: &Text, home: &Node, list: &Node, range: TextRange) -> Val<'a> {
        let Value::List(items) = &list.value else { return Val::node(self.unknown(range)) };
        let span = self.span(range);
        let mut builder = TextBuilder::new(self.reading.source);
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                builder.text(separator, home.span);
            }
            let place = if item.span.source == self.reading.source { item.span } else { span };
            self.reading.put(&mut builder, item, place);
        }
        Val::node(Node::new(span, Value::String(builder.finish(span))))
    }

    /// The text of a file that the program reads, if it is among the sources.
    pub(super) fn file(&mut self, path: &str, range: TextRange) -> Val<'a> {
        let text = self.reading.file(path);
        Val::node(text.unwrap_or_else(|| self.unknown(range)))
    }
}

impl Val<'_> {
    /// The same value at another place.
    fn at(self, span: crate::source::Span) -> Self {
        match self {
            Val::Node(node) => {
                let mut node = Rc::unwrap_or_clone(node);
                if !matches!(node.value, Value::Unknown(_)) {
                    node.span = span;
                }
                Val::node(node)
            }
            other => other,
        }
    }
}
