//! Calls: of what is imported, of the language's own functions, of the program's.

use std::rc::Rc;

use oxc_ast::ast::{Argument, CallExpression, Expression, FormalParameters};
use oxc_span::GetSpan;
use smol_str::SmolStr;

use super::Reader;
use super::value::{Body, Function, Val, value_at};
use crate::carrier::pulumi_program::scope::returned;
use crate::carrier::pulumi_program::{CALLS, data};
use crate::source::Span;
use crate::syntax::{Node, Value};

/// Arguments of a call, evaluated, with their places.
#[derive(Debug, Default)]
pub(super) struct Given<'a> {
    pub(super) values: Vec<(Val<'a>, Span)>,
    /// `...rest` that is not known: any parameter may be given.
    pub(super) more: bool,
}

impl<'a> Given<'a> {
    pub(super) fn first(&self) -> Option<&Val<'a>> {
        self.get(0)
    }

    pub(super) fn get(&self, index: usize) -> Option<&Val<'a>> {
        self.values.get(index).map(|(value, _)| value)
    }
}

impl<'a> Reader<'a> {
    pub(super) fn call(&mut self, call: &'a CallExpression<'a>) -> Val<'a> {
        let place = self.span(call.span);
        let (object, name) = match &call.callee {
            Expression::StaticMemberExpression(member) => (&member.object, SmolStr::new(member.property.name.as_str())),
            Expression::ComputedMemberExpression(member) => {
                let key = self.eval_data(&member.expression);
                let Some(name) = key.as_str() else {
                    self.give(&call.arguments);
                    return self.unknown(place);
                };
                (&member.object, SmolStr::new(name))
            }
            Expression::PrivateFieldExpression(member) => {
                (&member.object, smol_str::format_smolstr!("#{}", member.field.name))
            }
            Expression::Super(_) => {
                let given = self.give(&call.arguments);
                self.call_super(given, place);
                return value_at(place, Value::Null);
            }
            Expression::Identifier(name) if name.name == "require" && self.scopes.lookup("require").is_none() => {
                return match call.arguments.first() {
                    Some(Argument::StringLiteral(path)) => self.imported(path.value.as_str(), place),
                    _ => self.unknown(place),
                };
            }
            callee => {
                let callee = self.eval(callee);
                return self.call_value(&callee, call);
            }
        };
        let base = self.eval(object);
        match &base {
            Val::Import(path) => {
                let path = smol_str::format_smolstr!("{path}.{name}");
                self.call_import(&path, call)
            }
            Val::Object(_) | Val::Class(_) => {
                let callee = self.member(&base, &name, place);
                self.call_value(&callee, call)
            }
            Val::Function(function) => {
                let mut given = self.give(&call.arguments);
                match name.as_str() {
                    "bind" => base.clone(),
                    "call" if !given.values.is_empty() => {
                        given.values.remove(0);
                        self.enter(function, given, place)
                    }
                    _ => self.unknown(place),
                }
            }
            Val::Pattern(..) => {
                self.give(&call.arguments);
                self.unknown(place)
            }
            Val::Node(_) => self.method(&base, &name, object, call),
        }
    }

    fn call_value(&mut self, callee: &Val<'a>, call: &'a CallExpression<'a>) -> Val<'a> {
        match callee {
            Val::Import(path) => self.call_import(path, call),
            Val::Function(function) => {
                let given = self.give(&call.arguments);
                self.enter(function, given, self.span(call.span))
            }
            _ => {
                self.give(&call.arguments);
                self.unknown(self.span(call.span))
            }
        }
    }

    /// Calls a function value with values, as `apply` and `map` do.
    pub(super) fn apply(&mut self, callee: &Val<'a>, values: Vec<Val<'a>>, place: Span) -> Val<'a> {
        match callee {
            Val::Function(function) => {
                let values = values.into_iter().map(|value| (value, place)).collect();
                self.enter(function, Given { values, more: false }, place)
            }
            Val::Import(path) => {
                let values = values.into_iter().map(|value| (value, place)).collect();
                self.library(path, Given { values, more: false }, place)
            }
            _ => self.unknown(place),
        }
    }

    /// Evaluates the arguments of a call in order.
    pub(super) fn give(&mut self, arguments: &'a [Argument<'a>]) -> Given<'a> {
        let mut given = Given::default();
        let naming = self.reading.naming.take();
        for argument in arguments {
            if let Argument::SpreadElement(spread) = argument {
                let place = self.span_of(&spread.argument);
                let value = self.eval(&spread.argument);
                match self.elements(&value) {
                    Some(items) => given.values.extend(items.into_iter().map(|item| (item, place))),
                    None => given.more = true,
                }
            } else if let Some(expression) = argument.as_expression() {
                let value = self.eval(expression);
                given.values.push((value, self.span(expression.span())));
            }
        }
        self.reading.naming = naming;
        given
    }

    /// Reads a function's body with its parameters bound.
    pub(super) fn enter(&mut self, function: &Rc<Function<'a>>, given: Given<'a>, place: Span) -> Val<'a> {
        self.reading.entered.insert((function.source, function.start));
        if self.reading.calls >= CALLS || self.reading.steps == 0 {
            return self.unknown(place);
        }
        self.reading.calls += 1;
        let caller = std::mem::replace(&mut self.reading.source, function.source);
        let before = self.scopes.enter(function.scope);
        if let Some(this) = function.this {
            self.scopes.bind("this", Val::Object(this));
        }
        self.bind_parameters(function, given);
        let value = match function.body {
            Body::Expression(body) => Some(self.eval(body)),
            Body::Statements(statements) => {
                self.returns.push(Vec::new());
                let naming = self.reading.naming.take();
                let _ = self.block(statements);
                self.reading.naming = naming;
                returned(self.returns.pop().unwrap_or_default(), || value_at(place, Value::Null))
            }
        };
        self.scopes.current = before;
        self.reading.source = caller;
        self.reading.calls -= 1;
        match value {
            // What another file calls something says little here: the call does.
            Some(Val::Node(node)) if node.span.source != self.reading.source && data::is_words(&node) => {
                self.unknown(place)
            }
            Some(value) => value,
            None => self.unknown(place),
        }
    }

    /// Reads a function that nothing calls.
    pub(super) fn enter_unknown(&mut self, function: &Rc<Function<'a>>) {
        let place = Span { source: function.source, start: function.start, end: function.start };
        self.enter(function, Given { more: true, ..Given::default() }, place);
    }

    fn bind_parameters(&mut self, function: &Rc<Function<'a>>, given: Given<'a>) {
        let parameters: &'a FormalParameters<'a> = function.parameters;
        let more = given.more;
        let mut values = given.values.into_iter();
        for parameter in &parameters.items {
            let value = match values.next() {
                Some((value, _)) => Some(value),
                None if more => None,
                None => Some(value_at(self.span(parameter.span), Value::Null)),
            };
            let value = match (value, &parameter.initializer) {
                (Some(Val::Node(node)), Some(default)) if node.value == Value::Null => Some(self.eval(default)),
                (value, _) => value,
            };
            let is_field = parameter.accessibility.is_some() || parameter.readonly;
            if let (true, Some(this), oxc_ast::ast::BindingPattern::BindingIdentifier(name)) =
                (is_field, function.this, &parameter.pattern)
            {
                let field = value.clone().unwrap_or_else(|| self.unknown(self.span(name.span)));
                self.scopes.set(this.members, SmolStr::new(name.name.as_str()), Some(field));
            }
            self.bind(&parameter.pattern, value);
        }
        if let Some(rest) = &parameters.rest {
            let place = self.span(rest.span);
            let value = if more {
                None
            } else {
                let items = values.map(|(value, at)| self.data(value, at)).collect();
                Some(Val::node(Node::new(place, Value::List(items))))
            };
            self.bind(&rest.rest.argument, value);
        }
    }
}
