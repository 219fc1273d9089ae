//! Constructor calls of the SDKs → records.

use oxc_ast::ast::{CallExpression, NewExpression};
use oxc_span::GetSpan;
use smol_str::SmolStr;

use super::Reader;
use super::call::Given;
use super::value::{Val, value_at};
use crate::carrier::pulumi_names::{Package, python_module, snake_case};
use crate::carrier::pulumi_program::data;
use crate::carrier::pulumi_program::resource::{Argument, Call};
use crate::carrier::pulumi_state::USER_KEYS;
use crate::source::Span;
use crate::syntax::{Entry, Node, Text, Value};

/// Nesting below which names of a schema are not looked at.
const DEPTH: u32 = 40;

/// Classes that only the SDK for Node.js has: they wrap others.
const NODE_ONLY: &[&str] = &[
    "apigateway.x.API",
    "cloudwatch.EventRuleEventSubscription",
    "cloudwatch.LogGroupEventSubscription",
    "dynamodb.TableEventSubscription",
    "kinesis.StreamEventSubscription",
    "lambda.CallbackFunction",
    "lambda.EventSubscription",
    "s3.BucketEventSubscription",
    "sns.TopicEventSubscription",
    "sqs.QueueEventSubscription",
];

impl<'a> Reader<'a> {
    /// `new X(…)`
    pub(super) fn construct(&mut self, call: &'a NewExpression<'a>) -> Val<'a> {
        let place = self.span(call.span);
        let naming = self.reading.naming.take();
        let callee = self.eval(&call.callee);
        let given = self.give(&call.arguments);
        match &callee {
            Val::Class(class) => self.make(class, given, place),
            Val::Import(path) => match Package::of(path) {
                Some((package, path)) => {
                    let callee = self.span(call.callee.span());
                    self.resource(package, path, given, (callee, place), naming)
                }
                None => self.library_object(path, &given, place),
            },
            _ => self.unknown(place),
        }
    }

    fn resource(
        &mut self,
        package: Package,
        path: &str,
        given: Given<'a>,
        (callee, span): (Span, Span),
        naming: Option<SmolStr>,
    ) -> Val<'a> {
        let Some(class) = class_path(path).filter(|_| !NODE_ONLY.contains(&path)) else { return self.unknown(span) };
        let more = given.more;
        let mut values = given.values.into_iter();
        let mut next = |reader: &mut Self| values.next().map(|(value, at)| reader.data(value, at));
        let label = next(self);
        let mut arguments = match next(self) {
            Some(given) => self.arguments(given),
            None => Vec::new(),
        };
        let options = next(self).map(schema_options);
        if more {
            let value = data::unknown(SmolStr::new_static("..."), span);
            arguments.push(Argument { name: SmolStr::default(), at: None, value });
        }
        let call = Call { package, path: class, callee, span, naming };
        Val::node(self.reading.resource(call, label, arguments, options))
    }

    /// A call of something of an SDK that is no constructor.
    pub(super) fn sdk_call(&mut self, package: Package, path: &str, call: &'a CallExpression<'a>) -> Val<'a> {
        let span = self.span(call.span);
        let naming = self.reading.naming.take();
        let given = self.give(&call.arguments);
        if path == "iam.assumeRolePolicyForPrincipal" && package == Package::Aws {
            return self.assumed_by(given, span);
        }
        let Some(function) = function_path(path) else { return self.unknown(span) };
        let Some((value, at)) = given.values.into_iter().next() else {
            let call = Call { package, path: function, callee: self.span(call.callee.span()), span, naming };
            return Val::node(self.reading.look_up(call, Vec::new()));
        };
        let value = self.data(value, at);
        let arguments = self.arguments(value);
        let call = Call { package, path: function, callee: self.span(call.callee.span()), span, naming };
        Val::node(self.reading.look_up(call, arguments))
    }

    /// The trust policy that the SDK's helper makes of a principal.
    fn assumed_by(&mut self, given: Given<'a>, span: Span) -> Val<'a> {
        let Some((value, at)) = given.values.into_iter().next() else { return self.unknown(span) };
        let principal = self.data(value, at);
        let text = |value: &str| Node::new(span, Value::String(Text::atomic(value, span)));
        let entry = |key: &str, value: Node| Entry { key: Text::atomic(key, span), key_span: span, value };
        let statement = Value::Map(vec![
            entry("Sid", text("AllowAssumeRole")),
            entry("Effect", text("Allow")),
            entry("Principal", principal),
            entry("Action", text("sts:AssumeRole")),
        ]);
        let statements = Node::new(span, Value::List(vec![Node::new(span, statement)]));
        value_at(span, Value::Map(vec![entry("Version", text("2012-10-17")), entry("Statement", statements)]))
    }

    /// The members of an object as arguments, by their names in Python.
    fn arguments(&self, given: Node) -> Vec<Argument> {
        let Value::Map(entries) = given.value else {
            // Any argument may be among what is not known.
            let is_unknown = matches!(given.value, Value::Unknown(_));
            let all = Argument { name: SmolStr::default(), at: Some(given.span), value: given };
            return if is_unknown { vec![all] } else { Vec::new() };
        };
        let argument = |entry: Entry| {
            let name = entry.key.known().map(snake_case).unwrap_or_default();
            let value = self.schema(entry.value, !USER_KEYS.contains(&name.as_str()), DEPTH);
            Argument { name, at: Some(entry.key_span), value }
        };
        entries.into_iter().filter(|entry| entry.value.value != Value::Null).map(argument).collect()
    }

    /// A value whose members are named by the schema, with its names in Python. Texts that
    /// were made of structures, and policy documents, have names of their own.
    fn schema(&self, node: Node, is_schema: bool, depth: u32) -> Node {
        let Some(depth) = depth.checked_sub(1) else { return node };
        if !is_schema || self.texts.contains(&node.span) || node.get("Statement").is_some() {
            return node;
        }
        let value = match node.value {
            Value::List(items) => Value::List(items.into_iter().map(|item| self.schema(item, true, depth)).collect()),
            Value::Map(entries) => {
                let entry = |entry: Entry| {
                    let Some(known) = entry.key.known() else { return entry };
                    let name = snake_case(known);
                    let is_schema = !USER_KEYS.contains(&name.as_str());
                    let key = if name == known { entry.key } else { Text::atomic(name, entry.key_span) };
                    Entry { key, key_span: entry.key_span, value: self.schema(entry.value, is_schema, depth) }
                };
                Value::Map(entries.into_iter().map(entry).collect())
            }
            other => other,
        };
        Node::new(node.span, value)
    }
}

/// Resource options by their names in Python.
fn schema_options(options: Node) -> Node {
    let Value::Map(mut entries) = options.value else { return options };
    for entry in &mut entries {
        if entry.key.known() == Some("dependsOn") {
            entry.key = Text::atomic("depends_on", entry.key_span);
        }
    }
    Node::new(options.span, Value::Map(entries))
}

/// The class that a path of Node.js names, as the tables have it; none for what is no
/// resource class.
fn class_path(path: &str) -> Option<SmolStr> {
    let is_class = |name: &str| name.starts_with(|c: char| c.is_ascii_uppercase());
    match path.split_once('.') {
        // What the package brings along of AWS's own SDK.
        Some(("sdk", _)) => None,
        None => is_class(path).then(|| SmolStr::new(path)),
        Some((module, class)) if !class.contains('.') && is_class(class) && !is_class(module) => {
            Some(smol_str::format_smolstr!("{}.{class}", python_module(module)))
        }
        Some(_) => None,
    }
}

/// The same for a function.
fn function_path(path: &str) -> Option<SmolStr> {
    match path.split_once('.') {
        None => Some(snake_case(path)),
        Some((module, function))
            if !function.contains('.') && !module.starts_with(|c: char| c.is_ascii_uppercase()) =>
        {
            Some(smol_str::format_smolstr!("{}.{}", python_module(module), snake_case(function)))
        }
        Some(_) => None,
    }
}
