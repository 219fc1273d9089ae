//! Classes of the program: components, and those that only hold fields.

use std::rc::Rc;

use ruff_python_ast::{Expr, Stmt, StmtClassDef};
use ruff_text_size::{Ranged, TextRange};
use smol_str::SmolStr;

use super::Reader;
use super::call::Given;
use super::value::{Class, Val};
use crate::syntax::{Entry, Node, Text, Value};

impl<'a> Reader<'a> {
    pub(super) fn class(&mut self, definition: &'a StmtClassDef) {
        let attributes = self.scopes.add(Some(self.scopes.current));
        let mut fields = self.inherited(definition, attributes);
        let mut init = None;
        for statement in &definition.body {
            match statement {
                Stmt::FunctionDef(method) => {
                    let function = self.function(method, true);
                    match method.name.id.as_str() {
                        "__init__" => init = Some(function),
                        // What it makes of the fields is not followed.
                        "__post_init__" | "model_post_init" => fields = None,
                        _ => {}
                    }
                }
                Stmt::Assign(statement) => {
                    let value = self.eval_inside(attributes, &statement.value);
                    for target in &statement.targets {
                        if let Expr::Name(name) = target {
                            self.scopes.set(attributes, SmolStr::new(name.id.as_str()), Some(value.clone()));
                        }
                    }
                }
                Stmt::AnnAssign(statement) => {
                    let value = statement.value.as_ref().map(|value| self.eval_inside(attributes, value));
                    let Expr::Name(name) = &*statement.target else { continue };
                    let name = SmolStr::new(name.id.as_str());
                    if let Some(fields) = &mut fields {
                        fields.retain(|(field, _)| *field != name);
                        fields.push((name.clone(), statement.target.range()));
                    }
                    if value.is_some() {
                        self.scopes.set(attributes, name, value);
                    }
                }
                _ => {}
            }
        }
        let class = Class { init, attributes, fields };
        self.scopes.bind(definition.name.id.as_str(), Val::Class(Rc::new(class)));
    }

    /// The value of an expression among the attributes of a class, which see each other.
    fn eval_inside(&mut self, attributes: usize, value: &'a Expr) -> Val<'a> {
        let around = std::mem::replace(&mut self.scopes.current, attributes);
        let value = self.eval(value);
        self.scopes.current = around;
        value
    }

    /// The attributes and fields of what a class extends; none for a class that has more
    /// than fields.
    fn inherited(&mut self, definition: &'a StmtClassDef, attributes: usize) -> Option<Vec<(SmolStr, TextRange)>> {
        let decorated = definition.decorator_list.iter().any(|decorator| {
            let named = match &decorator.expression {
                Expr::Call(call) => &*call.func,
                other => other,
            };
            last_name(named) == Some("dataclass")
        });
        let mut fields = decorated.then(Vec::new);
        for base in definition.arguments.iter().flat_map(|arguments| &arguments.args) {
            if matches!(last_name(base), Some("BaseModel" | "NamedTuple")) {
                fields.get_or_insert_default();
                continue;
            }
            let Val::Class(parent) = self.eval(base) else { continue };
            let own: Vec<_> = self.scopes.names(parent.attributes).map(|(n, v)| (n.clone(), v.clone())).collect();
            for (name, value) in own {
                self.scopes.set(attributes, name, Some(value));
            }
            if let Some(more) = &parent.fields {
                fields.get_or_insert_default().extend(more.iter().cloned());
            }
        }
        fields
    }

    /// A call of a class.
    pub(super) fn make(&mut self, class: &Rc<Class<'a>>, given: Given<'a>, range: TextRange) -> Val<'a> {
        if let (Some(fields), None) = (&class.fields, &class.init) {
            return self.record(class, fields, given, range);
        }
        let object = Val::node(self.unknown(range));
        if let Some(init) = &class.init {
            self.enter(init, given, Some(object.clone()), range);
        }
        object
    }

    /// An instance that holds nothing but fields, as a map of them.
    fn record(
        &mut self,
        class: &Rc<Class<'a>>,
        fields: &[(SmolStr, TextRange)],
        given: Given<'a>,
        range: TextRange,
    ) -> Val<'a> {
        let span = self.span(range);
        let mut positional = given.positional.into_iter();
        let mut keywords = given.keywords;
        let mut entries = Vec::with_capacity(fields.len());
        for (name, at) in fields {
            let by_name = keywords.iter().position(|(keyword, _)| keyword == name);
            let value = match (positional.next(), by_name) {
                (Some(value), _) => Some(value),
                (None, Some(at)) => Some(keywords.remove(at).1),
                (None, None) if given.more => None,
                (None, None) => self.scopes.get(class.attributes, name).cloned(),
            };
            let value = match value {
                Some(value) => self.data(value, *at),
                None => self.unknown_ref(name.clone(), range),
            };
            entries.push(Entry { key: Text::atomic(name.clone(), span), key_span: span, value });
        }
        Val::node(Node::new(span, Value::Map(entries)))
    }
}

/// The last part of a dotted name.
fn last_name(expression: &Expr) -> Option<&str> {
    match expression {
        Expr::Name(name) => Some(name.id.as_str()),
        Expr::Attribute(attribute) => Some(attribute.attr.id.as_str()),
        _ => None,
    }
}
