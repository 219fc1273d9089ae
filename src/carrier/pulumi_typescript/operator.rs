//! Operators: sums of texts, comparisons, what counts as true.

use std::rc::Rc;

use oxc_ast::ast::{BinaryExpression, Expression, LogicalExpression};
use oxc_span::GetSpan;
use oxc_syntax::operator::{BinaryOperator, LogicalOperator, UnaryOperator};
use smol_str::SmolStr;

use super::Reader;
use super::value::{Val, equal, value_at};
use crate::carrier::pulumi_program::data;
use crate::source::Span;
use crate::syntax::{Node, Text, TextBuilder, Value};

impl<'a> Reader<'a> {
    /// A chain of operators, however long, without recursion to its left.
    pub(super) fn binary(&mut self, operation: &'a BinaryExpression<'a>) -> Val<'a> {
        let mut chain = vec![operation];
        while let Some(Expression::BinaryExpression(left)) = chain.last().map(|last| &last.left) {
            chain.push(left);
        }
        let Some(first) = chain.last() else { return self.unknown(self.span(operation.span)) };
        let mut operands = vec![(self.eval(&first.left), self.span_of(&first.left))];
        for step in chain.iter().rev() {
            let right = self.eval(&step.right);
            let place = self.span(step.span);
            if step.operator == BinaryOperator::Addition {
                operands.push((right, self.span_of(&step.right)));
                continue;
            }
            let left = self.sum(&std::mem::take(&mut operands));
            operands.push((self.operation(step.operator, &left, &right, place), place));
        }
        self.sum(&operands)
    }

    /// Operands added from left to right: numbers, or texts joined at once, so that a long
    /// chain stays cheap.
    fn sum(&mut self, operands: &[(Val<'a>, Span)]) -> Val<'a> {
        let whole = operands.iter().map(|(_, place)| *place).reduce(Span::to);
        let Some(whole) = whole else { return self.unknown(Span::new(self.reading.source, 0, 0)) };
        if operands.len() == 1
            && let Some((only, _)) = operands.first()
        {
            return only.clone();
        }
        let nodes: Option<Vec<(Rc<Node>, Span)>> =
            operands.iter().map(|(value, place)| Some((Self::as_data(value)?, *place))).collect();
        let Some(nodes) = nodes else { return self.unknown(whole) };
        // `1 + 2 + "a"` is "3a"; sums of numbers beside texts are not told apart further.
        let numbers: Option<Vec<f64>> = nodes.iter().map(|(node, _)| number(node)).collect();
        if let Some(numbers) = numbers {
            return self.number(numbers.iter().sum(), whole);
        }
        let is_text = |node: &Node| node.as_text().is_some() || self.texts.contains(&node.span);
        if !nodes.iter().any(|(node, _)| is_text(node)) {
            return self.unknown(whole);
        }
        let mut builder = TextBuilder::new(self.reading.source);
        for (node, place) in &nodes {
            self.reading.put(&mut builder, node, self.reading.place(node, *place));
        }
        value_at(whole, Value::String(builder.finish(whole)))
    }

    pub(super) fn number(&self, value: f64, place: Span) -> Val<'a> {
        if value.is_finite() {
            value_at(place, Value::Number(SmolStr::from(value.to_string())))
        } else {
            self.unknown(place)
        }
    }

    /// Two values and an operator between them.
    pub(super) fn operation(
        &mut self,
        operator: BinaryOperator,
        left: &Val<'a>,
        right: &Val<'a>,
        place: Span,
    ) -> Val<'a> {
        let numbers = || {
            let (Val::Node(left), Val::Node(right)) = (left, right) else { return None };
            Some((number(left)?, number(right)?))
        };
        let decided = match operator {
            BinaryOperator::Addition => return self.sum(&[(left.clone(), place), (right.clone(), place)]),
            BinaryOperator::Equality | BinaryOperator::StrictEquality => equal(left, right),
            BinaryOperator::Inequality | BinaryOperator::StrictInequality => equal(left, right).map(|equal| !equal),
            BinaryOperator::In => match (left, right) {
                (Val::Node(item), Val::Node(container)) => data::holds(container, item),
                _ => None,
            },
            BinaryOperator::LessThan => numbers().map(|(a, b)| a < b),
            BinaryOperator::LessEqualThan => numbers().map(|(a, b)| a <= b),
            BinaryOperator::GreaterThan => numbers().map(|(a, b)| a > b),
            BinaryOperator::GreaterEqualThan => numbers().map(|(a, b)| a >= b),
            _ => {
                let made = numbers().and_then(|(a, b)| {
                    Some(match operator {
                        BinaryOperator::Subtraction => a - b,
                        BinaryOperator::Multiplication => a * b,
                        BinaryOperator::Division => a / b,
                        BinaryOperator::Remainder => a % b,
                        _ => return None,
                    })
                });
                return match made {
                    Some(made) => self.number(made, place),
                    None => self.unknown(place),
                };
            }
        };
        match decided {
            Some(decided) => value_at(place, Value::Bool(decided)),
            None => self.unknown(place),
        }
    }

    /// Whether a value counts as true, where that is known.
    pub(super) fn truth(&self, value: &Val<'a>) -> Option<bool> {
        let node = match value {
            Val::Node(node) => node,
            Val::Import(_) => return None,
            _ => return Some(true),
        };
        match &node.value {
            Value::Null => Some(false),
            Value::Bool(value) => Some(*value),
            Value::Number(number) => Some(data::is_nonzero(number)),
            Value::String(text) => data::is_full(text),
            Value::List(_) | Value::Map(_) => Some(true),
            // A resource is there.
            Value::Unknown(unknown) => {
                unknown.refs.iter().any(|reference| self.reading.is_record(reference)).then_some(true)
            }
            Value::Secret => None,
        }
    }

    pub(super) fn logical(&mut self, operation: &'a LogicalExpression<'a>) -> Val<'a> {
        let left = self.eval(&operation.left);
        let place = self.span(operation.span);
        let takes_left = match operation.operator {
            LogicalOperator::Or => self.truth(&left),
            LogicalOperator::And => self.truth(&left).map(|truth| !truth),
            LogicalOperator::Coalesce => self.is_given(&left),
        };
        match takes_left {
            Some(true) => left,
            Some(false) => self.eval(&operation.right),
            None => {
                // What is made on the right is made in some cases only.
                let condition = self.condition(self.span_of(&operation.left));
                self.reading.conditions.push(condition);
                let _ = self.eval(&operation.right);
                self.reading.conditions.pop();
                self.unknown(place)
            }
        }
    }

    /// Whether a value is other than `undefined` and `null`, where that is known.
    pub(super) fn is_given(&self, value: &Val<'a>) -> Option<bool> {
        match value {
            Val::Node(node) => match &node.value {
                Value::Null => Some(false),
                Value::Unknown(_) => self.truth(value),
                _ => Some(true),
            },
            Val::Import(_) => None,
            _ => Some(true),
        }
    }

    pub(super) fn unary(&mut self, operator: UnaryOperator, argument: &'a Expression<'a>, place: Span) -> Val<'a> {
        let value = self.eval(argument);
        match operator {
            UnaryOperator::LogicalNot => match self.truth(&value) {
                Some(truth) => value_at(place, Value::Bool(!truth)),
                None => self.unknown(place),
            },
            UnaryOperator::UnaryNegation => match Self::as_data(&value).as_deref().and_then(number) {
                Some(number) => self.number(-number, place),
                None => self.unknown(place),
            },
            UnaryOperator::UnaryPlus => match Self::as_data(&value).as_deref().and_then(number) {
                Some(number) => self.number(number, place),
                None => self.unknown(place),
            },
            UnaryOperator::Typeof => match self.type_of(&value) {
                Some(name) => value_at(place, Value::String(Text::atomic(name, place))),
                None => self.unknown(place),
            },
            UnaryOperator::Void => value_at(place, Value::Null),
            UnaryOperator::Delete => {
                if let Expression::StaticMemberExpression(member) = argument
                    && let Val::Node(node) = self.eval(&member.object)
                    && let Some(mut changed) = self.reading.copy(&node)
                    && let Value::Map(entries) = &mut changed.value
                {
                    let name = member.property.name.as_str();
                    entries.retain(|entry| entry.key.known() != Some(name));
                    self.change(&member.object, Val::node(changed), 8);
                }
                self.unknown(place)
            }
            UnaryOperator::BitwiseNot => self.unknown(place),
        }
    }

    fn type_of(&self, value: &Val<'a>) -> Option<&'static str> {
        Some(match value {
            Val::Function(_) | Val::Class(_) => "function",
            Val::Object(_) | Val::Pattern(..) => "object",
            Val::Import(_) => return None,
            Val::Node(node) => match &node.value {
                _ if self.texts.contains(&node.span) => "string",
                Value::String(_) => "string",
                Value::Number(_) => "number",
                Value::Bool(_) => "boolean",
                Value::Map(_) | Value::List(_) => "object",
                Value::Null | Value::Unknown(_) | Value::Secret => return None,
            },
        })
    }

    pub(super) fn either(&mut self, conditional: &'a oxc_ast::ast::ConditionalExpression<'a>) -> Val<'a> {
        let test = self.eval(&conditional.test);
        match self.truth(&test) {
            Some(true) => self.eval(&conditional.consequent),
            Some(false) => self.eval(&conditional.alternate),
            None => {
                use crate::carrier::pulumi_program::scope::Bound;
                let place = conditional.test.span();
                let condition = self.condition(self.span(place));
                self.reading.conditions.push(condition);
                let yes = self.eval(&conditional.consequent);
                let no = self.eval(&conditional.alternate);
                self.reading.conditions.pop();
                if yes.is_same(&no) { yes } else { self.unknown(self.span(conditional.span)) }
            }
        }
    }
}

/// The number that a node is.
pub(super) fn number(node: &Node) -> Option<f64> {
    match &node.value {
        Value::Number(number) => number.parse().ok(),
        _ => None,
    }
}
