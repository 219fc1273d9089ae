//! Expressions.

use std::rc::Rc;

use ruff_python_ast::{
    CmpOp, Comprehension, Expr, ExprBinOp, ExprCompare, ExprDict, ExprFString, ExprLambda, FStringPart,
    InterpolatedStringElement, Number, Operator, UnaryOp,
};
use ruff_text_size::{Ranged, TextRange};
use smol_str::SmolStr;

use super::exec::truthy;
use super::value::{Body, Function, Val};
use super::{Reader, text};
use crate::carrier::pulumi_program::data::{self, Members};
use crate::carrier::pulumi_program::file;
use crate::carrier::pulumi_program::scope::Bound;
use crate::source::Unknown;
use crate::syntax::python::literal::{self, Style};
use crate::syntax::{Entry, Node, Text, TextBuilder, Value};

impl<'a> Reader<'a> {
    /// The value of an expression.
    pub(super) fn eval(&mut self, expression: &'a Expr) -> Val<'a> {
        if !self.reading.step(self.span(expression.range())) {
            return Val::node(self.unknown(expression.range()));
        }
        let value = self.expression(expression);
        self.reading.depth -= 1;
        value
    }

    /// The value of an expression as data.
    pub(super) fn eval_node(&mut self, expression: &'a Expr) -> Node {
        let value = self.eval(expression);
        self.data(value, expression.range())
    }

    fn expression(&mut self, expression: &'a Expr) -> Val<'a> {
        let range = expression.range();
        let span = self.span(range);
        let node = |value| Val::node(Node::new(span, value));
        match expression {
            Expr::StringLiteral(string) => {
                let mut builder = TextBuilder::new(self.reading.source);
                for part in &string.value {
                    literal::string(&mut builder, self.reading.text(), part);
                }
                node(Value::String(builder.finish(span)))
            }
            Expr::BytesLiteral(bytes) => match bytes.value.iter().next() {
                Some(part) if bytes.value.iter().count() == 1 => {
                    let value = String::from_utf8_lossy(&part.value).into_owned();
                    node(Value::String(Text::atomic(value, span)))
                }
                _ => Val::node(self.unknown(range)),
            },
            Expr::FString(string) => self.f_string(string),
            Expr::NumberLiteral(number) => match &number.value {
                Number::Complex { .. } => Val::node(self.unknown(range)),
                Number::Int(_) | Number::Float(_) => {
                    let written =
                        self.reading.text().get(range.start().to_usize()..range.end().to_usize()).unwrap_or("0");
                    node(Value::Number(SmolStr::from(written.replace('_', ""))))
                }
            },
            Expr::BooleanLiteral(boolean) => node(Value::Bool(boolean.value)),
            Expr::NoneLiteral(_) => node(Value::Null),
            Expr::Name(name) => self.name(name.id.as_str(), range),
            Expr::Attribute(attribute) => {
                if self.has_members
                    && let Expr::Name(object) = &*attribute.value
                    && let Some(value) =
                        self.scopes.lookup(&smol_str::format_smolstr!("{}.{}", object.id, attribute.attr.id)).cloned()
                {
                    return self.restated(value, range);
                }
                let base = self.eval(&attribute.value);
                self.attribute(&base, attribute.attr.id.as_str(), range)
            }
            Expr::Subscript(subscript) => {
                let base = self.eval(&subscript.value);
                let index = self.eval(&subscript.slice);
                self.subscript(&base, &index, range)
            }
            Expr::List(list) => self.list(&list.elts, range),
            Expr::Tuple(tuple) => self.list(&tuple.elts, range),
            Expr::Set(set) => self.list(&set.elts, range),
            Expr::Dict(dict) => self.dict(dict),
            Expr::Call(call) => self.call(call),
            Expr::BinOp(operation) => self.operation(operation),
            Expr::BoolOp(operation) => {
                let mut last = None;
                for value in &operation.values {
                    let value = self.eval(value);
                    let decided = truthy(&value);
                    let stops = if operation.op.is_or() { Some(true) } else { Some(false) };
                    if decided == stops {
                        return value;
                    }
                    if decided.is_none() {
                        return Val::node(self.unknown(range));
                    }
                    last = Some(value);
                }
                last.unwrap_or_else(|| Val::node(self.unknown(range)))
            }
            Expr::UnaryOp(operation) => {
                let value = self.eval(&operation.operand);
                match (operation.op, truthy(&value)) {
                    (UnaryOp::Not, Some(truth)) => node(Value::Bool(!truth)),
                    (UnaryOp::USub, _) => match &value {
                        Val::Node(inner) => match &inner.value {
                            Value::Number(number) => node(Value::Number(smol_str::format_smolstr!("-{number}"))),
                            _ => Val::node(self.unknown(range)),
                        },
                        _ => Val::node(self.unknown(range)),
                    },
                    _ => Val::node(self.unknown(range)),
                }
            }
            Expr::Compare(comparison) => self.comparison(comparison),
            Expr::If(conditional) => {
                let test = self.eval(&conditional.test);
                match truthy(&test) {
                    Some(true) => self.eval(&conditional.body),
                    Some(false) => self.eval(&conditional.orelse),
                    None => {
                        let body = self.eval(&conditional.body);
                        let orelse = self.eval(&conditional.orelse);
                        if body.is_same(&orelse) { body } else { Val::node(self.unknown(range)) }
                    }
                }
            }
            Expr::Lambda(lambda) => self.lambda(lambda),
            Expr::Named(named) => {
                let value = self.eval(&named.value);
                self.assign(&named.target, value.clone());
                value
            }
            Expr::Await(inner) => self.eval(&inner.value),
            Expr::Starred(inner) => self.eval(&inner.value),
            Expr::ListComp(comprehension) => self.comprehension(&comprehension.generators, range, |reader| {
                let value = reader.eval_node(&comprehension.elt);
                Some((None, value))
            }),
            Expr::SetComp(comprehension) => self.comprehension(&comprehension.generators, range, |reader| {
                let value = reader.eval_node(&comprehension.elt);
                Some((None, value))
            }),
            Expr::Generator(comprehension) => self.comprehension(&comprehension.generators, range, |reader| {
                let value = reader.eval_node(&comprehension.elt);
                Some((None, value))
            }),
            Expr::DictComp(comprehension) => self.comprehension(&comprehension.generators, range, |reader| {
                let key = reader.eval_node(comprehension.key.as_deref()?);
                let value = reader.eval_node(&comprehension.value);
                Some((Some(key), value))
            }),
            Expr::Yield(inner) => {
                if let Some(value) = &inner.value {
                    self.eval(value);
                }
                Val::node(self.unknown(range))
            }
            Expr::YieldFrom(_)
            | Expr::TString(_)
            | Expr::EllipsisLiteral(_)
            | Expr::Slice(_)
            | Expr::IpyEscapeCommand(_) => Val::node(self.unknown(range)),
        }
    }

    /// A value at another place of use: what is unknown stands there.
    fn restated(&self, value: Val<'a>, range: TextRange) -> Val<'a> {
        let used = match &value {
            Val::Node(node) => data::used_at(node, self.span(range)),
            _ => None,
        };
        used.map_or(value, Val::node)
    }

    fn f_string(&mut self, string: &'a ExprFString) -> Val<'a> {
        let span = self.span(string.range);
        let mut builder = TextBuilder::new(self.reading.source);
        for part in &string.value {
            let string = match part {
                FStringPart::Literal(part) => {
                    literal::string(&mut builder, self.reading.text(), part);
                    continue;
                }
                FStringPart::FString(string) => string,
            };
            let style = Style { raw: string.flags.prefix().is_raw(), format: true };
            for element in &string.elements {
                match element {
                    InterpolatedStringElement::Literal(part) => {
                        let (start, end) = (part.range.start().to_usize(), part.range.end().to_usize());
                        literal::decode(&mut builder, self.reading.text(), start, end, style);
                    }
                    InterpolatedStringElement::Interpolation(part) => {
                        let place = self.span(part.range);
                        let plain = part.conversion.to_char().is_none_or(|c| c == 's')
                            && part.format_spec.is_none()
                            && part.debug_text.is_none();
                        let value = self.eval_node(&part.expression);
                        if plain {
                            self.reading.put(&mut builder, &value, place);
                        } else {
                            let reference = self.excerpt(part.expression.range());
                            builder.hole_at(Unknown::new(vec![reference], place), place);
                        }
                    }
                }
            }
        }
        Val::node(Node::new(span, Value::String(builder.finish(span))))
    }

    fn list(&mut self, elements: &'a [Expr], range: TextRange) -> Val<'a> {
        let mut items = Vec::with_capacity(elements.len());
        for element in elements {
            match element {
                Expr::Starred(starred) => {
                    let value = self.eval_node(&starred.value);
                    match value.value {
                        Value::List(inner) => items.extend(inner),
                        _ => items.push(self.spread(element.range())),
                    }
                }
                _ => items.push(self.eval_node(element)),
            }
        }
        Val::node(Node::new(self.span(range), Value::List(items)))
    }

    /// An element that stands for elements that are not known.
    fn spread(&self, range: TextRange) -> Node {
        data::spread(&self.excerpt(range), self.span(range))
    }

    fn dict(&mut self, dict: &'a ExprDict) -> Val<'a> {
        let mut entries: Members<Entry> = Members::default();
        for item in &dict.items {
            let Some(key) = &item.key else {
                let value = self.eval_node(&item.value);
                if let Value::Map(inner) = value.value {
                    for entry in inner {
                        entries.merge(entry);
                    }
                } else {
                    entries.unknown(self.spread(item.value.range()));
                }
                continue;
            };
            let key_node = self.eval_node(key);
            let value = self.eval_node(&item.value);
            if let Some(key) = data::key_text(&key_node, self.span(key.range())) {
                entries.write(Entry { key, key_span: key_node.span, value }, self.span(dict.range));
            }
        }
        Val::node(Node::new(self.span(dict.range), Value::Map(entries.finish())))
    }

    pub(super) fn attribute(&mut self, base: &Val<'a>, name: &str, range: TextRange) -> Val<'a> {
        match base {
            Val::Import(path) => Val::Import(smol_str::format_smolstr!("{path}.{name}")),
            Val::Node(node) => match &node.value {
                Value::Unknown(unknown) => match unknown.refs.as_slice() {
                    [one] => Val::node(self.reading.output(one, name, self.span(range))),
                    _ => Val::node(self.unknown(range)),
                },
                Value::Map(entries) => {
                    let found = entries.iter().rev().find(|entry| entry.key.known() == Some(name));
                    match found.map(|entry| Rc::new(entry.value.clone())) {
                        Some(value) => Val::node(self.reading.copy(&value).unwrap_or_else(|| self.unknown(range))),
                        None => Val::node(self.unknown(range)),
                    }
                }
                // A member of an enumeration is its value.
                Value::String(_) | Value::Number(_) if name == "value" => Val::Node(Rc::clone(node)),
                Value::String(text) => {
                    let known = text.known().and_then(|path| file::path_attribute(path, name));
                    match known {
                        Some(part) => {
                            let span = self.span(range);
                            Val::node(Node::new(span, Value::String(Text::atomic(part, span))))
                        }
                        None => Val::node(self.unknown(range)),
                    }
                }
                _ => Val::node(self.unknown(range)),
            },
            Val::Class(class) => {
                let own = self.scopes.get(class.attributes, name).cloned();
                own.unwrap_or_else(|| Val::node(self.unknown(range)))
            }
            Val::Module(module) => self.member(*module, name).unwrap_or_else(|| Val::node(self.unknown(range))),
            _ => Val::node(self.unknown(range)),
        }
    }

    fn subscript(&mut self, base: &Val<'a>, index: &Val<'a>, range: TextRange) -> Val<'a> {
        let (Val::Node(base), Val::Node(index)) = (base, index) else {
            return Val::node(self.unknown(range));
        };
        let found = match (&base.value, &index.value) {
            (Value::List(items), Value::Number(number)) if !items.iter().any(data::is_spread) => {
                let at = match number.strip_prefix('-') {
                    Some(back) => back.parse::<usize>().ok().and_then(|back| items.len().checked_sub(back)),
                    None => number.parse().ok(),
                };
                at.and_then(|at| items.get(at)).cloned()
            }
            (Value::Map(entries), Value::String(key)) if key.is_known() => {
                entries.iter().rev().find(|entry| entry.key.known() == key.known()).map(|entry| entry.value.clone())
            }
            (Value::Unknown(unknown), Value::Number(_) | Value::String(_)) => match unknown.refs.as_slice() {
                [one] => {
                    let key = match &index.value {
                        Value::Number(number) => number.clone(),
                        Value::String(text) => smol_str::format_smolstr!("{:?}", text.display()),
                        _ => SmolStr::default(),
                    };
                    Some(self.unknown_ref(smol_str::format_smolstr!("{one}[{key}]"), range))
                }
                _ => None,
            },
            _ => None,
        };
        let value = found.and_then(|node| self.reading.copy(&Rc::new(node)));
        let value = Val::node(value.unwrap_or_else(|| self.unknown(range)));
        self.restated(value, range)
    }

    /// A chain of operators, however long, without recursion to its left.
    fn operation(&mut self, operation: &'a ExprBinOp) -> Val<'a> {
        let mut chain = vec![operation];
        while let Some(Expr::BinOp(left)) = chain.last().map(|last| &*last.left) {
            chain.push(left);
        }
        let Some(first) = chain.last() else { return Val::node(self.unknown(operation.range)) };
        let mut value = self.eval(&first.left);
        if chain.len() > 1 && chain.iter().all(|step| step.op == Operator::Add) {
            return self.sum(value, &chain, operation.range);
        }
        for step in chain.iter().rev() {
            let right = self.eval(&step.right);
            value = self.binary(step.op, &value, &right, step.range);
        }
        value
    }

    /// A chain of additions: strings are joined at once, so that a long one stays cheap.
    fn sum(&mut self, first: Val<'a>, chain: &[&'a ExprBinOp], range: TextRange) -> Val<'a> {
        let mut operands = vec![(first, range)];
        for step in chain.iter().rev() {
            let right = self.eval(&step.right);
            operands.push((right, step.range));
        }
        let kind = |accepts: fn(&Value) -> bool| {
            operands.iter().all(|(operand, _)| matches!(operand, Val::Node(node) if accepts(&node.value)))
        };
        let texts = kind(|value| matches!(value, Value::String(_) | Value::Unknown(_)));
        let some = operands.iter().any(|(o, _)| matches!(o, Val::Node(node) if node.as_text().is_some()));
        if !texts || !some {
            let mut operands = operands.into_iter();
            let Some((mut value, _)) = operands.next() else { return Val::node(self.unknown(range)) };
            for (right, at) in operands {
                value = self.binary(Operator::Add, &value, &right, at);
            }
            return value;
        }
        let mut builder = TextBuilder::new(self.reading.source);
        for (operand, at) in &operands {
            if let Val::Node(node) = operand {
                self.reading.put(&mut builder, node, self.place(node, *at));
            }
        }
        let span = self.span(range);
        Val::node(Node::new(span, Value::String(builder.finish(span))))
    }

    pub(super) fn binary(&mut self, operator: Operator, left: &Val<'a>, right: &Val<'a>, range: TextRange) -> Val<'a> {
        let (Val::Node(left), Val::Node(right)) = (left, right) else {
            return Val::node(self.unknown(range));
        };
        let span = self.span(range);
        let made = match (operator, &left.value, &right.value) {
            (Operator::Add, Value::List(a), Value::List(b)) => Some(Value::List(a.iter().chain(b).cloned().collect())),
            (Operator::Add, Value::List(a), Value::Unknown(_)) => {
                let rest = data::spread_of(right);
                Some(Value::List(a.iter().cloned().chain([rest]).collect()))
            }
            (Operator::Add, Value::Unknown(_), Value::List(b)) => {
                let rest = data::spread_of(left);
                Some(Value::List([rest].into_iter().chain(b.iter().cloned()).collect()))
            }
            // A structure next to a text went through `json.dumps`; Python adds no other.
            (
                Operator::Add,
                Value::String(_),
                Value::String(_) | Value::Unknown(_) | Value::Map(_) | Value::List(_),
            )
            | (Operator::Add, Value::Unknown(_) | Value::Map(_) | Value::List(_), Value::String(_)) => {
                let mut builder = TextBuilder::new(self.reading.source);
                self.reading.put(&mut builder, left, self.place(left, range));
                self.reading.put(&mut builder, right, self.place(right, range));
                Some(Value::String(builder.finish(span)))
            }
            (Operator::BitOr, Value::Map(a), Value::Map(b)) => {
                let mut entries: Members<Entry> = Members::default();
                a.iter().chain(b).cloned().for_each(|entry| entries.merge(entry));
                Some(Value::Map(entries.finish()))
            }
            (Operator::Mod, Value::String(template), _) => Some(Value::String(self.percent(template, left, right))),
            // `Path("policies") / "app.hcl"`
            (Operator::Div, Value::String(a), Value::String(b)) => match (a.known(), b.known()) {
                (Some(a), Some(b)) => Some(Value::String(Text::atomic(file::join_path(a, b), span))),
                _ => None,
            },
            _ => None,
        };
        match made.map(|value| Rc::new(Node::new(span, value))).and_then(|node| self.reading.copy(&node)) {
            Some(node) => Val::node(node),
            None => Val::node(self.unknown(range)),
        }
    }

    /// Where a value that is put into another stands: its own place in this file.
    fn place(&self, node: &Node, range: TextRange) -> crate::source::Span {
        self.reading.place(node, self.span(range))
    }

    fn percent(&mut self, template: &Text, home: &Node, argument: &Node) -> Text {
        text::percent(template, home.span, self.reading.source, |builder, field, place| {
            let found = match field {
                text::Field::Index(index) => match &argument.value {
                    Value::List(items) => items.get(index),
                    _ => (index == 0).then_some(argument),
                },
                text::Field::Name(name) => argument.get(name),
                text::Field::Other(_) => None,
            };
            match found {
                Some(node) => self.reading.put(builder, node, place),
                None => builder.hole_at(Unknown::new(vec![SmolStr::new("%")], place), place),
            }
        })
    }

    fn comparison(&mut self, comparison: &'a ExprCompare) -> Val<'a> {
        let left = self.eval(&comparison.left);
        let (Some(operator), Some(right), 1) =
            (comparison.ops.first(), comparison.comparators.first(), comparison.ops.len())
        else {
            comparison.comparators.iter().for_each(|operand| {
                self.eval(operand);
            });
            return Val::node(self.unknown(comparison.range));
        };
        let right = self.eval(right);
        let decided = match operator {
            CmpOp::Eq | CmpOp::Is => equal(&left, &right),
            CmpOp::NotEq | CmpOp::IsNot => equal(&left, &right).map(|equal| !equal),
            CmpOp::In => member(&left, &right),
            CmpOp::NotIn => member(&left, &right).map(|found| !found),
            CmpOp::Lt | CmpOp::LtE | CmpOp::Gt | CmpOp::GtE => None,
        };
        match decided {
            Some(value) => Val::node(Node::new(self.span(comparison.range), Value::Bool(value))),
            None => Val::node(self.unknown(comparison.range)),
        }
    }

    fn lambda(&mut self, lambda: &'a ExprLambda) -> Val<'a> {
        Val::Function(Rc::new(Function {
            source: self.reading.source,
            start: lambda.range.start().to_u32(),
            parameters: lambda.parameters.as_deref(),
            body: Body::Expression(&lambda.body),
            scope: self.scopes.current,
            method: false,
        }))
    }

    /// A list or map made by a comprehension: element by element where all it runs over
    /// is known, else once with unknown names, as a spread element.
    fn comprehension(
        &mut self,
        generators: &'a [Comprehension],
        range: TextRange,
        mut element: impl FnMut(&mut Self) -> Option<(Option<Node>, Node)>,
    ) -> Val<'a> {
        let scope = self.scopes.enter(self.scopes.current);
        let mut made = Vec::new();
        let complete = self.generate(generators, &mut |reader| made.extend(element(reader)));
        self.scopes.current = scope;
        let span = self.span(range);
        let is_map = made.iter().any(|(key, _)| key.is_some());
        if !complete {
            // What was made stands for any number of its kind.
            if is_map || made.is_empty() {
                return Val::node(self.unknown(range));
            }
            let mut items: Vec<Node> = made.into_iter().map(|(_, value)| value).collect();
            items.push(self.spread(range));
            return Val::node(Node::new(span, Value::List(items)));
        }
        if !is_map {
            let items = made.into_iter().map(|(_, value)| value).collect();
            return Val::node(Node::new(span, Value::List(items)));
        }
        let mut entries = Vec::new();
        for (key, value) in made {
            let Some(key) = key else { continue };
            let key_span = key.span;
            if let Some(key) = data::key_text(&key, key_span) {
                entries.push(Entry { key, key_span, value });
            }
        }
        Val::node(Node::new(span, Value::Map(entries)))
    }

    /// Runs over the generators; false where not everything they give is known.
    fn generate(&mut self, generators: &'a [Comprehension], element: &mut dyn FnMut(&mut Self)) -> bool {
        let Some((first, rest)) = generators.split_first() else {
            element(self);
            return true;
        };
        let iterated = self.eval(&first.iter);
        let Some(items) = self.elements(&iterated) else {
            self.assign_unknown(&first.target);
            for test in &first.ifs {
                self.eval(test);
            }
            self.generate(rest, element);
            return false;
        };
        let mut complete = true;
        for item in items {
            self.assign(&first.target, item);
            let mut wanted = Some(true);
            for test in &first.ifs {
                let value = self.eval(test);
                wanted = match (wanted, truthy(&value)) {
                    (Some(false), _) | (_, Some(false)) => Some(false),
                    (Some(true), Some(true)) => Some(true),
                    _ => None,
                };
            }
            match wanted {
                Some(false) => {}
                Some(true) => complete &= self.generate(rest, element),
                None => {
                    self.generate(rest, element);
                    complete = false;
                }
            }
        }
        complete
    }
}

fn equal(a: &Val<'_>, b: &Val<'_>) -> Option<bool> {
    let (Val::Node(a), Val::Node(b)) = (a, b) else { return None };
    data::equal(a, b)
}

fn member(item: &Val<'_>, container: &Val<'_>) -> Option<bool> {
    let (Val::Node(item), Val::Node(container)) = (item, container) else { return None };
    data::holds(container, item)
}
