//! Loops: over what is known turn by turn, over the rest once, as what may run.

use std::rc::Rc;

use oxc_ast::ast::{
    BindingPattern, Expression, ForInStatement, ForOfStatement, ForStatement, ForStatementInit, ForStatementLeft,
    Statement,
};
use oxc_span::GetSpan;

use super::Reader;
use super::exec::Flow;
use super::value::Val;
use crate::carrier::pulumi_program::{UNROLL, data};
use crate::source::Span;
use crate::syntax::Value;

impl<'a> Reader<'a> {
    pub(super) fn for_of(&mut self, statement: &'a ForOfStatement<'a>) -> Flow {
        let over = self.eval(&statement.right);
        let items = self.elements(&over);
        self.for_each(&statement.left, items, &statement.body, self.span_of(&statement.right))
    }

    pub(super) fn for_in(&mut self, statement: &'a ForInStatement<'a>) -> Flow {
        let over = self.eval(&statement.right);
        let keys = match Self::as_data(&over).as_deref().map(|node| &node.value) {
            Some(Value::Map(entries)) if entries.len() <= UNROLL => data::keys(entries),
            _ => None,
        };
        let items = keys.map(|keys| keys.into_iter().map(Val::node).collect());
        self.for_each(&statement.left, items, &statement.body, self.span_of(&statement.right))
    }

    /// Runs a loop over known elements; over others once, as what may run.
    fn for_each(
        &mut self,
        left: &'a ForStatementLeft<'a>,
        items: Option<Vec<Val<'a>>>,
        body: &'a Statement<'a>,
        over: Span,
    ) -> Flow {
        let body = std::slice::from_ref(body);
        let Some(items) = items else {
            self.loop_name(left, None);
            let condition = self.condition(over);
            return self.branches(&[(Some(condition), body)], false);
        };
        for item in items {
            self.loop_name(left, Some(item));
            if self.turn(body) {
                return Flow::Stop;
            }
        }
        Flow::Next
    }

    /// One turn of a loop; true where the function ended in it. `break` and `continue`
    /// under an undecided condition were joined already; others end this turn, and the
    /// next is read all the same.
    fn turn(&mut self, body: &'a [Statement<'a>]) -> bool {
        let before = self.returns.last().map_or(0, Vec::len);
        self.block(body) == Flow::Stop && self.returns.last().map_or(0, Vec::len) > before
    }

    fn loop_name(&mut self, left: &'a ForStatementLeft<'a>, value: Option<Val<'a>>) {
        match left {
            ForStatementLeft::VariableDeclaration(variables) => {
                if let Some(variable) = variables.declarations.first() {
                    self.bind(&variable.id, value);
                }
            }
            left => {
                if let Some(target) = left.as_assignment_target() {
                    let value = value.unwrap_or_else(|| self.unknown(self.span_of(target)));
                    self.assign(target, value);
                }
            }
        }
    }

    /// `for (let i = 0; i < n; i++)`
    pub(super) fn counted(&mut self, statement: &'a ForStatement<'a>) -> Flow {
        let mut names: Vec<&'a BindingPattern<'a>> = Vec::new();
        match &statement.init {
            Some(ForStatementInit::VariableDeclaration(variables)) => {
                self.variables(variables);
                names.extend(variables.declarations.iter().map(|variable| &variable.id));
            }
            Some(init) => {
                init.as_expression().map(|init| self.eval(init));
            }
            None => {}
        }
        let body = std::slice::from_ref(&statement.body);
        for turn in 0..=UNROLL {
            let test = statement.test.as_ref().map(|test| self.eval(test));
            match test.as_ref().and_then(|test| self.truth(test)) {
                Some(false) => return Flow::Next,
                Some(true) if turn < UNROLL => {
                    if self.turn(body) {
                        return Flow::Stop;
                    }
                    if let Some(update) = &statement.update {
                        self.eval(update);
                    }
                }
                _ => break,
            }
        }
        for name in names {
            self.bind(name, None);
        }
        let place = statement.test.as_ref().map_or(statement.span, Expression::span);
        let condition = self.condition(self.span(place));
        self.branches(&[(Some(condition), body)], false)
    }

    /// The elements of a known list, if all are known to be there and they are few.
    pub(super) fn elements(&mut self, value: &Val<'a>) -> Option<Vec<Val<'a>>> {
        let Val::Node(node) = value else { return None };
        let Value::List(items) = &node.value else { return None };
        if items.len() > UNROLL || items.iter().any(data::is_spread) {
            return None;
        }
        items.iter().map(|item| Some(Val::node(self.reading.copy(&Rc::new(item.clone()))?))).collect()
    }
}
