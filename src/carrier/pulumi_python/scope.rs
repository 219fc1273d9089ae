//! Names: which are bound where, and what they stand for.

use std::rc::Rc;

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_parameter, walk_stmt};
use ruff_python_ast::{Expr, ExprContext, Parameter, Stmt};
use ruff_text_size::TextRange;
use smol_str::SmolStr;

use super::Reader;
use super::value::Val;
use crate::carrier::pulumi_program::data;
use crate::source::Span;
use crate::syntax::{Node, Text, Value};

impl<'a> Reader<'a> {
    /// The value of a name where it is used. What is unknown stands at the use.
    pub(super) fn name(&mut self, name: &str, range: TextRange) -> Val<'a> {
        match self.scopes.lookup(name) {
            Some(Val::Node(node)) => match data::used_at(node, self.span(range)) {
                Some(used) => Val::node(used),
                None => Val::Node(Rc::clone(node)),
            },
            Some(other) => other.clone(),
            None => {
                self.note_unbound(name, range);
                // A well-known module that someone forgot to import is still read as meant.
                match super::notes::forgotten_import(name) {
                    Some(path) if !self.bound.contains(name) => Val::Import(SmolStr::new(path)),
                    _ => Val::node(self.unknown(range)),
                }
            }
        }
    }

    /// Binds the names that every module has, as in a program that Pulumi runs.
    pub(super) fn bind_module_names(&mut self) {
        let place = Span::new(self.reading.source, 0, 0);
        let file = self.reading.sources.name(self.reading.source).rsplit('/').next().unwrap_or("").to_owned();
        for (name, value) in [("__file__", file), ("__name__", "__main__".to_owned())] {
            self.scopes.bind(name, Val::node(Node::new(place, Value::String(Text::atomic(value, place)))));
        }
    }

    /// Finds every name that the file binds anywhere.
    pub(super) fn collect_bound_names(&mut self, suite: &'a [Stmt]) {
        let mut collector = Bindings { reader: self, depth: 0 };
        for statement in suite {
            collector.visit_stmt(statement);
        }
    }
}

/// Nesting below which no name is collected; the file then counts as binding more.
const DEPTH: u32 = 2000;

struct Bindings<'r, 'a> {
    reader: &'r mut Reader<'a>,
    depth: u32,
}

impl Bindings<'_, '_> {
    fn add(&mut self, name: &str) {
        if !self.reader.bound.contains(name) {
            self.reader.bound.insert(SmolStr::new(name));
        }
    }

    fn deeper(&mut self, walk: impl FnOnce(&mut Self)) {
        if self.depth >= DEPTH {
            self.reader.binds_more = true;
            return;
        }
        self.depth += 1;
        walk(self);
        self.depth -= 1;
    }
}

impl<'a> Visitor<'a> for Bindings<'_, 'a> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::FunctionDef(function) => self.add(&function.name.id),
            Stmt::ClassDef(class) => self.add(&class.name.id),
            Stmt::Import(import) => {
                for alias in &import.names {
                    let name = alias.asname.as_ref().unwrap_or(&alias.name);
                    let first = name.id.split('.').next().unwrap_or("").to_owned();
                    self.add(&first);
                }
            }
            Stmt::ImportFrom(import) => {
                for alias in &import.names {
                    if alias.name.id.as_str() == "*" {
                        self.reader.binds_more = true;
                    }
                    let name = alias.asname.as_ref().unwrap_or(&alias.name);
                    self.add(&name.id);
                }
            }
            Stmt::Try(statement) => {
                for handler in &statement.handlers {
                    let ruff_python_ast::ExceptHandler::ExceptHandler(handler) = handler;
                    if let Some(name) = &handler.name {
                        self.add(&name.id);
                    }
                }
            }
            Stmt::Global(statement) => statement.names.iter().for_each(|name| self.add(&name.id)),
            // Patterns bind names in many ways; a file with `match` may bind any.
            Stmt::Match(_) => self.reader.binds_more = true,
            _ => {}
        }
        self.deeper(|this| walk_stmt(this, statement));
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        if let Expr::Name(name) = expression {
            match name.ctx {
                ExprContext::Load if matches!(name.id.as_str(), "exec" | "globals" | "locals" | "vars") => {
                    self.reader.binds_more = true;
                }
                ExprContext::Store => self.add(&name.id),
                _ => {}
            }
            return;
        }
        self.deeper(|this| walk_expr(this, expression));
    }

    fn visit_parameter(&mut self, parameter: &'a Parameter) {
        self.add(&parameter.name.id);
        walk_parameter(self, parameter);
    }
}
