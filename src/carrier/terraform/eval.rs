//! Expressions → values. What cannot be known stays unknown and says what it refers to;
//! work and depth are bounded.

use std::collections::BTreeSet;
use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;

use super::Everything;
use super::budget::Budget;
use super::directory::Directory;
use super::once::Once;
use super::pattern::Expressions;
use super::value::LONGEST;
use super::value::{self, boolean, list, map, null, number, unknown};
use crate::carrier::Want;
use crate::carrier::cost;
use crate::source::{SourceId, Span, Unknown};
use crate::syntax::hcl2::{Expr, ExprKind, For, Operator, Piece, Step};
use crate::syntax::{Entry, Node, Text, TextBuilder, Value};

/// How deep evaluation may nest, references included.
const DEPTH: u32 = 90;
/// How many unknown conditionals of one resource are followed both ways.
const CHOICES: usize = 5;

/// Evaluates the expressions of one root module and the modules it calls.
pub(super) struct Evaluator<'a> {
    pub(super) project: Everything<'a>,
    pub(super) instances: Vec<Instance<'a>>,
    pub(super) children: FxHashMap<(usize, SmolStr), Children>,
    pub(super) expansions: FxHashMap<(usize, SmolStr), Rc<Expansion>>,
    pub(super) cache: FxHashMap<(usize, bool, SmolStr), Cached>,
    pub(super) active: FxHashSet<(usize, SmolStr)>,
    pub(super) templates: FxHashMap<SourceId, Option<Rc<Vec<Piece>>>>,
    pub(super) expressions: Expressions,
    pub(super) choices: Choices,
    /// Things that decide whether a block or member is there at all.
    pub(super) uncertain: Once<Unknown>,
    pub(super) wants: BTreeSet<Want>,
    /// Documents that something else uses, by instance and address.
    pub(super) used: FxHashSet<(usize, SmolStr)>,
    /// Whether a function was just called with what it refuses.
    pub(super) failed: bool,
    depth: u32,
    pub(super) budget: Budget,
    /// Texts that the budget allows for.
    pub(super) allowed: FxHashSet<SourceId>,
}

/// The instances of a module call: which member each is for, and its number.
pub(super) type Children = Rc<Vec<(Each, usize)>>;

/// A module in its place: the root, or one instance of a call.
pub(super) struct Instance<'a> {
    pub(super) directory: &'a Directory<'a>,
    /// What addresses start with: empty, or `module.x.`.
    pub(super) prefix: SmolStr,
    /// Who calls it, through which block and for which member of its `for_each`.
    pub(super) caller: Option<(usize, SmolStr, Each)>,
}

/// The instances of a block.
#[derive(Debug)]
pub(super) struct Expansion {
    pub(super) each: Vec<Each>,
    /// Set where it is not known how many there are.
    pub(super) condition: Option<Unknown>,
}

/// Which instance of a block with `count` or `for_each`.
#[derive(Debug, Clone)]
pub(super) enum Each {
    One,
    Index(usize, Span),
    Key(Node, Node),
    /// Nobody knows how many and which.
    Unknown,
}

impl Each {
    /// What `each` or `count` means in the block, if anything.
    pub(super) fn binding(&self) -> Option<(&'static str, Node)> {
        match self {
            Self::One | Self::Unknown => None,
            #[allow(clippy::cast_precision_loss, reason = "counts are small")]
            Self::Index(index, span) => {
                Some(("count", map(vec![value::entry("index", number(*index as f64, *span))], *span)))
            }
            Self::Key(key, val) => {
                let entries = vec![value::entry("key", key.clone()), value::entry("value", val.clone())];
                Some(("each", map(entries, key.span)))
            }
        }
    }

    /// The index part of an address.
    pub(super) fn suffix(&self) -> String {
        match self {
            Self::One | Self::Unknown => String::new(),
            Self::Index(index, _) => format!("[{index}]"),
            Self::Key(key, _) => format!("[{:?}]", value::text(key).map(|t| t.display()).unwrap_or_default()),
        }
    }
}

/// A value worth keeping, and the choices it rests on.
pub(super) struct Cached {
    pub(super) node: Rc<Node>,
    pub(super) choices: Rc<[SmolStr]>,
    pub(super) uncertain: Rc<[Unknown]>,
}

/// Which side of unknown conditionals is taken.
#[derive(Default)]
pub(super) struct Choices {
    /// Whether conditionals are followed both ways here.
    pub(super) on: bool,
    /// Sides taken in this variant; others go to the first side.
    pub(super) assumed: Vec<SmolStr>,
    /// Whether only conditionals that were met before are followed.
    pub(super) closed: bool,
    /// Conditions met, in order.
    pub(super) seen: Vec<(SmolStr, Unknown)>,
    /// Keys met since the innermost cached evaluation began.
    pub(super) met: Once<SmolStr>,
}

/// Names bound by `for`, `each`, `count` and template variables.
#[derive(Clone, Copy)]
pub(super) struct Frame<'s> {
    pub(super) name: &'s str,
    pub(super) value: &'s Node,
    pub(super) up: Option<&'s Frame<'s>>,
}

/// Where an expression stands.
#[derive(Clone, Copy)]
pub(super) struct Scope<'s> {
    pub(super) instance: usize,
    pub(super) frame: Option<&'s Frame<'s>>,
    /// A template file sees the variables it is given and nothing else.
    pub(super) isolated: bool,
}

impl<'s> Scope<'s> {
    pub(super) fn of(instance: usize) -> Self {
        Self { instance, frame: None, isolated: false }
    }

    pub(super) fn with<'t>(self, frame: &'t Frame<'t>) -> Scope<'t>
    where
        's: 't,
    {
        Scope { frame: Some(frame), ..self }
    }

    pub(super) fn lookup(self, name: &str) -> Option<&'s Node> {
        let mut frame = self.frame;
        while let Some(current) = frame {
            if current.name == name {
                return Some(current.value);
            }
            frame = current.up;
        }
        None
    }
}

impl<'a> Evaluator<'a> {
    /// For one of so many root modules.
    pub(super) fn new(project: Everything<'a>, root: &'a Directory<'a>, roots: usize) -> Self {
        let mut evaluator = Self {
            project,
            instances: Vec::new(),
            children: FxHashMap::default(),
            expansions: FxHashMap::default(),
            cache: FxHashMap::default(),
            active: FxHashSet::default(),
            templates: FxHashMap::default(),
            expressions: Expressions::default(),
            choices: Choices::default(),
            uncertain: Once::default(),
            wants: BTreeSet::new(),
            used: FxHashSet::default(),
            failed: false,
            depth: 0,
            budget: Budget::new(roots),
            allowed: FxHashSet::default(),
        };
        evaluator.instance(Instance { directory: root, prefix: SmolStr::default(), caller: None });
        evaluator
    }

    /// Adds a module in its place, and gives its number.
    pub(super) fn instance(&mut self, instance: Instance<'a>) -> usize {
        for (source, size) in &instance.directory.texts {
            if self.allowed.insert(*source) {
                self.budget.allow(*size);
            }
        }
        self.instances.push(instance);
        self.instances.len() - 1
    }

    /// A copy of a value, which costs what it holds: values that double a few dozen times
    /// would fill any memory.
    pub(super) fn copy(&mut self, node: &Node) -> Option<Node> {
        cost::of_value(node).is_some_and(|weight| self.budget.spend(weight)).then(|| node.clone())
    }

    /// Evaluates an expression.
    pub(super) fn eval(&mut self, expr: &Expr, scope: Scope<'_>) -> Node {
        if self.depth >= DEPTH || !self.budget.step(expr.span) {
            return unknown(vec![reference(expr)], expr.span);
        }
        self.depth += 1;
        let node = self.dispatch(expr, scope);
        self.depth -= 1;
        node
    }

    fn dispatch(&mut self, expr: &Expr, scope: Scope<'_>) -> Node {
        let span = expr.span;
        match &expr.kind {
            ExprKind::Null => null(span),
            ExprKind::Bool(value) => boolean(*value, span),
            ExprKind::Number(number) => Node::new(span, Value::Number(number.clone())),
            ExprKind::String(text) => Node::new(span, Value::String(text.clone())),
            ExprKind::Template(pieces) => self.template(pieces, span, scope),
            ExprKind::List(items) => list(items.iter().map(|item| self.eval(item, scope)).collect(), span),
            ExprKind::Object(members) => self.object(members, span, scope),
            ExprKind::Variable(_) => self.get(expr, &[], span, scope),
            ExprKind::Get(base, steps) => self.get(base, steps, span, scope),
            ExprKind::Call(call) => self.call(call, span, scope),
            ExprKind::Conditional(parts) => self.conditional(parts, span, scope),
            ExprKind::Not(operand) => {
                let operand = self.eval(operand, scope);
                match value::truth(&operand) {
                    Some(value) => boolean(!value, span),
                    None => unknown_of(&[&operand], expr),
                }
            }
            ExprKind::Negate(operand) => {
                let operand = self.eval(operand, scope);
                match value::numeric(&operand) {
                    Some(value) => number(-value, span),
                    None => unknown_of(&[&operand], expr),
                }
            }
            ExprKind::Binary(operator, operands) => self.binary(*operator, operands, expr, scope),
            ExprKind::For(each) => self.for_expr(each, span, scope),
        }
    }

    fn object(&mut self, members: &[(Expr, Expr)], span: Span, scope: Scope<'_>) -> Node {
        let mut entries: Vec<Entry> = Vec::with_capacity(members.len());
        let mut places: FxHashMap<SmolStr, usize> = FxHashMap::default();
        for (key, value) in members {
            let key_node = self.eval(key, scope);
            let Some(text) = value::text(&key_node) else { continue };
            let entry = Entry { key_span: key.span, value: self.eval(value, scope), key: text };
            // Of a key given twice the last counts.
            let known = entry.key.known().map(SmolStr::new);
            let at = known.map(|known| *places.entry(known).or_insert(entries.len()));
            match at.and_then(|at| entries.get_mut(at)) {
                Some(before) => *before = entry,
                None => entries.push(entry),
            }
        }
        map(entries, span)
    }

    fn conditional(&mut self, parts: &[Expr; 3], span: Span, scope: Scope<'_>) -> Node {
        let [condition, then, otherwise] = parts;
        let asked = self.eval(condition, scope);
        let side = match value::truth(&asked) {
            Some(side) => Some(side),
            None => self.choose(&asked, condition),
        };
        match side {
            Some(true) => self.eval(then, scope),
            Some(false) => self.eval(otherwise, scope),
            None => {
                let (a, b) = (self.eval(then, scope), self.eval(otherwise, scope));
                if value::equal(&a, &b) == Some(true) {
                    return a;
                }
                let mut refs = Vec::new();
                value::refs_of(&asked, &mut refs);
                value::refs_of(&a, &mut refs);
                value::refs_of(&b, &mut refs);
                if refs.is_empty() {
                    refs.push(reference(condition));
                }
                // Two lists with a common start are that start and something unknown.
                unknown(refs, span)
            }
        }
    }

    /// The side of an unknown condition that this variant takes, where both are followed.
    pub(super) fn choose(&mut self, asked: &Node, condition: &Expr) -> Option<bool> {
        if !self.choices.on {
            return None;
        }
        let mut refs = Vec::new();
        value::refs_of(asked, &mut refs);
        if refs.is_empty() {
            refs.push(reference(condition));
        }
        // What is written alike turns out alike, wherever in the resource it stands.
        let at = condition.span;
        let written = self.project.sources.text(at.source).get(at.start as usize..at.end as usize).unwrap_or("");
        let key = SmolStr::from(format!("{}@{}:{written}", refs.join(","), at.source.0));
        if !self.choices.seen.iter().any(|(seen, _)| *seen == key) {
            if self.choices.closed || self.choices.seen.len() >= CHOICES {
                return None;
            }
            self.choices.seen.push((key.clone(), Unknown::new(refs, condition.span)));
        }
        let side = !self.choices.assumed.contains(&key);
        self.choices.met.push(key);
        Some(side)
    }

    fn binary(&mut self, operator: Operator, operands: &[Expr; 2], expr: &Expr, scope: Scope<'_>) -> Node {
        let [left, right] = operands;
        let (a, b) = (self.eval(left, scope), self.eval(right, scope));
        let span = expr.span;
        let arithmetic = |f: fn(f64, f64) -> f64| {
            let value = f(value::numeric(&a)?, value::numeric(&b)?);
            value.is_finite().then(|| number(value, span))
        };
        let compare = |f: fn(&f64, &f64) -> bool| {
            let (x, y) = (value::numeric(&a)?, value::numeric(&b)?);
            Some(boolean(f(&x, &y), span))
        };
        let answer = match operator {
            Operator::Eq => value::equal(&a, &b).map(|v| boolean(v, span)),
            Operator::NotEq => value::equal(&a, &b).map(|v| boolean(!v, span)),
            Operator::Less => compare(f64::lt),
            Operator::LessEq => compare(f64::le),
            Operator::Greater => compare(f64::gt),
            Operator::GreaterEq => compare(f64::ge),
            Operator::Add => arithmetic(|x, y| x + y),
            Operator::Sub => arithmetic(|x, y| x - y),
            Operator::Mul => arithmetic(|x, y| x * y),
            Operator::Div => arithmetic(|x, y| x / y),
            Operator::Mod => arithmetic(|x, y| x % y),
            Operator::And => match (value::truth(&a), value::truth(&b)) {
                (Some(false), _) | (_, Some(false)) => Some(boolean(false, span)),
                (Some(true), Some(true)) => Some(boolean(true, span)),
                _ => None,
            },
            Operator::Or => match (value::truth(&a), value::truth(&b)) {
                (Some(true), _) | (_, Some(true)) => Some(boolean(true, span)),
                (Some(false), Some(false)) => Some(boolean(false, span)),
                _ => None,
            },
        };
        answer.unwrap_or_else(|| unknown_of(&[&a, &b], expr))
    }

    fn for_expr(&mut self, each: &For, span: Span, scope: Scope<'_>) -> Node {
        let collection = self.eval(&each.collection, scope);
        let Some(members) = self.members(&each.collection, &collection, scope.instance) else {
            let mut refs = Vec::new();
            value::refs_of(&collection, &mut refs);
            if refs.is_empty() {
                refs.push(reference(&each.collection));
            }
            return self.for_unknown(each, refs, span, scope);
        };
        let mut items = Vec::new();
        let mut entries: Vec<Entry> = Vec::new();
        let mut places: FxHashMap<SmolStr, usize> = FxHashMap::default();
        for (key, member) in &members {
            if !self.budget.spend(1) {
                break;
            }
            let value_frame = Frame { name: &each.value_var, value: member, up: scope.frame };
            let key_frame = each.key_var.as_ref().map(|name| Frame { name, value: key, up: Some(&value_frame) });
            let inner = scope.with(key_frame.as_ref().unwrap_or(&value_frame));
            if let Some(condition) = &each.condition {
                let asked = self.eval(condition, inner);
                match value::truth(&asked) {
                    Some(true) => {}
                    Some(false) => continue,
                    // It may or may not be a member.
                    None => {
                        let mut refs = Vec::new();
                        value::refs_of(&asked, &mut refs);
                        items.push(unknown(refs, condition.span));
                        continue;
                    }
                }
            }
            let Some(key_expr) = &each.key else {
                items.push(self.eval(&each.value, inner));
                continue;
            };
            let key_node = self.eval(key_expr, inner);
            let Some(text) = value::text(&key_node) else { continue };
            let value = self.eval(&each.value, inner);
            let known = text.known().map(SmolStr::new);
            let at = known.map(|known| *places.entry(known).or_insert(entries.len()));
            match at.and_then(|at| entries.get_mut(at)) {
                Some(Entry { value: Node { value: Value::List(group), .. }, .. }) if each.grouping => group.push(value),
                Some(other) => other.value = value,
                None => {
                    let value = if each.grouping { list(vec![value], span) } else { value };
                    entries.push(Entry { key: text, key_span: key_node.span, value });
                }
            }
        }
        if each.key.is_some() {
            // A filtered-out-or-not member is an entry of unknown key.
            for item in items {
                if let Value::Unknown(what) = &item.value {
                    entries.push(Entry { key: Text::unknown(what.clone()), key_span: item.span, value: item });
                }
            }
            return map(entries, span);
        }
        list(items, span)
    }

    /// A comprehension over something unknown: one member of unknown count, evaluated with
    /// its variables unknown, so that what its body says for sure can be seen.
    fn for_unknown(&mut self, each: &For, refs: Vec<SmolStr>, span: Span, scope: Scope<'_>) -> Node {
        let what = unknown(refs, each.collection.span);
        let value_frame = Frame { name: &each.value_var, value: &what, up: scope.frame };
        let key_frame = each.key_var.as_ref().map(|name| Frame { name, value: &what, up: Some(&value_frame) });
        let inner = scope.with(key_frame.as_ref().unwrap_or(&value_frame));
        let member = self.eval(&each.value, inner);
        if let Value::Unknown(unknown) = &what.value {
            self.uncertain.push(unknown.clone());
        }
        if each.key.is_none() {
            list(vec![member, what], span)
        } else {
            let Value::Unknown(unknown) = &what.value else { return what };
            let key = Text::unknown(unknown.clone());
            map(vec![Entry { key, key_span: what.span, value: member }], span)
        }
    }

    /// A template: one string, or the value itself where it is one interpolation.
    pub(super) fn template(&mut self, pieces: &[Piece], span: Span, scope: Scope<'_>) -> Node {
        if let [Piece::Value { expr, .. }] = pieces {
            return self.eval(expr, scope);
        }
        let mut builder = TextBuilder::new(span.source);
        self.pieces(pieces, &mut builder, scope);
        let text = builder.finish(span);
        self.budget.spend(cost::of_text(&text));
        Node::new(span, Value::String(text))
    }

    fn pieces(&mut self, pieces: &[Piece], out: &mut TextBuilder, scope: Scope<'_>) {
        for piece in pieces {
            if !self.budget.spend(1) {
                return;
            }
            match piece {
                Piece::Text(text, span) => out.splice(text, *span, *span),
                Piece::Value { expr, span } => {
                    let node = self.eval(expr, scope);
                    insert(out, &node, *span, expr);
                }
                Piece::If { condition, then, otherwise, span } => {
                    let asked = self.eval(condition, scope);
                    let side = value::truth(&asked).or_else(|| self.choose(&asked, condition));
                    match side {
                        Some(true) => self.pieces(then, out, scope),
                        Some(false) => self.pieces(otherwise, out, scope),
                        None => hole(out, &asked, condition, *span),
                    }
                }
                Piece::For { key_var, value_var, collection, body, span } => {
                    let over = self.eval(collection, scope);
                    let Some(members) = self.members(collection, &over, scope.instance) else {
                        hole(out, &over, collection, *span);
                        continue;
                    };
                    for (key, member) in &members {
                        let value_frame = Frame { name: value_var, value: member, up: scope.frame };
                        let key_frame = key_var.as_ref().map(|name| Frame { name, value: key, up: Some(&value_frame) });
                        let inner = scope.with(key_frame.as_ref().unwrap_or(&value_frame));
                        self.pieces(body, out, inner);
                    }
                }
            }
            if out.len() > LONGEST {
                // What is cut off is not known; it is not nothing.
                let refs = vec![SmolStr::new_static("more than a policy may hold")];
                let (Piece::Text(_, span)
                | Piece::Value { span, .. }
                | Piece::If { span, .. }
                | Piece::For { span, .. }) = piece;
                let span = *span;
                out.hole_at(Unknown::new(refs, span), span);
                return;
            }
        }
    }
}

/// An unknown value for an operation over operands that are not all known.
fn unknown_of(operands: &[&Node], expr: &Expr) -> Node {
    let mut refs = Vec::new();
    for operand in operands {
        value::refs_of(operand, &mut refs);
    }
    if refs.is_empty() {
        refs.push(reference(expr));
    }
    unknown(refs, expr.span)
}

fn hole(out: &mut TextBuilder, node: &Node, expr: &Expr, span: Span) {
    let mut refs = Vec::new();
    value::refs_of(node, &mut refs);
    if refs.is_empty() {
        refs.push(reference(expr));
    }
    out.hole_at(Unknown::new(refs, expr.span), span);
}

/// Puts a value into a template, as Terraform converts it to a string.
fn insert(out: &mut TextBuilder, node: &Node, span: Span, expr: &Expr) {
    match &node.value {
        Value::String(text) => out.text(text, span),
        Value::Null => {}
        Value::Unknown(what) => out.hole_at(Unknown { span: expr.span, ..what.clone() }, span),
        Value::Map(_) | Value::List(_) => {
            let text = crate::carrier::render::json(node);
            out.text(&text, span);
        }
        Value::Secret => out.hole_at(Unknown::new(vec![reference(expr)], expr.span), span),
        Value::Bool(_) | Value::Number(_) => {
            if let Some(text) = value::known_string(node) {
                out.push(&text, span);
            }
        }
    }
}

/// Keys and values of a list, set or map, if all of it that matters is known.
pub(super) fn members(collection: &Node) -> Option<Vec<(Node, Node)>> {
    match &collection.value {
        Value::List(items) => Some(
            items
                .iter()
                .enumerate()
                .map(|(index, item)| {
                    #[allow(clippy::cast_precision_loss, reason = "an index")]
                    let key = number(index as f64, item.span);
                    (key, item.clone())
                })
                .collect(),
        ),
        Value::Map(entries) => Some(
            entries
                .iter()
                .map(|entry| (Node::new(entry.key_span, Value::String(entry.key.clone())), entry.value.clone()))
                .collect(),
        ),
        _ => None,
    }
}

/// An expression as its author would name it: a traversal as written, else what stands
/// first in it.
pub(super) fn reference(expr: &Expr) -> SmolStr {
    fn write(expr: &Expr, out: &mut String, depth: usize) {
        if depth == 0 {
            return;
        }
        match &expr.kind {
            ExprKind::Variable(name) => out.push_str(name),
            ExprKind::String(text) => {
                let _ = std::fmt::Write::write_fmt(out, format_args!("{:?}", text.display()));
            }
            ExprKind::Number(number) => out.push_str(number),
            ExprKind::Get(base, steps) => {
                write(base, out, depth - 1);
                steps_text(steps, out, depth - 1);
            }
            ExprKind::Call(call) => {
                out.push_str(&call.name);
                out.push('(');
                for (index, arg) in call.args.iter().take(4).enumerate() {
                    if index > 0 {
                        out.push_str(", ");
                    }
                    write(arg, out, depth - 1);
                }
                out.push(')');
            }
            ExprKind::Not(operand) => {
                out.push('!');
                write(operand, out, depth - 1);
            }
            ExprKind::Binary(_, operands) => {
                let [left, right] = operands.as_ref();
                write(left, out, depth - 1);
                out.push_str(", ");
                write(right, out, depth - 1);
            }
            ExprKind::Conditional(parts) => {
                let [condition, ..] = parts.as_ref();
                write(condition, out, depth - 1);
            }
            _ => out.push('…'),
        }
    }
    let mut out = String::new();
    write(expr, &mut out, 8);
    SmolStr::from(out)
}

/// The steps of a traversal as they are written.
pub(super) fn steps_text(steps: &[Step], out: &mut String, depth: usize) {
    for step in steps {
        match step {
            Step::Attr(name) => {
                out.push('.');
                out.push_str(name);
            }
            Step::Index(index) if depth > 0 => {
                out.push('[');
                out.push_str(&reference(index));
                out.push(']');
            }
            Step::Index(_) => out.push_str("[…]"),
            Step::Splat => out.push_str("[*]"),
        }
    }
}
