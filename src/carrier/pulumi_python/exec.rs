//! Statements, in the order they would run.

use std::collections::BTreeMap;
use std::rc::Rc;

use ruff_python_ast::{ExceptHandler, Expr, Stmt, StmtClassDef, StmtFor, StmtFunctionDef, StmtIf};
use ruff_text_size::{Ranged, TextRange};
use smol_str::SmolStr;

use super::value::{Body, Function, Scope, Val};
use super::{DEPTH, Reader, UNROLL};
use crate::source::{Span, Unknown};
use crate::syntax::{Entry, Node, Text, Value};

/// Whether the statement after this one runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    Next,
    /// A `return`, `raise`, `break` or `continue` was met.
    Stop,
}

/// What the names of a scope stand for.
type Names<'a> = Rc<BTreeMap<SmolStr, Val<'a>>>;

impl<'a> Reader<'a> {
    pub(super) fn block(&mut self, statements: &'a [Stmt]) -> Flow {
        if self.depth >= DEPTH {
            return Flow::Next;
        }
        self.depth += 1;
        let mut flow = Flow::Next;
        for statement in statements {
            flow = self.statement(statement);
            if flow == Flow::Stop {
                break;
            }
        }
        self.depth -= 1;
        flow
    }

    fn statement(&mut self, statement: &'a Stmt) -> Flow {
        match statement {
            Stmt::FunctionDef(definition) => {
                let function = self.function(definition, false);
                self.bind(definition.name.id.as_str(), Val::Function(function));
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
                self.naming = match statement.targets.as_slice() {
                    [Expr::Name(name)] => Some(SmolStr::new(name.id.as_str())),
                    [Expr::Attribute(attribute)] => Some(SmolStr::new(attribute.attr.id.as_str())),
                    _ => None,
                };
                let value = self.eval(&statement.value);
                self.naming = None;
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

    fn function(&mut self, definition: &'a StmtFunctionDef, method: bool) -> Rc<Function<'a>> {
        let bound_to_class = definition
            .decorator_list
            .iter()
            .any(|decorator| matches!(&decorator.expression, Expr::Name(name) if name.id.as_str() == "staticmethod"));
        let function = Rc::new(Function {
            source: self.source,
            start: definition.range.start().to_u32(),
            parameters: Some(&definition.parameters),
            body: Body::Statements(&definition.body),
            scope: self.scope,
            method: method && !bound_to_class,
        });
        self.functions.push(Rc::clone(&function));
        function
    }

    fn class(&mut self, definition: &'a StmtClassDef) {
        let mut init = None;
        for statement in &definition.body {
            match statement {
                Stmt::FunctionDef(method) => {
                    let function = self.function(method, true);
                    if method.name.id.as_str() == "__init__" {
                        init = Some(function);
                    }
                }
                // Class attributes are seen through the class only; what they make is read.
                Stmt::Assign(statement) => {
                    self.eval(&statement.value);
                }
                Stmt::AnnAssign(statement) => {
                    if let Some(value) = &statement.value {
                        self.eval(value);
                    }
                }
                _ => {}
            }
        }
        self.bind(definition.name.id.as_str(), Val::Class(init));
    }

    /// Reads the functions that nothing called, with unknown arguments.
    pub(super) fn enter_uncalled(&mut self) {
        let mut index = 0;
        while let Some(function) = self.functions.get(index).map(Rc::clone) {
            index += 1;
            // A function of another file belongs to that file's own reading.
            if function.source == self.root && !self.entered.contains(&(function.source, function.start)) {
                let before = self.records.len();
                self.enter_unknown(&function);
                let made = self.records.get(before..).unwrap_or_default();
                self.uncalled.extend(made.iter().map(|record| (record.address.clone(), function.start)));
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

    /// The condition of what may or may not run.
    fn condition(&self, range: TextRange) -> Unknown {
        Unknown { refs: vec![self.excerpt(range)], span: self.span(range) }
    }

    fn truth(&mut self, test: &'a Expr) -> Option<bool> {
        let value = self.eval(test);
        truthy(&value)
    }

    /// Reads each of the blocks from the state before; what they leave different is
    /// unknown after. Unless they are exhaustive, none of them may run.
    fn branches(&mut self, bodies: &[(Option<Unknown>, &'a [Stmt])], exhaustive: bool) -> Flow {
        let scope = self.scope;
        let names = |reader: &Self| reader.scopes.get(scope).map(|s| s.names.clone()).unwrap_or_default();
        let before = names(self);
        let mut ends: Vec<Names<'a>> = Vec::new();
        for (condition, body) in bodies {
            self.set_names(scope, before.clone());
            self.conditions.extend(condition.clone());
            if self.block(body) == Flow::Next {
                ends.push(names(self));
            }
            if condition.is_some() {
                self.conditions.pop();
            }
        }
        if !exhaustive {
            ends.push(before.clone());
        }
        let mut ends = ends.into_iter();
        let Some(mut joined) = ends.next() else {
            self.set_names(scope, before);
            return Flow::Stop;
        };
        for end in ends {
            if Rc::ptr_eq(&joined, &end) {
                continue;
            }
            for (name, value) in end.iter() {
                match joined.get(name) {
                    None => {
                        Rc::make_mut(&mut joined).insert(name.clone(), value.clone());
                    }
                    Some(other) if same(other, value) => {}
                    Some(other) => {
                        let place = span_of(other).or_else(|| span_of(value));
                        if let Some(span) = place {
                            let unknown = Unknown { refs: vec![name.clone()], span };
                            let unknown = Val::node(Node::new(span, Value::Unknown(unknown)));
                            Rc::make_mut(&mut joined).insert(name.clone(), unknown);
                        }
                    }
                }
            }
        }
        self.set_names(scope, joined);
        Flow::Next
    }

    fn set_names(&mut self, scope: usize, names: Names<'a>) {
        if let Some(scope) = self.scopes.get_mut(scope) {
            scope.names = names;
        }
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
            Value::List(items) if items.len() <= UNROLL && !items.iter().any(is_spread) => {
                let mut out = Vec::with_capacity(items.len());
                for item in items {
                    out.push(Val::node(self.copy(&Rc::new(item.clone()))?));
                }
                Some(out)
            }
            Value::Map(entries) if entries.len() <= UNROLL && entries.iter().all(|e| e.key.is_known()) => {
                let key = |entry: &Entry| Val::node(Node::new(entry.key_span, Value::String(entry.key.clone())));
                Some(entries.iter().map(key).collect())
            }
            _ => None,
        }
    }

    /// Binds the names of a target to a value.
    pub(super) fn assign(&mut self, target: &'a Expr, value: Val<'a>) {
        match target {
            Expr::Name(name) => self.bind(name.id.as_str(), value),
            Expr::Attribute(attribute) => {
                if let Expr::Name(object) = &*attribute.value {
                    self.has_members = true;
                    self.bind(smol_str::format_smolstr!("{}.{}", object.id, attribute.attr.id), value);
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
                    Some(items) if items.len() == targets.len() && !items.iter().any(is_spread) => {
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
        let Some(Val::Node(node)) = self.lookup(name).cloned() else { return };
        let Some(mut changed) = self.copy(&node) else { return };
        let Value::Map(entries) = &mut changed.value else { return };
        let key_span = key.span;
        let key = match key.value {
            Value::String(text) => text,
            Value::Unknown(unknown) => unknown_text(unknown, key_span),
            _ => return,
        };
        if key.is_known() {
            entries.retain(|entry| entry.key.known() != key.known());
        }
        entries.push(Entry { key, key_span, value });
        self.rebind(name, Val::node(changed));
    }

    /// A new scope inside another; gives back the one to return to.
    pub(super) fn push_scope(&mut self, parent: usize) -> usize {
        let before = self.scope;
        self.scopes.push(Scope { names: Rc::default(), parent: Some(parent) });
        self.scope = self.scopes.len() - 1;
        before
    }
}

/// A text that is one unknown part.
pub(super) fn unknown_text(unknown: Unknown, span: Span) -> Text {
    let mut builder = crate::syntax::TextBuilder::new(span.source);
    builder.hole_at(unknown, span);
    builder.finish(span)
}

/// An element that stands for any number of elements: `*rest`.
pub(super) fn is_spread(node: &Node) -> bool {
    matches!(&node.value, Value::Unknown(unknown) if unknown.refs.first().is_some_and(|r| r.starts_with('*')))
}

/// Whether a value counts as true, where that is known.
pub(super) fn truthy(value: &Val<'_>) -> Option<bool> {
    let Val::Node(node) = value else { return Some(true) };
    match &node.value {
        Value::Null => Some(false),
        Value::Bool(value) => Some(*value),
        Value::Number(number) => Some(!number.trim_matches(['0', '.', '_']).is_empty()),
        Value::String(text) if text.is_known() => Some(!text.raw().is_empty()),
        // Whatever the unknown parts are, the rest is there.
        Value::String(text) if text.raw().chars().any(|c| c != crate::source::HOLE) => Some(true),
        Value::List(items) if !items.iter().any(is_spread) => Some(!items.is_empty()),
        Value::Map(entries) if entries.iter().all(|entry| entry.key.is_known()) => Some(!entries.is_empty()),
        Value::String(_) | Value::List(_) | Value::Map(_) | Value::Unknown(_) | Value::Secret => None,
    }
}

/// Whether two values are the same for sure.
pub(super) fn same(a: &Val<'_>, b: &Val<'_>) -> bool {
    match (a, b) {
        (Val::Node(a), Val::Node(b)) => Rc::ptr_eq(a, b) || a == b,
        (Val::Import(a), Val::Import(b)) | (Val::File(a), Val::File(b)) => a == b,
        (Val::Module(a), Val::Module(b)) => a == b,
        (Val::Function(a), Val::Function(b)) | (Val::Class(Some(a)), Val::Class(Some(b))) => Rc::ptr_eq(a, b),
        _ => false,
    }
}

fn span_of(value: &Val<'_>) -> Option<Span> {
    match value {
        Val::Node(node) => Some(node.span),
        _ => None,
    }
}
