//! Expressions.

use std::rc::Rc;

use oxc_ast::ast::{
    ArrowFunctionBody, ArrowFunctionExpression, AssignmentExpression, AssignmentTarget, ChainElement, Expression,
    RegExpFlags, SimpleAssignmentTarget, TemplateLiteral,
};
use oxc_span::GetSpan;
use oxc_syntax::operator::{AssignmentOperator, BinaryOperator, LogicalOperator, UpdateOperator};
use smol_str::SmolStr;

use super::Reader;
use super::value::{Body, Function, Val, value_at};
use crate::carrier::pulumi_program::data;
use crate::source::Span;
use crate::syntax::typescript::literal;
use crate::syntax::{Node, TextBuilder, Value};

impl<'a> Reader<'a> {
    /// The value of an expression.
    pub(super) fn eval(&mut self, expression: &'a Expression<'a>) -> Val<'a> {
        let place = self.span_of(expression);
        if !self.reading.step(place) {
            return self.unknown(place);
        }
        let value = self.expression(expression);
        self.reading.depth -= 1;
        value
    }

    /// The value of an expression as data.
    pub(super) fn eval_data(&mut self, expression: &'a Expression<'a>) -> Node {
        let value = self.eval(expression);
        self.data(value, self.span_of(expression))
    }

    fn expression(&mut self, expression: &'a Expression<'a>) -> Val<'a> {
        let place = self.span_of(expression);
        match expression {
            Expression::StringLiteral(string) => {
                let mut builder = TextBuilder::new(self.reading.source);
                let (start, end) = (string.span.start as usize + 1, string.span.end.saturating_sub(1) as usize);
                literal::decode(&mut builder, self.reading.text(), start, end);
                value_at(place, Value::String(builder.finish(place)))
            }
            Expression::TemplateLiteral(template) => self.template(template, place),
            Expression::TaggedTemplateExpression(tagged) => match self.eval(&tagged.tag) {
                Val::Import(path) if path == "pulumi.interpolate" || is_dedent(&path) => {
                    self.template(&tagged.quasi, place)
                }
                _ => {
                    let _ = self.template(&tagged.quasi, place);
                    self.unknown(place)
                }
            },
            Expression::NumericLiteral(number) => {
                let written = number.raw.as_ref().map_or("", |raw| raw.as_str()).replace('_', "");
                let plain = written.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
                let value = if plain { SmolStr::from(written) } else { SmolStr::from(number.value.to_string()) };
                value_at(place, Value::Number(value))
            }
            Expression::BooleanLiteral(boolean) => value_at(place, Value::Bool(boolean.value)),
            Expression::NullLiteral(_) => value_at(place, Value::Null),
            Expression::RegExpLiteral(pattern) => {
                let text = SmolStr::new(pattern.regex.pattern.text.as_str());
                Val::Pattern(text, pattern.regex.flags.contains(RegExpFlags::G))
            }
            Expression::Identifier(name) => self.name(name.name.as_str(), place),
            Expression::ThisExpression(_) => self.name("this", place),
            Expression::StaticMemberExpression(member) => {
                let base = self.eval(&member.object);
                self.member(&base, member.property.name.as_str(), place)
            }
            Expression::PrivateFieldExpression(member) => {
                let base = self.eval(&member.object);
                self.member(&base, &smol_str::format_smolstr!("#{}", member.field.name), place)
            }
            Expression::ComputedMemberExpression(member) => {
                let base = self.eval(&member.object);
                let index = self.eval(&member.expression);
                self.subscript(&base, &index, place)
            }
            Expression::ChainExpression(chain) => self.chain(&chain.expression, place),
            Expression::ArrayExpression(list) => self.list(list),
            Expression::ObjectExpression(object) => self.object(object),
            Expression::CallExpression(call) => self.call(call),
            Expression::NewExpression(call) => self.construct(call),
            Expression::ImportExpression(import) => {
                let from = self.eval_data(&import.source);
                match from.as_str() {
                    Some(name) => self.imported(name, place),
                    None => self.unknown(place),
                }
            }
            Expression::BinaryExpression(operation) => self.binary(operation),
            Expression::LogicalExpression(operation) => self.logical(operation),
            Expression::UnaryExpression(operation) => self.unary(operation.operator, &operation.argument, place),
            Expression::ConditionalExpression(conditional) => self.either(conditional),
            Expression::AssignmentExpression(assignment) => self.assignment(assignment, place),
            Expression::UpdateExpression(update) => {
                let target = update.argument.get_expression();
                let by = if update.operator == UpdateOperator::Increment { 1.0 } else { -1.0 };
                let SimpleAssignmentTarget::AssignmentTargetIdentifier(name) = &update.argument else {
                    if let Some(target) = target {
                        self.eval(target);
                    }
                    return self.unknown(place);
                };
                let before = self.name(name.name.as_str(), place);
                let number = Self::as_data(&before).as_deref().and_then(super::operator::number);
                let after = number.map_or_else(|| self.unknown(place), |number| self.number(number + by, place));
                self.scopes.rebind(name.name.as_str(), after.clone());
                if update.prefix { after } else { before }
            }
            Expression::SequenceExpression(sequence) => {
                let mut last = None;
                for expression in &sequence.expressions {
                    last = Some(self.eval(expression));
                }
                last.unwrap_or_else(|| self.unknown(place))
            }
            Expression::ArrowFunctionExpression(arrow) => self.arrow(arrow),
            Expression::FunctionExpression(function) => match self.written_function(function) {
                Some(function) => self.function(function),
                None => self.unknown(place),
            },
            Expression::ClassExpression(class) => self.class(class),
            Expression::AwaitExpression(inner) => self.eval(&inner.argument),
            Expression::ParenthesizedExpression(inner) => self.eval(&inner.expression),
            Expression::TSAsExpression(inner) => self.eval(&inner.expression),
            Expression::TSSatisfiesExpression(inner) => self.eval(&inner.expression),
            Expression::TSTypeAssertion(inner) => self.eval(&inner.expression),
            Expression::TSNonNullExpression(inner) => self.eval(&inner.expression),
            Expression::TSInstantiationExpression(inner) => self.eval(&inner.expression),
            Expression::YieldExpression(inner) => {
                if let Some(value) = &inner.argument {
                    self.eval(value);
                }
                self.unknown(place)
            }
            _ => self.unknown(place),
        }
    }

    /// `a?.b`, `a?.()`: what is there is read as if it were given.
    fn chain(&mut self, element: &'a ChainElement<'a>, place: Span) -> Val<'a> {
        match element {
            ChainElement::CallExpression(call) => self.call(call),
            ChainElement::TSNonNullExpression(inner) => self.eval(&inner.expression),
            ChainElement::StaticMemberExpression(member) => {
                let base = self.eval(&member.object);
                if self.is_given(&base) == Some(false) {
                    return value_at(place, Value::Null);
                }
                self.member(&base, member.property.name.as_str(), place)
            }
            ChainElement::ComputedMemberExpression(member) => {
                let base = self.eval(&member.object);
                let index = self.eval(&member.expression);
                self.subscript(&base, &index, place)
            }
            ChainElement::PrivateFieldExpression(_) => self.unknown(place),
        }
    }

    /// The value of a name where it is used. What is unknown stands at the use.
    pub(super) fn name(&mut self, name: &str, place: Span) -> Val<'a> {
        match self.scopes.lookup(name) {
            Some(Val::Node(node)) => match data::used_at(node, place) {
                Some(used) => Val::node(used),
                None => Val::Node(Rc::clone(node)),
            },
            Some(other) => other.clone(),
            None if name == "undefined" => value_at(place, Value::Null),
            None if super::library::is_global(name) => Val::Import(SmolStr::new(name)),
            None => self.unknown(place),
        }
    }

    /// A template, its parts and holes each at their place.
    fn template(&mut self, template: &'a TemplateLiteral<'a>, place: Span) -> Val<'a> {
        let mut builder = TextBuilder::new(self.reading.source);
        let mut expressions = template.expressions.iter();
        for part in &template.quasis {
            let (start, end) = (part.span.start as usize, part.span.end as usize);
            literal::decode(&mut builder, self.reading.text(), start, end);
            if let Some(expression) = expressions.next() {
                let value = self.eval_data(expression);
                // `${` and `}` belong to what stands there.
                let inner = expression.span();
                let next = self.reading.text().get(inner.end as usize..).and_then(|rest| rest.find('}'));
                let to = next.map_or(inner.end, |at| inner.end.saturating_add(u32::try_from(at + 1).unwrap_or(1)));
                let from = u32::try_from(end).unwrap_or(inner.start).min(inner.start);
                let hole = Span { source: self.reading.source, start: from, end: to };
                self.reading.put(&mut builder, &value, hole);
            }
        }
        value_at(place, Value::String(builder.finish(place)))
    }

    fn arrow(&mut self, arrow: &'a ArrowFunctionExpression<'a>) -> Val<'a> {
        let body = match &arrow.body {
            ArrowFunctionBody::FunctionBody(body) => Body::Statements(body.statements.as_slice()),
            body => match body.as_expression() {
                Some(expression) => Body::Expression(expression),
                None => return self.unknown(self.span(arrow.span)),
            },
        };
        self.function(Function {
            source: self.reading.source,
            start: arrow.span.start,
            parameters: &arrow.params,
            body,
            scope: self.scopes.current,
            this: None,
        })
    }

    fn assignment(&mut self, assignment: &'a AssignmentExpression<'a>, place: Span) -> Val<'a> {
        self.reading.naming = match &assignment.left {
            AssignmentTarget::AssignmentTargetIdentifier(name) => Some(SmolStr::new(name.name.as_str())),
            AssignmentTarget::StaticMemberExpression(member) => Some(SmolStr::new(member.property.name.as_str())),
            _ => None,
        };
        let right = self.eval(&assignment.right);
        self.reading.naming = None;
        let value = match assignment.operator {
            AssignmentOperator::Assign => right,
            operator => {
                let left = match target(&assignment.left) {
                    Some(Target::Name(name)) => self.name(name, place),
                    Some(Target::Member(object, name)) => {
                        let base = self.eval(object);
                        self.member(&base, name, place)
                    }
                    None => self.unknown(place),
                };
                if let Some(operator) = operator.to_logical_operator() {
                    let keeps = match operator {
                        LogicalOperator::Or => self.truth(&left),
                        LogicalOperator::And => self.truth(&left).map(|truth| !truth),
                        LogicalOperator::Coalesce => self.is_given(&left),
                    };
                    match keeps {
                        Some(true) => left,
                        Some(false) => right,
                        None => self.unknown(place),
                    }
                } else {
                    let operator = operator.to_binary_operator().unwrap_or(BinaryOperator::BitwiseAnd);
                    self.operation(operator, &left, &right, place)
                }
            }
        };
        self.assign(&assignment.left, value.clone());
        value
    }
}

/// Tags that take the indentation out of a template, which says the same without.
fn is_dedent(path: &str) -> bool {
    matches!(path, "dedent" | "ts-dedent" | "ts-dedent.dedent" | "outdent" | "outdent.outdent" | "dedent.default")
        || matches!(path, "common-tags.stripIndent" | "common-tags.stripIndents")
}

/// What is assigned to, as far as its value before can be told.
enum Target<'a> {
    Name(&'a str),
    Member(&'a Expression<'a>, &'a str),
}

/// What an assignment changes, as far as its value before can be told.
fn target<'a>(target: &'a AssignmentTarget<'a>) -> Option<Target<'a>> {
    match target {
        AssignmentTarget::AssignmentTargetIdentifier(name) => Some(Target::Name(name.name.as_str())),
        AssignmentTarget::StaticMemberExpression(member) => {
            Some(Target::Member(&member.object, member.property.name.as_str()))
        }
        _ => None,
    }
}
