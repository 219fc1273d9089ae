//! Names bound to values: by declarations, parameters and assignments, also to parts of
//! values, and changes of the values that names hold.

use std::rc::Rc;

use oxc_ast::ast::{
    AssignmentTarget, AssignmentTargetMaybeDefault, AssignmentTargetProperty, BindingPattern, Expression, PropertyKey,
};
use smol_str::SmolStr;

use super::Reader;
use super::value::{Val, value_at};
use crate::carrier::pulumi_program::data;
use crate::source::Span;
use crate::syntax::{Node, Text, Value};

impl<'a> Reader<'a> {
    /// Binds the names of a pattern; without a value, each to an unknown of its own name.
    pub(super) fn bind(&mut self, pattern: &'a BindingPattern<'a>, value: Option<Val<'a>>) {
        match pattern {
            BindingPattern::BindingIdentifier(name) => {
                let value = value.unwrap_or_else(|| self.unknown(self.span(name.span)));
                self.scopes.bind(name.name.as_str(), value);
            }
            BindingPattern::AssignmentPattern(inner) => {
                let value = value.map(|value| self.or_default(value, &inner.right));
                self.bind(&inner.left, value);
            }
            BindingPattern::ObjectPattern(object) => {
                let mut taken = Vec::new();
                for property in &object.properties {
                    let key = self.key(&property.key, property.computed);
                    let place = self.span(property.span);
                    let part = match (&value, &key) {
                        (Some(value), Some(key)) => Some(self.member(value, key, place)),
                        _ => None,
                    };
                    taken.extend(key);
                    self.bind(&property.value, part);
                }
                if let Some(rest) = &object.rest {
                    let left = value.and_then(|value| self.without(&value, &taken));
                    self.bind(&rest.argument, left);
                }
            }
            BindingPattern::ArrayPattern(array) => {
                for (index, element) in array.elements.iter().enumerate() {
                    if let Some(element) = element {
                        let part = value.as_ref().map(|value| self.element(value, index, self.span_of(element)));
                        self.bind(element, part);
                    }
                }
                if let Some(rest) = &array.rest {
                    let left = value.and_then(|value| self.after(&value, array.elements.len()));
                    self.bind(&rest.argument, left);
                }
            }
        }
    }

    /// A value, or the default where it is not given.
    fn or_default(&mut self, value: Val<'a>, default: &'a Expression<'a>) -> Val<'a> {
        let missing = matches!(&value, Val::Node(node) if node.value == Value::Null);
        if missing { self.eval(default) } else { value }
    }

    /// The name of a member, if it is known.
    pub(super) fn key(&mut self, key: &'a PropertyKey<'a>, computed: bool) -> Option<SmolStr> {
        match key {
            PropertyKey::StaticIdentifier(name) if !computed => Some(SmolStr::new(name.name.as_str())),
            PropertyKey::PrivateIdentifier(name) => Some(smol_str::format_smolstr!("#{}", name.name)),
            key => {
                let key = self.eval_data(key.as_expression()?);
                data::key_text(&key, key.span)?.known().map(SmolStr::new)
            }
        }
    }

    /// An element of a value by its index.
    pub(super) fn element(&mut self, value: &Val<'a>, index: usize, place: Span) -> Val<'a> {
        let number = Value::Number(smol_str::format_smolstr!("{index}"));
        let index = value_at(place, number);
        self.subscript(value, &index, place)
    }

    /// The members of a map but for some.
    fn without(&mut self, value: &Val<'a>, taken: &[SmolStr]) -> Option<Val<'a>> {
        let node = Self::as_data(value)?;
        let entries = node.as_map()?.iter();
        let left = entries.filter(|entry| entry.key.known().is_none_or(|key| !taken.iter().any(|name| name == key)));
        let left: Vec<_> = left.cloned().collect();
        Some(self.copied(node.span, Value::Map(left)))
    }

    /// The elements of a list but for the first ones.
    fn after(&mut self, value: &Val<'a>, count: usize) -> Option<Val<'a>> {
        let node = Self::as_data(value)?;
        let items = node.as_list()?;
        let (first, left) = items.split_at_checked(count)?;
        if first.iter().any(data::is_spread) {
            return None;
        }
        Some(self.copied(node.span, Value::List(left.to_vec())))
    }

    /// Assigns a value to a target.
    pub(super) fn assign(&mut self, target: &'a AssignmentTarget<'a>, value: Val<'a>) {
        match target {
            AssignmentTarget::AssignmentTargetIdentifier(name) => self.assign_name(name.name.as_str(), value),
            AssignmentTarget::StaticMemberExpression(member) => {
                let key = SmolStr::new(member.property.name.as_str());
                let place = self.span(member.property.span);
                self.assign_member(&member.object, key, place, value, 8);
            }
            AssignmentTarget::PrivateFieldExpression(member) => {
                let key = smol_str::format_smolstr!("#{}", member.field.name);
                self.assign_member(&member.object, key, self.span(member.span), value, 8);
            }
            AssignmentTarget::ComputedMemberExpression(member) => {
                let key = self.eval_data(&member.expression);
                if let Some(known) = data::key_text(&key, key.span).as_ref().and_then(Text::known) {
                    self.assign_member(&member.object, SmolStr::new(known), key.span, value, 8);
                    return;
                }
                let Some(node) = self.held(&member.object) else { return };
                let Some(mut changed) = self.reading.copy(&node) else { return };
                let value = self.data(value, self.span(member.span));
                if let Value::Map(entries) = &mut changed.value {
                    data::set(entries, key, value);
                    self.change(&member.object, Val::node(changed), 8);
                }
            }
            AssignmentTarget::TSAsExpression(inner) => self.change(&inner.expression, value, 8),
            AssignmentTarget::TSNonNullExpression(inner) => self.change(&inner.expression, value, 8),
            AssignmentTarget::TSSatisfiesExpression(inner) => self.change(&inner.expression, value, 8),
            AssignmentTarget::TSTypeAssertion(inner) => self.change(&inner.expression, value, 8),
            AssignmentTarget::ArrayAssignmentTarget(array) => {
                for (index, element) in array.elements.iter().enumerate() {
                    if let Some(element) = element {
                        let part = self.element(&value, index, self.span_of(element));
                        self.assign_or_default(element, part);
                    }
                }
            }
            AssignmentTarget::ObjectAssignmentTarget(object) => {
                for property in &object.properties {
                    match property {
                        AssignmentTargetProperty::AssignmentTargetPropertyIdentifier(property) => {
                            let name = property.binding.name.as_str();
                            let part = self.member(&value, name, self.span(property.span));
                            let part = match &property.init {
                                Some(default) => self.or_default(part, default),
                                None => part,
                            };
                            self.assign_name(name, part);
                        }
                        AssignmentTargetProperty::AssignmentTargetPropertyProperty(property) => {
                            let Some(key) = self.key(&property.name, property.computed) else { continue };
                            let part = self.member(&value, &key, self.span(property.span));
                            self.assign_or_default(&property.binding, part);
                        }
                    }
                }
            }
        }
    }

    fn assign_or_default(&mut self, target: &'a AssignmentTargetMaybeDefault<'a>, value: Val<'a>) {
        match target {
            AssignmentTargetMaybeDefault::AssignmentTargetWithDefault(inner) => {
                let value = self.or_default(value, &inner.init);
                self.assign(&inner.binding, value);
            }
            target => {
                if let Some(target) = target.as_assignment_target() {
                    self.assign(target, value);
                }
            }
        }
    }

    fn assign_name(&mut self, name: &str, value: Val<'a>) {
        if self.scopes.lookup(name).is_some() {
            self.scopes.rebind(name, value);
        } else {
            self.scopes.bind(name, value);
        }
    }

    /// The data that an expression's value is, for a change of it.
    fn held(&mut self, written: &'a Expression<'a>) -> Option<Rc<Node>> {
        let value = self.eval(written);
        Self::as_data(&value)
    }

    /// Gives a changed value to what holds it.
    pub(super) fn change(&mut self, written: &'a Expression<'a>, value: Val<'a>, depth: u32) {
        let Some(depth) = depth.checked_sub(1) else { return };
        match written {
            Expression::Identifier(name) => self.scopes.rebind(name.name.as_str(), value),
            Expression::StaticMemberExpression(member) => {
                let key = SmolStr::new(member.property.name.as_str());
                self.assign_member(&member.object, key, self.span(member.property.span), value, depth);
            }
            Expression::ComputedMemberExpression(member) => {
                let key = self.eval_data(&member.expression);
                if let Some(known) = data::key_text(&key, key.span).as_ref().and_then(Text::known) {
                    self.assign_member(&member.object, SmolStr::new(known), key.span, value, depth);
                }
            }
            Expression::TSAsExpression(inner) => self.change(&inner.expression, value, depth),
            Expression::TSNonNullExpression(inner) => self.change(&inner.expression, value, depth),
            Expression::ParenthesizedExpression(inner) => self.change(&inner.expression, value, depth),
            _ => {}
        }
    }

    /// `object.key = value`
    fn assign_member(&mut self, object: &'a Expression<'a>, key: SmolStr, place: Span, value: Val<'a>, depth: u32) {
        let base = self.eval(object);
        match &base {
            Val::Object(object) => self.scopes.set(object.members, key, Some(value)),
            Val::Class(class) => self.scopes.set(class.statics, key, Some(value)),
            Val::Node(node) => {
                let Some(mut changed) = self.reading.copy(node) else { return };
                match &mut changed.value {
                    Value::Map(entries) => {
                        if let Val::Function(_) | Val::Class(_) | Val::Object(_) = value {
                            // Functions are no data: the map becomes an object.
                            let made = self.as_object(&changed);
                            self.scopes.set(made.members, key, Some(value));
                            self.change(object, Val::Object(made), depth);
                            return;
                        }
                        let value = self.data(value, place);
                        let key = Node::new(place, Value::String(Text::atomic(key, place)));
                        data::set(entries, key, value);
                    }
                    Value::List(items) => {
                        let value = self.data(value, place);
                        match key.parse::<usize>().ok().and_then(|index| items.get_mut(index)) {
                            Some(item) => *item = value,
                            None => items.push(value),
                        }
                    }
                    _ => return,
                }
                self.change(object, Val::node(changed), depth);
            }
            _ => {}
        }
    }
}
