//! Statements, in the order they would run.

use std::rc::Rc;

use ruff_python_ast::{ExceptHandler, Expr, Stmt, StmtFor, StmtFunctionDef, StmtIf};
use ruff_text_size::{Ranged, TextRange};
use smol_str::SmolStr;

use super::Reader;
use super::value::{Body, Function, Val};
use crate::carrier::pulumi_program::{UNROLL, data};
use crate::source::Unknown;
use crate::syntax::{Node, Value};

/// Whether the statement after this one runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    Next,
    /// A `return`, `raise`, `break` or `continue` was met.
    Stop,
}

impl<'a> Reader<'a> {
    pub(super) fn block(&mut self, statements: &'a [Stmt]) -> Flow {
        let Some(first) = statements.first() else { return Flow::Next };
        if !self.reading.descend(self.span(first.range())) {
            return Flow::Next;
        }
        let mut flow = Flow::Next;
        for statement in statements {
            flow = self.statement(statement);
            if flow == Flow::Stop {
                break;
            }
        }
        self.reading.depth -= 1;
        flow
    }

    fn statement(&mut self, statement: &'a Stmt) -> Flow {
        match statement {
            Stmt::FunctionDef(definition) => {
                let function = self.function(definition, false);
                self.scopes.bind(definition.name.id.as_str(), Val::Function(function));
            }
            Stmt::ClassDef(definition) => self.class(definition),
            Stmt::Return(statement) => {
                let value = match &statement.value {
                    Some(value) => self.eval(value),
                    None => Val::node(Node::new(self.span(statement.range), Value::Null)),
                };
                if let Some(returns) = self.returns.last_mut() {
                    returns.push(value);
                }
                return Flow::Stop;
            }
            Stmt::Assign(statement) => {
                self.reading.naming = match statement.targets.as_slice() {
                    [Expr::Name(name)] => Some(SmolStr::new(name.id.as_str())),
                    [Expr::Attribute(attribute)] => Some(SmolStr::new(attribute.attr.id.as_str())),
                    _ => None,
                };
                let value = self.eval(&statement.value);
                self.reading.naming = None;
                for target in &statement.targets {
                    self.assign(target, value.clone());
                }
            }
            Stmt::AnnAssign(statement) => {
                if let Some(value) = &statement.value {
                    let value = self.eval(value);
                    self.assign(&statement.target, value);
                }
            }
            Stmt::AugAssign(statement) => {
                let left = self.eval(&statement.target);
                let right = self.eval(&statement.value);
                let value = self.binary(statement.op, &left, &right, statement.range);
                self.assign(&statement.target, value);
            }
            Stmt::For(statement) => return self.for_loop(statement),
            Stmt::While(statement) => {
                self.eval(&statement.test);
                let condition = self.condition(statement.test.range());
                return self.branches(&[(Some(condition), &statement.body)], false);
            }
            Stmt::If(statement) => return self.conditional(statement),
            Stmt::With(statement) => {
                for item in &statement.items {
                    let value = self.eval(&item.context_expr);
                    if let Some(target) = &item.optional_vars {
                        self.assign(target, value);
                    }
                }
                return self.block(&statement.body);
            }
            Stmt::Match(statement) => {
                self.eval(&statement.subject);
                let condition = self.condition(statement.subject.range());
                let bodies: Vec<(Option<Unknown>, &'a [Stmt])> =
                    statement.cases.iter().map(|case| (Some(condition.clone()), case.body.as_slice())).collect();
                return self.branches(&bodies, false);
            }
            Stmt::Try(statement) => {
                let flow = self.block(&statement.body);
                let condition = self.condition(TextRange::at(statement.range.start(), 3.into()));
                let handlers: Vec<(Option<Unknown>, &'a [Stmt])> = statement
                    .handlers
                    .iter()
                    .map(|handler| {
                        let ExceptHandler::ExceptHandler(handler) = handler;
                        (Some(condition.clone()), handler.body.as_slice())
                    })
                    .collect();
                // Handlers may run or not; what follows runs either way.
                let _ = self.branches(&handlers, false);
                if flow == Flow::Next {
                    let _ = self.block(&statement.orelse);
                }
                let last = self.block(&statement.finalbody);
                return if flow == Flow::Stop && handlers.is_empty() { Flow::Stop } else { last };
            }
            Stmt::Import(statement) => self.import(statement),
            Stmt::ImportFrom(statement) => self.import_from(statement),
            Stmt::Expr(statement) => {
                self.eval(&statement.value);
            }
            Stmt::Raise(statement) => {
                if let Some(value) = &statement.exc {
                    self.eval(value);
                }
                return Flow::Stop;
            }
            Stmt::Break(_) | Stmt::Continue(_) => return Flow::Stop,
            Stmt::Assert(statement) => {
                self.eval(&statement.test);
            }
            Stmt::Delete(_)
            | Stmt::TypeAlias(_)
            | Stmt::Global(_)
            | Stmt::Nonlocal(_)
            | Stmt::Pass(_)
            | Stmt::IpyEscapeCommand(_) => {}
        }
        Flow::Next
    }

    pub(super) fn function(&mut self, definition: &'a StmtFunctionDef, method: bool) -> Rc<Function<'a>> {
        let bound_to_class = definition
            .decorator_list
            .iter()
            .any(|decorator| matches!(&decorator.expression, Expr::Name(name) if name.id.as_str() == "staticmethod"));
        let function = Rc::new(Function {
            source: self.reading.source,
            start: definition.range.start().to_u32(),
            parameters: Some(&definition.parameters),
            body: Body::Statements(&definition.body),
            scope: self.scopes.current,
            method: method && !bound_to_class,
        });
        self.functions.push(Rc::clone(&function));
        function
    }

    /// Reads the functions that nothing called, with unknown arguments.
    pub(super) fn enter_uncalled(&mut self) {
        let mut index = 0;
        while let Some(function) = self.functions.get(index).map(Rc::clone) {
            index += 1;
            // A function of another file belongs to that file's own reading.
            if function.source == self.reading.root
                && !self.reading.entered.contains(&(function.source, function.start))
            {
                let before = self.reading.records.len();
                self.enter_unknown(&function);
                self.reading.made_uncalled(before, function.start);
            }
        }
    }

    fn conditional(&mut self, statement: &'a StmtIf) -> Flow {
        let mut bodies: Vec<(Option<Unknown>, &'a [Stmt])> = Vec::new();
        let mut exhaustive = false;
        let mut condition = None;
        let tests = std::iter::once((Some(&*statement.test), statement.body.as_slice()))
            .chain(statement.elif_else_clauses.iter().map(|clause| (clause.test.as_ref(), clause.body.as_slice())));
        for (test, body) in tests {
            let decided = match test {
                Some(test) => self.truth(test),
                None => Some(true),
            };
            match decided {
                Some(false) => {}
                Some(true) => {
                    bodies.push((condition.clone(), body));
                    exhaustive = true;
                    break;
                }
                None => {
                    // What follows in the chain depends on this test as well.
                    condition = test.map(|test| self.condition(test.range()));
                    bodies.push((condition.clone(), body));
                }
            }
        }
        match bodies.as_slice() {
            [] => Flow::Next,
            [(_, only)] if exhaustive => self.block(only),
            _ => self.branches(&bodies, exhaustive),
        }
    }

    fn condition(&self, range: TextRange) -> Unknown {
        self.reading.condition(self.span(range))
    }

    fn truth(&mut self, test: &'a Expr) -> Option<bool> {
        let value = self.eval(test);
        truthy(&value)
    }

    /// Reads each of the blocks from the state before; what they leave different is
    /// unknown after. Unless they are exhaustive, none of them may run.
    fn branches(&mut self, bodies: &[(Option<Unknown>, &'a [Stmt])], exhaustive: bool) -> Flow {
        let mut ends = Vec::new();
        for (condition, body) in bodies {
            let begin = self.scopes.begin();
            self.reading.conditions.extend(condition.clone());
            let flow = self.block(body);
            let changes = self.scopes.take_back(begin);
            if flow == Flow::Next {
                ends.push(changes);
            }
            if condition.is_some() {
                self.reading.conditions.pop();
            }
        }
        if ends.is_empty() && exhaustive {
            return Flow::Stop;
        }
        self.scopes.join(&ends, !exhaustive);
        Flow::Next
    }

    fn for_loop(&mut self, statement: &'a StmtFor) -> Flow {
        let iterated = self.eval(&statement.iter);
        match self.elements(&iterated) {
            Some(items) if items.is_empty() => self.block(&statement.orelse),
            Some(items) => {
                for item in items {
                    self.assign(&statement.target, item);
                    // `break` and `continue` under an undecided condition were joined
                    // already; others end this turn, and the next is read all the same.
                    let before = self.returns.last().map_or(0, Vec::len);
                    let flow = self.block(&statement.body);
                    if flow == Flow::Stop && self.returns.last().map_or(0, Vec::len) > before {
                        return Flow::Stop;
                    }
                }
                self.block(&statement.orelse)
            }
            None => {
                self.assign_unknown(&statement.target);
                let condition = self.condition(statement.iter.range());
                self.branches(&[(Some(condition), &statement.body)], false)
            }
        }
    }

    /// The elements of a known list, or the keys of a known map, if all are known to be
    /// there and they are few.
    pub(super) fn elements(&mut self, value: &Val<'a>) -> Option<Vec<Val<'a>>> {
        let Val::Node(node) = value else { return None };
        match &node.value {
            Value::List(items) if items.len() <= UNROLL && !items.iter().any(data::is_spread) => {
                let mut out = Vec::with_capacity(items.len());
                for item in items {
                    out.push(Val::node(self.reading.copy(&Rc::new(item.clone()))?));
                }
                Some(out)
            }
            Value::Map(entries) if entries.len() <= UNROLL => {
                Some(data::keys(entries)?.into_iter().map(Val::node).collect())
            }
            _ => None,
        }
    }

    /// Binds the names of a target to a value.
    pub(super) fn assign(&mut self, target: &'a Expr, value: Val<'a>) {
        match target {
            Expr::Name(name) => self.scopes.bind(name.id.as_str(), value),
            Expr::Attribute(attribute) => {
                if let Expr::Name(object) = &*attribute.value {
                    self.has_members = true;
                    self.scopes.bind(smol_str::format_smolstr!("{}.{}", object.id, attribute.attr.id), value);
                }
            }
            Expr::Subscript(subscript) => {
                let Expr::Name(object) = &*subscript.value else { return };
                let key = self.eval(&subscript.slice);
                let key = self.data(key, subscript.slice.range());
                let value = self.data(value, subscript.range);
                self.insert(object.id.as_str(), key, value);
            }
            Expr::Starred(starred) => self.assign(&starred.value, value),
            Expr::Tuple(_) | Expr::List(_) => {
                let targets = match target {
                    Expr::Tuple(tuple) => tuple.elts.as_slice(),
                    Expr::List(list) => list.elts.as_slice(),
                    _ => &[],
                };
                let items = match &value {
                    Val::Node(node) => node.as_list().map(<[Node]>::to_vec),
                    _ => None,
                };
                match items {
                    Some(items) if items.len() == targets.len() && !items.iter().any(data::is_spread) => {
                        for (target, item) in targets.iter().zip(items) {
                            self.assign(target, Val::node(item));
                        }
                    }
                    _ => targets.iter().for_each(|target| self.assign_unknown(target)),
                }
            }
            _ => {}
        }
    }

    /// Binds the names of a target to unknown values named after themselves.
    pub(super) fn assign_unknown(&mut self, target: &'a Expr) {
        let value = Val::node(self.unknown(target.range()));
        match target {
            Expr::Tuple(tuple) => tuple.elts.iter().for_each(|element| self.assign_unknown(element)),
            Expr::List(list) => list.elts.iter().for_each(|element| self.assign_unknown(element)),
            Expr::Name(_) => self.assign(target, value),
            Expr::Starred(starred) => self.assign_unknown(&starred.value),
            _ => {}
        }
    }

    /// `name[key] = value` on a known map.
    fn insert(&mut self, name: &str, key: Node, value: Node) {
        let Some(Val::Node(node)) = self.scopes.lookup(name).cloned() else { return };
        let Some(mut changed) = self.reading.copy(&node) else { return };
        let Value::Map(entries) = &mut changed.value else { return };
        data::set(entries, key, value);
        self.scopes.rebind(name, Val::node(changed));
    }
}

/// Whether a value counts as true, where that is known.
pub(super) fn truthy(value: &Val<'_>) -> Option<bool> {
    let Val::Node(node) = value else { return Some(true) };
    match &node.value {
        Value::Null => Some(false),
        Value::Bool(value) => Some(*value),
        Value::Number(number) => Some(data::is_nonzero(number)),
        Value::String(text) => data::is_full(text),
        Value::List(items) if !items.iter().any(data::is_spread) => Some(!items.is_empty()),
        Value::Map(entries) if entries.iter().all(|entry| entry.key.is_known()) => Some(!entries.is_empty()),
        Value::List(_) | Value::Map(_) | Value::Unknown(_) | Value::Secret => None,
    }
}
