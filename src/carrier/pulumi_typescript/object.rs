//! Objects, lists and their parts.

use std::rc::Rc;

use oxc_ast::ast::{ArrayExpression, ArrayExpressionElement, ObjectExpression, ObjectPropertyKind, PropertyKind};
use oxc_span::GetSpan;
use smol_str::SmolStr;

use super::Reader;
use super::value::{Object, Val, unknown_named, value_at};
use crate::carrier::pulumi_names::snake_case;
use crate::carrier::pulumi_program::data::{self, Members};
use crate::source::Span;
use crate::syntax::{Entry, Node, Text, Value};

impl<'a> Reader<'a> {
    pub(super) fn list(&mut self, list: &'a ArrayExpression<'a>) -> Val<'a> {
        let mut items = Vec::with_capacity(list.elements.len());
        for element in &list.elements {
            match element {
                ArrayExpressionElement::SpreadElement(spread) => {
                    let value = self.eval_data(&spread.argument);
                    match value.value {
                        Value::List(inner) => items.extend(inner),
                        _ => items.push(self.spread(self.span(spread.argument.span()))),
                    }
                }
                ArrayExpressionElement::Elision(hole) => items.push(Node::new(self.span(hole.span), Value::Null)),
                element => {
                    if let Some(element) = element.as_expression() {
                        items.push(self.eval_data(element));
                    }
                }
            }
        }
        value_at(self.span(list.span), Value::List(items))
    }

    /// An element that stands for elements that are not known.
    pub(super) fn spread(&self, place: Span) -> Node {
        data::spread(&self.reading.excerpt(place), place)
    }

    /// `{…}`: data, or an object where a member is not data.
    pub(super) fn object(&mut self, object: &'a ObjectExpression<'a>) -> Val<'a> {
        let here = self.span(object.span);
        let mut entries: Members<Entry> = Members::default();
        let mut others: Members<(SmolStr, Val<'a>)> = Members::default();
        for property in &object.properties {
            let property = match property {
                ObjectPropertyKind::ObjectProperty(property) => property,
                ObjectPropertyKind::SpreadProperty(spread) => {
                    self.spread_into(&mut entries, &mut others, &spread.argument);
                    continue;
                }
            };
            let key_span = self.span(property.key.span());
            let key = match &property.key {
                oxc_ast::ast::PropertyKey::StaticIdentifier(name) if !property.computed => {
                    Text::plain(name.name.as_str(), key_span.start)
                }
                key => {
                    let Some(written) = key.as_expression() else { continue };
                    let key = self.eval_data(written);
                    let Some(text) = data::key_text(&key, key_span) else { continue };
                    text
                }
            };
            self.reading.naming = None;
            let value = self.eval(&property.value);
            if property.kind != PropertyKind::Init {
                continue;
            }
            match (value, key.known()) {
                (value @ (Val::Function(_) | Val::Class(_) | Val::Object(_)), Some(name)) => {
                    let name = SmolStr::new(name);
                    entries.remove(&name, |_| false);
                    others.remove(&name, |_| false);
                    others.push(Some(&name.clone()), (name, value));
                }
                (value, known) => {
                    if let Some(known) = known {
                        others.remove(known, |_| false);
                    }
                    let value = self.data(value, self.span_of(&property.value));
                    entries.write(Entry { key, key_span, value }, here);
                }
            }
        }
        let node = Node::new(here, Value::Map(entries.finish()));
        let others = others.finish();
        if others.is_empty() {
            return Val::node(node);
        }
        let object = self.as_object(&node);
        for (name, value) in others {
            self.scopes.set(object.members, name, Some(value));
        }
        Val::Object(object)
    }

    /// `...value` in an object.
    fn spread_into(
        &mut self,
        entries: &mut Members<Entry>,
        others: &mut Members<(SmolStr, Val<'a>)>,
        written: &'a oxc_ast::ast::Expression<'a>,
    ) {
        let value = self.eval(written);
        if let Val::Object(object) = value {
            let members: Vec<_> = self.scopes.names(object.members).map(|(n, v)| (n.clone(), v.clone())).collect();
            for (name, value) in members {
                match value {
                    Val::Node(node) => {
                        let key = Text::atomic(name, node.span);
                        let entry = Entry { key, key_span: node.span, value: Node::clone(&node) };
                        entries.merge(entry);
                    }
                    other => others.push(Some(&name.clone()), (name, other)),
                }
            }
            return;
        }
        let place = self.span_of(written);
        let node = self.data(value, place);
        match node.value {
            Value::Map(inner) => {
                for entry in inner {
                    entries.merge(entry);
                }
            }
            // `...(undefined)` and `...(flag && {})` of a false flag are nothing.
            Value::Null | Value::Bool(false) => {}
            _ => entries.unknown(self.spread(place)),
        }
    }

    /// An object with the members of a map.
    pub(super) fn as_object(&mut self, node: &Node) -> Object {
        let members = self.scopes.add(None);
        for entry in node.as_map().unwrap_or_default() {
            if let Some(name) = entry.key.known() {
                let value = Val::node(entry.value.clone());
                self.scopes.set(members, SmolStr::new(name), Some(value));
            }
        }
        Object { members, is_made: false }
    }

    /// What of an object is data.
    pub(super) fn members_as_data(&mut self, object: Object, place: Span) -> Node {
        let mut entries = Vec::new();
        for (name, value) in self.scopes.names(object.members) {
            let value = match value {
                Val::Node(node) => Node::clone(node),
                _ => data::unknown(name.clone(), place),
            };
            entries.push(Entry { key: Text::atomic(name.clone(), value.span), key_span: value.span, value });
        }
        let node = Rc::new(Node::new(place, Value::Map(entries)));
        self.reading.copy(&node).unwrap_or_else(|| self.reading.unknown(place))
    }

    /// `base.name`
    pub(super) fn member(&mut self, base: &Val<'a>, name: &str, place: Span) -> Val<'a> {
        match base {
            Val::Import(path) => Val::Import(smol_str::format_smolstr!("{path}.{name}")),
            Val::Object(object) => {
                self.scopes.get(object.members, name).cloned().unwrap_or_else(|| self.unknown(place))
            }
            Val::Class(class) => {
                let own = self.scopes.get(class.statics, name).cloned();
                match (own, &class.parent) {
                    (Some(own), _) => own,
                    (None, Some(parent @ Val::Class(_))) => self.member(parent, name, place),
                    _ => self.unknown(place),
                }
            }
            Val::Node(node) => match &node.value {
                Value::Unknown(unknown) => match unknown.refs.as_slice() {
                    [one] if self.reading.is_record(one) => {
                        Val::node(self.reading.output(one, &snake_case(name), place))
                    }
                    [one] => unknown_named(smol_str::format_smolstr!("{one}.{name}"), place),
                    _ => self.unknown(place),
                },
                Value::Map(entries) => {
                    let found = entries.iter().rev().find(|entry| entry.key.known() == Some(name));
                    match found.map(|entry| Rc::new(entry.value.clone())) {
                        Some(value) => self.used(&value, place),
                        // An object that is all known does not have it.
                        None if entries.iter().all(|entry| entry.key.is_known()) => value_at(place, Value::Null),
                        None => self.unknown(place),
                    }
                }
                Value::List(items) if name == "length" && !items.iter().any(data::is_spread) => {
                    value_at(place, Value::Number(smol_str::format_smolstr!("{}", items.len())))
                }
                Value::String(text) if name == "length" => match text.known() {
                    Some(text) => {
                        let length = text.encode_utf16().count();
                        value_at(place, Value::Number(smol_str::format_smolstr!("{length}")))
                    }
                    None => self.unknown(place),
                },
                _ => self.unknown(place),
            },
            _ => self.unknown(place),
        }
    }

    /// A copy of a part where it is used.
    fn used(&mut self, value: &Rc<Node>, place: Span) -> Val<'a> {
        if let Some(used) = data::used_at(value, place) {
            return Val::node(used);
        }
        let copy = self.reading.copy(value);
        copy.map_or_else(|| self.unknown(place), Val::node)
    }

    /// `base[index]`
    pub(super) fn subscript(&mut self, base: &Val<'a>, index: &Val<'a>, place: Span) -> Val<'a> {
        let Val::Node(index) = index else { return self.unknown(place) };
        if let Some(name) = index.as_str() {
            return self.member(base, name, place);
        }
        let (Val::Node(base), Value::Number(number)) = (base, &index.value) else { return self.unknown(place) };
        match &base.value {
            Value::List(items) => {
                let at = number.parse::<usize>().ok();
                let before = at.and_then(|at| items.get(..at));
                if before.is_none_or(|before| before.iter().any(data::is_spread)) {
                    return self.unknown(place);
                }
                match at.and_then(|at| items.get(at)) {
                    Some(item) if data::is_spread(item) => self.unknown(place),
                    Some(item) => self.used(&Rc::new(item.clone()), place),
                    None => value_at(place, Value::Null),
                }
            }
            Value::Map(_) => self.member(&Val::Node(Rc::clone(base)), number, place),
            Value::Unknown(unknown) => match unknown.refs.as_slice() {
                [one] => unknown_named(smol_str::format_smolstr!("{one}[{number}]"), place),
                _ => self.unknown(place),
            },
            _ => self.unknown(place),
        }
    }
}
