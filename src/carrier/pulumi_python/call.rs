//! Calls: of what is imported, of Python's own functions, of the program's functions.

use std::rc::Rc;

use ruff_python_ast::{Arguments, Expr, ExprCall, Parameters};
use ruff_text_size::{Ranged, TextRange};
use smol_str::SmolStr;

use super::value::{Body, Function, Val};
use super::{Reader, package_of, text};
use crate::carrier::pulumi_program::file::{join_path, path_attribute};
use crate::carrier::pulumi_program::scope::returned;
use crate::carrier::pulumi_program::{CALLS, UNROLL, data};
use crate::source::Unknown;
use crate::syntax::{Entry, Node, Text, TextBuilder, Value};

/// Arguments of a call, evaluated.
#[derive(Debug, Default)]
pub(super) struct Given<'a> {
    pub(super) positional: Vec<Val<'a>>,
    pub(super) keywords: Vec<(SmolStr, Val<'a>)>,
    /// `*rest` or `**rest` that is not known: any parameter may be given.
    pub(super) more: bool,
}

impl<'a> Reader<'a> {
    pub(super) fn call(&mut self, call: &'a ExprCall) -> Val<'a> {
        let range = call.range();
        if let Expr::Attribute(attribute) = &*call.func {
            let name = attribute.attr.id.as_str();
            if self.has_members
                && let Expr::Name(object) = &*attribute.value
                && let Some(value) = self.scopes.lookup(&smol_str::format_smolstr!("{}.{name}", object.id)).cloned()
            {
                return self.call_value(&value, call);
            }
            let base = self.eval(&attribute.value);
            return match &base {
                Val::Import(path) => {
                    let path = smol_str::format_smolstr!("{path}.{name}");
                    self.call_import(&path, call)
                }
                Val::Module(module) => {
                    let callee = self.member(*module, name).unwrap_or_else(|| Val::node(self.unknown(range)));
                    self.call_value(&callee, call)
                }
                _ => self.method(&base, name, &attribute.value, call),
            };
        }
        if let Expr::Name(name) = &*call.func
            && self.scopes.lookup(name.id.as_str()).is_none()
        {
            self.note_unbound(name.id.as_str(), name.range);
            return self.builtin(name.id.as_str(), call);
        }
        let callee = self.eval(&call.func);
        match &callee {
            Val::Node(_) | Val::File(_) | Val::Module(_) => {
                self.give(&call.arguments);
                Val::node(self.unknown(range))
            }
            _ => self.call_value(&callee, call),
        }
    }

    fn call_value(&mut self, callee: &Val<'a>, call: &'a ExprCall) -> Val<'a> {
        match callee {
            Val::Import(path) => self.call_import(path, call),
            Val::Function(function) => {
                let given = self.give(&call.arguments);
                self.enter(function, given, None, call.range())
            }
            Val::Class(class) => {
                let given = self.give(&call.arguments);
                self.make(class, given, call.range())
            }
            Val::Node(_) | Val::File(_) | Val::Module(_) => {
                self.give(&call.arguments);
                Val::node(self.unknown(call.range()))
            }
        }
    }

    /// Calls a function value with values, as `apply` does.
    pub(super) fn apply(&mut self, callee: &Val<'a>, argument: Val<'a>, range: TextRange) -> Val<'a> {
        match callee {
            Val::Function(function) => {
                let given = Given { positional: vec![argument], ..Given::default() };
                self.enter(function, given, None, range)
            }
            Val::Import(path) if is_transparent(path) => argument,
            Val::Import(path) if path == "textwrap.dedent" => self.dedent(&argument, range),
            _ => Val::node(self.unknown(range)),
        }
    }

    /// Evaluates the arguments of a call in order.
    pub(super) fn give(&mut self, arguments: &'a Arguments) -> Given<'a> {
        let mut given = Given::default();
        for argument in &arguments.args {
            match argument {
                Expr::Starred(starred) => {
                    let value = self.eval(&starred.value);
                    match self.elements(&value) {
                        Some(items) => given.positional.extend(items),
                        None => given.more = true,
                    }
                }
                _ => given.positional.push(self.eval(argument)),
            }
        }
        for keyword in &arguments.keywords {
            let value = self.eval(&keyword.value);
            if let Some(name) = &keyword.arg {
                given.keywords.push((SmolStr::new(name.id.as_str()), value));
            } else {
                let Val::Node(node) = &value else {
                    given.more = true;
                    continue;
                };
                match &node.value {
                    Value::Map(entries) => {
                        for entry in entries {
                            match entry.key.known() {
                                Some(key) => {
                                    let value = Val::node(entry.value.clone());
                                    given.keywords.push((SmolStr::new(key), value));
                                }
                                None => given.more = true,
                            }
                        }
                    }
                    _ => given.more = true,
                }
            }
        }
        given
    }

    /// Reads a function's body with its parameters bound.
    pub(super) fn enter(
        &mut self,
        function: &Rc<Function<'a>>,
        given: Given<'a>,
        object: Option<Val<'a>>,
        at: TextRange,
    ) -> Val<'a> {
        self.reading.entered.insert((function.source, function.start));
        if self.reading.calls >= CALLS {
            return Val::node(self.unknown(at));
        }
        self.reading.calls += 1;
        let place = self.span(at);
        let caller = std::mem::replace(&mut self.reading.source, function.source);
        let before = self.scopes.enter(function.scope);
        let mut given = given;
        if function.method {
            let object = object.unwrap_or_else(|| Val::node(self.unknown_ref(SmolStr::new("self"), at)));
            given.positional.insert(0, object);
        }
        if let Some(parameters) = function.parameters {
            self.bind_parameters(parameters, given);
        }
        let value = match function.body {
            Body::Expression(body) => Some(self.eval(body)),
            Body::Statements(statements) => {
                self.returns.push(Vec::new());
                let naming = self.reading.naming.take();
                let _ = self.block(statements);
                self.reading.naming = naming;
                returned(self.returns.pop().unwrap_or_default(), || Val::node(Node::new(place, Value::Null)))
            }
        };
        self.scopes.current = before;
        self.reading.source = caller;
        let value = match value {
            // What another file calls something says little here: the call does.
            Some(Val::Node(node)) if node.span.source != self.reading.source && data::is_words(&node) => None,
            other => other,
        };
        let value = value.unwrap_or_else(|| Val::node(self.unknown(at)));
        self.reading.calls -= 1;
        value
    }

    /// Reads a function that nothing calls.
    pub(super) fn enter_unknown(&mut self, function: &Rc<Function<'a>>) {
        let range = TextRange::at(function.start.into(), 0.into());
        self.enter(function, Given { more: true, ..Given::default() }, None, range);
    }

    fn bind_parameters(&mut self, parameters: &'a Parameters, given: Given<'a>) {
        let mut positional = given.positional.into_iter();
        let mut keywords = given.keywords;
        let all = parameters.posonlyargs.iter().chain(&parameters.args).map(|p| (p, true));
        let all: Vec<_> = all.chain(parameters.kwonlyargs.iter().map(|p| (p, false))).collect();
        for (parameter, by_place) in all {
            let name = parameter.parameter.name.id.as_str();
            let value = match by_place.then(|| positional.next()).flatten() {
                Some(value) => value,
                None => match keywords.iter().position(|(keyword, _)| keyword == name) {
                    Some(at) => keywords.remove(at).1,
                    None => match &parameter.default {
                        Some(default) if !given.more => self.eval(default),
                        _ => Val::node(self.unknown_ref(SmolStr::new(name), parameter.parameter.range)),
                    },
                },
            };
            self.scopes.bind(name, value);
        }
        if let Some(rest) = &parameters.vararg {
            let value = if given.more {
                self.unknown(rest.range)
            } else {
                let items: Vec<Node> = positional.map(|value| self.data(value, rest.range)).collect();
                Node::new(self.span(rest.range), Value::List(items))
            };
            self.scopes.bind(rest.name.id.as_str(), Val::node(value));
        }
        if let Some(rest) = &parameters.kwarg {
            let value = if given.more {
                self.unknown(rest.range)
            } else {
                let span = self.span(rest.range);
                let mut entries = Vec::new();
                for (name, value) in keywords {
                    let value = self.data(value, rest.range);
                    entries.push(Entry { key: Text::atomic(name, value.span), key_span: value.span, value });
                }
                Node::new(span, Value::Map(entries))
            };
            self.scopes.bind(rest.name.id.as_str(), Val::node(value));
        }
    }

    fn call_import(&mut self, path: &SmolStr, call: &'a ExprCall) -> Val<'a> {
        let range = call.range();
        if let Some((package, rest)) = package_of(path) {
            return self.construct(package, &SmolStr::new(rest), call);
        }
        let given = self.give(&call.arguments);
        let first = given.positional.first();
        let span = self.span(range);
        match path.as_str() {
            _ if is_transparent(path) => match first.or_else(|| given.keywords.first().map(|(_, value)| value)) {
                Some(value) => value.clone(),
                None => Val::node(self.unknown(range)),
            },
            "pulumi.Output.all" => {
                let value = if given.keywords.is_empty() {
                    let items = given.positional.into_iter().map(|value| self.data(value, range)).collect();
                    Value::List(items)
                } else {
                    self.entries(given.keywords, call)
                };
                if given.more { Val::node(self.unknown(range)) } else { Val::node(Node::new(span, value)) }
            }
            // The default of a field.
            "dataclasses.field" | "pydantic.Field" => {
                let named = |name: &str| given.keywords.iter().find(|(key, _)| key == name).map(|(_, value)| value);
                match (first.or_else(|| named("default")).cloned(), named("default_factory").cloned()) {
                    (Some(value), _) => value,
                    (None, Some(Val::Function(factory))) => self.enter(&factory, Given::default(), None, range),
                    _ => Val::node(self.unknown(range)),
                }
            }
            "typing.cast" => match given.positional.get(1) {
                Some(value) => value.clone(),
                None => Val::node(self.unknown(range)),
            },
            "pulumi.Output.concat" => {
                let mut builder = TextBuilder::new(self.reading.source);
                for (value, written) in given.positional.into_iter().zip(&call.arguments.args) {
                    let node = self.data(value, written.range());
                    let place = self.span(written.range());
                    self.reading.put(&mut builder, &node, place);
                }
                if given.more {
                    builder.hole_at(Unknown::new(vec![self.excerpt(range)], span), span);
                }
                Val::node(Node::new(span, Value::String(builder.finish(span))))
            }
            "pulumi.Output.format" => self.format(given, range),
            "textwrap.dedent" | "inspect.cleandoc" => match first.cloned() {
                Some(value) => self.dedent(&value, range),
                None => Val::node(self.unknown(range)),
            },
            "json.loads" => self.json(first.cloned(), range),
            "json.load" => match first.cloned() {
                Some(Val::File(name)) => {
                    let text = self.file(&name, range);
                    self.json(Some(text), range)
                }
                _ => Val::node(self.unknown(range)),
            },
            "pathlib.Path" | "pathlib.PurePath" | "os.path.join" => {
                let parts: Vec<Node> = given.positional.into_iter().map(|value| self.data(value, range)).collect();
                let joined = parts.iter().try_fold(String::new(), |path, part| Some(join_path(&path, part.as_str()?)));
                match joined {
                    Some(path) if !given.more => Val::node(Node::new(span, Value::String(Text::atomic(path, span)))),
                    _ => Val::node(self.unknown(range)),
                }
            }
            "pathlib.Path.cwd" | "os.getcwd" => Val::node(Node::new(span, Value::String(Text::atomic(".", span)))),
            "os.path.dirname" => {
                let node = first.map(|value| self.data(value.clone(), range));
                match node.as_ref().and_then(Node::as_str).and_then(|path| path_attribute(path, "parent")) {
                    Some(parent) => Val::node(Node::new(span, Value::String(Text::atomic(parent, span)))),
                    None => Val::node(self.unknown(range)),
                }
            }
            "os.path.abspath" | "os.path.realpath" | "os.path.normpath" | "os.fspath" => {
                first.cloned().unwrap_or_else(|| Val::node(self.unknown(range)))
            }
            "pulumi.ResourceOptions" => {
                let value = self.entries(given.keywords, call);
                Val::node(Node::new(span, value))
            }
            _ => Val::node(self.unknown(range)),
        }
    }

    /// Keyword arguments as a map, each key at its place where it is written in the call.
    fn entries(&mut self, keywords: Vec<(SmolStr, Val<'a>)>, call: &'a ExprCall) -> Value {
        let mut entries = Vec::new();
        for (name, value) in keywords {
            let written = call.arguments.keywords.iter().find_map(|keyword| {
                let arg = keyword.arg.as_ref()?;
                (arg.id.as_str() == name.as_str()).then_some((arg.range, keyword.value.range()))
            });
            let (key_range, value_range) = written.unwrap_or((call.range(), call.range()));
            let value = self.data(value, value_range);
            let key_span = self.span(key_range);
            entries.push(Entry { key: Text::atomic(name, key_span), key_span, value });
        }
        Value::Map(entries)
    }

    fn builtin(&mut self, name: &str, call: &'a ExprCall) -> Val<'a> {
        let range = call.range();
        let span = self.span(range);
        let given = self.give(&call.arguments);
        let first = given.positional.first().cloned();
        let made = match (name, &first) {
            ("open", Some(Val::Node(node))) => match node.as_str() {
                Some(path) => return Val::File(SmolStr::new(path)),
                None => None,
            },
            ("str", Some(Val::Node(node))) => match &node.value {
                Value::String(_) | Value::Unknown(_) => return Val::Node(Rc::clone(node)),
                Value::Number(number) => Some(Value::String(Text::atomic(number.clone(), node.span))),
                _ => None,
            },
            ("list" | "tuple" | "set" | "sorted" | "frozenset" | "reversed", Some(value)) => {
                let sorted = matches!(name, "sorted" | "reversed");
                match self.elements(value) {
                    Some(items) if !sorted || items.len() < 2 => {
                        Some(Value::List(items.into_iter().map(|item| self.data(item, range)).collect()))
                    }
                    Some(items) => {
                        let mut nodes: Vec<Node> = items.into_iter().map(|item| self.data(item, range)).collect();
                        if name == "reversed" {
                            nodes.reverse();
                            Some(Value::List(nodes))
                        } else if call.arguments.keywords.is_empty() && nodes.iter().all(|n| n.as_str().is_some()) {
                            nodes.sort_by(|a, b| a.as_str().cmp(&b.as_str()));
                            Some(Value::List(nodes))
                        } else {
                            None
                        }
                    }
                    None => return value.clone(),
                }
            }
            ("list" | "tuple" | "set", None) => Some(Value::List(Vec::new())),
            ("dict", Some(value)) if given.keywords.is_empty() => return value.clone(),
            ("dict", None) if !given.more => Some(self.entries(given.keywords, call)),
            ("enumerate", Some(value)) => self.elements(value).map(|items| {
                let pair = |(index, item): (usize, Val<'a>)| {
                    let number = Node::new(span, Value::Number(smol_str::format_smolstr!("{index}")));
                    let item = self.data(item, range);
                    Node::new(span, Value::List(vec![number, item]))
                };
                Value::List(items.into_iter().enumerate().map(pair).collect())
            }),
            ("zip", Some(_)) => {
                let lists: Option<Vec<Vec<Val<'a>>>> =
                    given.positional.iter().map(|value| self.elements(value)).collect();
                lists.map(|lists| {
                    let shortest = lists.iter().map(Vec::len).min().unwrap_or(0);
                    let row = |index: usize| {
                        let items = lists.iter().filter_map(|list| list.get(index));
                        Node::new(span, Value::List(items.map(|item| self.data(item.clone(), range)).collect()))
                    };
                    Value::List((0..shortest).map(row).collect())
                })
            }
            ("range", Some(Val::Node(node))) => match (&node.value, given.positional.len()) {
                (Value::Number(number), 1) => number.parse::<usize>().ok().filter(|n| *n <= UNROLL).map(|n| {
                    let item = |i: usize| Node::new(span, Value::Number(smol_str::format_smolstr!("{i}")));
                    Value::List((0..n).map(item).collect())
                }),
                _ => None,
            },
            ("isinstance", Some(Val::Node(node))) => {
                call.arguments.args.get(1).and_then(|kinds| is_instance(node, kinds, 8)).map(Value::Bool)
            }
            ("len", Some(value)) => {
                self.elements(value).map(|items| Value::Number(smol_str::format_smolstr!("{}", items.len())))
            }
            _ => None,
        };
        match made {
            Some(value) => Val::node(Node::new(span, value)),
            None => Val::node(self.unknown(range)),
        }
    }

    pub(super) fn dedent(&mut self, value: &Val<'a>, range: TextRange) -> Val<'a> {
        let Val::Node(node) = value else { return Val::node(self.unknown(range)) };
        match &node.value {
            Value::String(text) => Val::node(Node::new(node.span, Value::String(text::dedent(text, node.span)))),
            _ => value.clone(),
        }
    }

    /// `template.format(…)` and `Output.format(template, …)`.
    pub(super) fn format(&mut self, mut given: Given<'a>, range: TextRange) -> Val<'a> {
        if given.positional.is_empty() {
            return Val::node(self.unknown(range));
        }
        let Val::Node(template) = given.positional.remove(0) else { return Val::node(self.unknown(range)) };
        let Value::String(text) = &template.value else { return Val::node(self.unknown(range)) };
        let positional: Vec<Node> = given.positional.into_iter().map(|value| self.data(value, range)).collect();
        let keywords: Vec<(SmolStr, Node)> =
            given.keywords.into_iter().map(|(name, value)| (name, self.data(value, range))).collect();
        let made = text::format(text, template.span, self.reading.source, |builder, field, place| {
            let (found, written) = match field {
                text::Field::Index(index) => (positional.get(index), index.to_string()),
                text::Field::Name(name) => {
                    (keywords.iter().find(|(k, _)| k == name).map(|(_, node)| node), name.to_owned())
                }
                text::Field::Other(written) => (None, written.to_owned()),
            };
            match found {
                Some(node) => self.reading.put(builder, node, place),
                None => builder.hole_at(Unknown::new(vec![SmolStr::from(written)], place), place),
            }
        });
        Val::node(Node::new(template.span, Value::String(made)))
    }

    /// `json.loads`: the document, with the places of its parts.
    fn json(&mut self, value: Option<Val<'a>>, range: TextRange) -> Val<'a> {
        let Some(Val::Node(node)) = value else { return Val::node(self.unknown(range)) };
        let parsed = match &node.value {
            Value::String(text) => crate::syntax::json::parse(&text.fragment(node.span)).0,
            // What went through `json.dumps` is still the structure it was.
            Value::Map(_) | Value::List(_) => return Val::Node(node),
            _ => None,
        };
        match parsed {
            Some(parsed) => Val::node(parsed),
            None => Val::node(self.unknown(range)),
        }
    }
}

/// Whether a value is of one of the types, where both are known. A structure counts as one,
/// though `json.dumps` may have made a text of it: what asks does so to make it either.
fn is_instance(node: &Node, kinds: &Expr, depth: u32) -> Option<bool> {
    let depth = depth.checked_sub(1)?;
    let either = |kinds: &mut dyn Iterator<Item = &Expr>| {
        let mut all = Some(false);
        for kind in kinds {
            match is_instance(node, kind, depth) {
                Some(true) => return Some(true),
                None => all = None,
                Some(false) => {}
            }
        }
        all
    };
    match kinds {
        Expr::Tuple(tuple) => either(&mut tuple.elts.iter()),
        Expr::BinOp(both) if both.op == ruff_python_ast::Operator::BitOr => {
            either(&mut [&*both.left, &*both.right].into_iter())
        }
        Expr::Name(name) => match (&node.value, name.id.as_str()) {
            (Value::Unknown(_) | Value::Secret, _) => None,
            (Value::String(_), kind) => is_one_of(kind, &["str"]),
            (Value::Map(_), kind) => is_one_of(kind, &["dict"]),
            (Value::List(_), kind @ ("list" | "tuple" | "set")) => (kind == "list").then_some(true),
            (Value::Bool(_), kind) => is_one_of(kind, &["bool", "int"]),
            (Value::Number(number), kind) => {
                is_one_of(kind, if number.contains(['.', 'e', 'E']) { &["float"] } else { &["int"] })
            }
            (Value::List(_) | Value::Null, kind) => is_one_of(kind, &[]),
        },
        _ => None,
    }
}

/// Whether a type of Python's own is among some; none for other types.
fn is_one_of(kind: &str, among: &[&str]) -> Option<bool> {
    const OWN: [&str; 8] = ["str", "dict", "list", "tuple", "set", "bool", "int", "float"];
    OWN.contains(&kind).then(|| among.contains(&kind))
}

/// Calls that give back what they are given: wrappers that change how a value travels,
/// not what it says. A document stays the structure it is, so that its parts keep their
/// places.
fn is_transparent(path: &str) -> bool {
    matches!(
        path,
        "json.dumps"
            | "simplejson.dumps"
            | "orjson.dumps"
            | "ujson.dumps"
            | "pulumi.Output.json_dumps"
            | "pulumi.Output.from_input"
            | "pulumi.Output.secret"
            | "pulumi.Output.unsecret"
            | "pulumi.secret"
            | "copy.deepcopy"
            | "copy.copy"
    )
}
