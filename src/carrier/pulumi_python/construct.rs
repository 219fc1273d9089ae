//! Constructor calls of the SDKs → records.

use ruff_python_ast::{Expr, ExprCall};
use ruff_text_size::Ranged;
use smol_str::SmolStr;

use super::Reader;
use super::value::Val;
use crate::carrier::pulumi_names::Package;
use crate::carrier::pulumi_program::resource::{Argument, Call, take};
use crate::syntax::{Entry, Node, Value};

impl<'a> Reader<'a> {
    /// A call of something of an SDK: a resource class, a function, a type of its inputs.
    pub(super) fn construct(&mut self, package: Package, path: &SmolStr, call: &'a ExprCall) -> Val<'a> {
        let name = path.rsplit('.').next().unwrap_or(path);
        let range = call.range();
        if name.ends_with("Args") || name.ends_with("ArgsDict") {
            let arguments = self.arguments(call, 0).0;
            return Val::node(Node::new(self.span(range), self.reading.body(arguments, None)));
        }
        if name.starts_with(|c: char| c.is_ascii_lowercase()) {
            return self.look_up(package, path, call);
        }
        let parent = path.rsplit_once('.').map_or("", |(parent, _)| parent);
        if name == "get" || parent.ends_with(|c: char| c.is_ascii_uppercase()) {
            self.give(&call.arguments);
            return Val::node(self.unknown(range));
        }
        self.resource(package, path, call)
    }

    /// Keyword arguments of a constructor, with those of an `args=` object; and whether
    /// there may be more.
    fn arguments(&mut self, call: &'a ExprCall, skip: usize) -> (Vec<Argument>, Option<Node>) {
        let mut out = Vec::new();
        let mut options = None;
        for written in call.arguments.args.iter().skip(skip) {
            let value = self.eval_node(written);
            let is_args = match written {
                Expr::Call(inner) => written_name(&inner.func).is_some_and(|name| name.ends_with("Args")),
                _ => matches!(value.value, Value::Map(_)),
            };
            if is_args && let Value::Map(entries) = value.value {
                out.extend(entries.into_iter().map(from_entry));
            } else {
                options.get_or_insert(value);
            }
        }
        for keyword in &call.arguments.keywords {
            let value = self.eval_node(&keyword.value);
            match &keyword.arg {
                Some(arg) if arg.id.as_str() == "args" && matches!(value.value, Value::Map(_)) => {
                    if let Value::Map(entries) = value.value {
                        out.extend(entries.into_iter().map(from_entry));
                    }
                }
                Some(arg) => {
                    out.push(Argument { name: SmolStr::new(arg.id.as_str()), at: Some(self.span(arg.range)), value });
                }
                None => {
                    if let Value::Map(entries) = value.value {
                        out.extend(entries.into_iter().map(from_entry));
                    } else {
                        // `**rest`: any argument may be among it.
                        let at = Some(self.span(keyword.range));
                        out.push(Argument { name: SmolStr::default(), at, value: self.unknown(keyword.range) });
                    }
                }
            }
        }
        (out, options)
    }

    fn resource(&mut self, package: Package, path: &SmolStr, call: &'a ExprCall) -> Val<'a> {
        let naming = self.reading.naming.take();
        let label = match call.arguments.args.first() {
            Some(Expr::Starred(_)) | None => None,
            Some(first) => Some(self.eval_node(first)),
        };
        let (mut arguments, options) = self.arguments(call, 1);
        let label = label.or_else(|| take(&mut arguments, "resource_name"));
        let call = self.sdk_call(package, path, call, naming);
        Val::node(self.reading.resource(call, label, arguments, options))
    }

    /// A function of an SDK: a data source.
    fn look_up(&mut self, package: Package, path: &SmolStr, call: &'a ExprCall) -> Val<'a> {
        let naming = self.reading.naming.take();
        let (arguments, _) = self.arguments(call, 0);
        let call = self.sdk_call(package, path, call, naming);
        Val::node(self.reading.look_up(call, arguments))
    }

    fn sdk_call(&self, package: Package, path: &SmolStr, call: &ExprCall, naming: Option<SmolStr>) -> Call {
        let (callee, span) = (self.span(call.func.range()), self.span(call.range()));
        Call { package, path: path.clone(), callee, span, naming }
    }
}

fn from_entry(entry: Entry) -> Argument {
    let name = entry.key.known().map(SmolStr::new).unwrap_or_default();
    Argument { name, at: Some(entry.key_span), value: entry.value }
}

/// The last part of a dotted name as it is written.
fn written_name(expression: &Expr) -> Option<&str> {
    match expression {
        Expr::Name(name) => Some(name.id.as_str()),
        Expr::Attribute(attribute) => Some(attribute.attr.id.as_str()),
        _ => None,
    }
}
