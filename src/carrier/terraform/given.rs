//! What a value rests on as written: sets, whose members are their own keys, and defaults
//! of variables, which whoever runs the root module may replace.

use std::cell::Cell;

use smol_str::SmolStr;

use super::eval::{self, Evaluator};
use super::value::unknown;
use crate::syntax::hcl2::{Expr, ExprKind, Step};
use crate::syntax::{Node, Value};

/// How far expressions are followed, and how many parts of them are looked at.
const DEPTH: usize = 24;
const STEPS: u32 = 256;

impl Evaluator<'_> {
    /// Keys and values of what an expression gave: of a set each member is its own key.
    pub(super) fn members(&self, expr: &Expr, collection: &Node, instance: usize) -> Option<Vec<(Node, Node)>> {
        let members = eval::members(collection)?;
        if collection.as_list().is_none() || members.is_empty() || !self.is_set(expr, instance, DEPTH) {
            return Some(members);
        }
        Some(members.into_iter().map(|(_, member)| (member.clone(), member)).collect())
    }

    fn is_set(&self, expr: &Expr, instance: usize, depth: usize) -> bool {
        if depth == 0 {
            return false;
        }
        match &expr.kind {
            ExprKind::Call(call) => {
                matches!(call.name.as_str(), "toset" | "setunion" | "setintersection" | "setsubtract" | "setproduct")
            }
            ExprKind::Conditional(parts) => {
                let [_, then, otherwise] = parts.as_ref();
                self.is_set(then, instance, depth - 1) || self.is_set(otherwise, instance, depth - 1)
            }
            ExprKind::Get(base, steps) => match (&base.kind, steps.as_slice()) {
                (ExprKind::Variable(root), [Step::Attr(name)]) if root == "local" => {
                    self.local_expr(instance, name).is_some_and(|expr| self.is_set(expr, instance, depth - 1))
                }
                (ExprKind::Variable(root), [Step::Attr(name)]) if root == "var" => {
                    let declared = self.instances.get(instance).and_then(|i| i.directory.variables.get(name.as_str()));
                    declared.and_then(|variable| variable.kind).is_some_and(|kind| match &kind.kind {
                        ExprKind::Call(call) => call.name == "set",
                        _ => false,
                    })
                }
                _ => false,
            },
            _ => false,
        }
    }

    fn local_expr(&self, instance: usize, name: &str) -> Option<&Expr> {
        self.instances.get(instance)?.directory.locals.get(name).copied()
    }

    /// Leaves open the lists of a value that are empty only as long as nobody gives the root
    /// module's variables other values: that they are empty says nothing about what runs.
    pub(super) fn open(&self, expr: &Expr, node: &mut Node, instance: usize) {
        self.open_within(expr, node, instance, DEPTH);
    }

    fn open_within(&self, expr: &Expr, node: &mut Node, instance: usize, depth: usize) {
        if depth == 0 {
            return;
        }
        match (&expr.kind, &mut node.value) {
            (_, Value::List(items)) if items.is_empty() => {
                if let Some(variable) = self.default(expr, instance) {
                    *node = unknown(vec![variable], expr.span);
                }
            }
            (ExprKind::List(exprs), Value::List(items)) if exprs.len() == items.len() => {
                for (expr, item) in exprs.iter().zip(items) {
                    self.open_within(expr, item, instance, depth - 1);
                }
            }
            (ExprKind::For(each), Value::List(items)) => {
                for item in items {
                    self.open_within(&each.value, item, instance, depth - 1);
                }
            }
            (ExprKind::Object(members), Value::Map(entries)) => {
                for (key, value) in members {
                    let ExprKind::String(name) = &key.kind else { continue };
                    if let Some(entry) = entries.iter_mut().find(|entry| entry.key.known() == name.known()) {
                        self.open_within(value, &mut entry.value, instance, depth - 1);
                    }
                }
            }
            _ => {}
        }
    }

    /// A variable of the root module with nothing but its default that an expression rests on.
    pub(super) fn default(&self, expr: &Expr, instance: usize) -> Option<SmolStr> {
        self.default_within(expr, instance, &Cell::new(STEPS), DEPTH)
    }

    fn default_within(&self, expr: &Expr, instance: usize, left: &Cell<u32>, depth: usize) -> Option<SmolStr> {
        if depth == 0 || left.get() == 0 {
            return None;
        }
        left.set(left.get() - 1);
        let of = |expr: &Expr| self.default_within(expr, instance, left, depth - 1);
        match &expr.kind {
            ExprKind::Get(base, steps) => match (&base.kind, steps.first()) {
                (ExprKind::Variable(root), Some(Step::Attr(name))) if root == "local" => {
                    of(self.local_expr(instance, name)?)
                }
                (ExprKind::Variable(root), Some(Step::Attr(name))) if root == "var" => {
                    self.defaulted(instance, name, left, depth)
                }
                _ => of(base),
            },
            ExprKind::Call(call) => call.args.iter().find_map(of),
            ExprKind::Conditional(parts) => parts.iter().find_map(of),
            ExprKind::Binary(_, operands) => operands.iter().find_map(of),
            ExprKind::Not(operand) => of(operand),
            ExprKind::List(items) => items.iter().find_map(of),
            ExprKind::For(each) => {
                of(&each.collection).or_else(|| of(&each.value)).or_else(|| of(each.condition.as_ref()?))
            }
            _ => None,
        }
    }

    fn defaulted(&self, instance: usize, name: &SmolStr, left: &Cell<u32>, depth: usize) -> Option<SmolStr> {
        let here = self.instances.get(instance)?;
        match &here.caller {
            None => {
                let given = here.directory.values.contains_key(name.as_str());
                let default = here.directory.variables.get(name.as_str())?.default;
                (default.is_some() && !given).then(|| SmolStr::from(format!("var.{name}")))
            }
            Some((caller, call, _)) => {
                let block = self.instances.get(*caller)?.directory.calls.get(call.as_str())?;
                self.default_within(&block.body.attribute(name)?.value, *caller, left, depth - 1)
            }
        }
    }
}
