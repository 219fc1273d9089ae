//! What functions and objects do that no program brings along: Pulumi's own, those of the
//! language and of Node.js.

use smol_str::SmolStr;

use super::Reader;
use super::call::Given;
use super::value::{Val, parse_json, value_at};
use crate::aws::managed_policy;
use crate::carrier::pulumi_names::Package;
use crate::carrier::pulumi_program::data::{self, Members};
use crate::carrier::pulumi_program::file::{join_path, path_attribute};
use crate::source::{Span, Unknown};
use crate::syntax::{Entry, Node, Text, TextBuilder, Value};

/// Names that need no import and mean something here.
pub(super) fn is_global(name: &str) -> bool {
    matches!(name, "Array" | "Boolean" | "Buffer" | "JSON" | "Map" | "Number" | "Object" | "Promise" | "Set" | "String")
        || matches!(name, "process" | "require" | "console" | "structuredClone")
}

/// What a constant of an SDK is.
pub(super) fn constant(path: &str, place: Span) -> Option<Node> {
    let rest = path.strip_prefix("pulumi_aws.iam.")?;
    let text = |value: String| Node::new(place, Value::String(Text::atomic(value, place)));
    if let Some(name) = rest.strip_prefix("ManagedPolicy.").or_else(|| rest.strip_prefix("ManagedPolicies.")) {
        return Some(text(managed_policy::arn(name)));
    }
    let service = match rest.strip_prefix("Principals.")? {
        "Ec2Principal" => "ec2.amazonaws.com",
        "EcsPrincipal" => "ecs.amazonaws.com",
        "LambdaPrincipal" => "lambda.amazonaws.com",
        _ => return None,
    };
    let key = Text::atomic("Service", place);
    let entry = Entry { key, key_span: place, value: text(service.to_owned()) };
    Some(Node::new(place, Value::Map(vec![entry])))
}

impl<'a> Reader<'a> {
    pub(super) fn call_import(&mut self, path: &SmolStr, call: &'a oxc_ast::ast::CallExpression<'a>) -> Val<'a> {
        if let Some((package, rest)) = Package::of(path) {
            return self.sdk_call(package, rest, call);
        }
        let given = self.give(&call.arguments);
        self.library(path, given, self.span(call.span))
    }

    /// A call of a function by its full name.
    pub(super) fn library(&mut self, path: &SmolStr, given: Given<'a>, place: Span) -> Val<'a> {
        let Some(first) = given.first().cloned() else {
            return match path.as_str() {
                "process.cwd" => value_at(place, Value::String(Text::atomic(".", place))),
                "Object" | "Object.create" => value_at(place, Value::Map(Vec::new())),
                "Array" => value_at(place, Value::List(Vec::new())),
                _ => self.unknown(place),
            };
        };
        match path.as_str() {
            // An output is its value.
            "pulumi.output"
            | "pulumi.secret"
            | "pulumi.unsecret"
            | "pulumi.all"
            | "pulumi.Output.create"
            | "pulumi.Output.secret"
            | "Promise.all"
            | "Promise.resolve"
            | "Object.freeze"
            | "Object.seal"
            | "structuredClone"
            | "path.normalize"
            | "url.fileURLToPath" => first,
            "JSON.stringify" | "pulumi.jsonStringify" => {
                let node = self.data(first, place);
                if matches!(node.value, Value::Map(_) | Value::List(_)) {
                    self.texts.insert(node.span);
                }
                Val::node(node)
            }
            "JSON.parse" | "pulumi.jsonParse" => {
                let node = self.data(first, place);
                match &node.value {
                    Value::String(text) => parse_json(text, node.span).unwrap_or_else(|| self.unknown(place)),
                    // What went through `JSON.stringify` is still the structure it was.
                    Value::Map(_) | Value::List(_) => Val::node(node),
                    _ => self.unknown(place),
                }
            }
            "pulumi.concat" | "pulumi.Output.concat" => {
                let mut builder = TextBuilder::new(self.reading.source);
                for (value, at) in given.values {
                    let node = self.data(value, at);
                    self.reading.put(&mut builder, &node, self.reading.place(&node, at));
                }
                if given.more {
                    builder.hole_at(Unknown::new(vec![self.reading.excerpt(place)], place), place);
                }
                value_at(place, Value::String(builder.finish(place)))
            }
            "path.join" | "path.resolve" | "path.posix.join" => {
                let more = given.more;
                let parts: Vec<Node> = given.values.into_iter().map(|(value, at)| self.data(value, at)).collect();
                let joined = parts.iter().try_fold(String::new(), |path, part| Some(join_path(&path, part.as_str()?)));
                match joined {
                    Some(path) if !more => value_at(place, Value::String(Text::atomic(path, place))),
                    _ => self.unknown(place),
                }
            }
            "fs.readFileSync" | "fs.readFile" | "fs.promises.readFile" => {
                let name = self.data(first, place);
                let text = name.as_str().and_then(|name| self.reading.project_file(name));
                text.map_or_else(|| self.unknown(place), Val::node)
            }
            "Buffer.from" if given.values.len() == 1 => first,
            _ => self.shaped(path, &given, place),
        }
    }

    /// Functions that shape data.
    fn shaped(&mut self, path: &SmolStr, given: &Given<'a>, place: Span) -> Val<'a> {
        let Some(first) = given.first().cloned() else { return self.unknown(place) };
        if path == "Object.assign" {
            return self.assigned(given, place);
        }
        if path == "Boolean" {
            return match self.truth(&first) {
                Some(truth) => value_at(place, Value::Bool(truth)),
                None => self.unknown(place),
            };
        }
        let node = self.data(first, place);
        let made = match (path.as_str(), &node.value) {
            ("Object.entries", Value::Map(entries)) => data::pairs(entries).map(Value::List),
            ("Object.keys", Value::Map(entries)) => data::keys(entries).map(Value::List),
            ("Object.values", Value::Map(entries)) => data::values(entries).map(Value::List),
            ("Object.fromEntries", Value::List(items)) => from_entries(items).map(Value::Map),
            ("Array.from", Value::List(_)) => {
                let list = Val::node(node);
                return match given.get(1).cloned() {
                    Some(function) => self.mapped(&list, &function, place),
                    None => list,
                };
            }
            ("Array.isArray", Value::List(_)) => Some(Value::Bool(true)),
            ("Array.isArray", Value::String(_) | Value::Map(_) | Value::Number(_) | Value::Bool(_)) => {
                Some(Value::Bool(false))
            }
            ("String", Value::String(_) | Value::Unknown(_))
            | ("Number" | "parseInt" | "parseFloat", Value::Number(_)) => return Val::node(node),
            ("String", Value::Number(number)) => Some(Value::String(Text::atomic(number.clone(), node.span))),
            ("path.dirname", Value::String(text)) => {
                let parent = text.known().and_then(|path| path_attribute(path, "parent"));
                parent.map(|parent| Value::String(Text::atomic(parent, place)))
            }
            ("path.basename", Value::String(text)) => {
                let name = text.known().and_then(|path| path_attribute(path, "name"));
                name.map(|name| {
                    let end = given.get(1).and_then(|end| Self::as_data(end)?.as_str().map(SmolStr::new));
                    let cut = end.and_then(|end| name.strip_suffix(end.as_str()).map(str::to_owned));
                    Value::String(Text::atomic(cut.unwrap_or(name), place))
                })
            }
            _ => None,
        };
        match made {
            Some(value) => self.copied(place, value),
            None => self.unknown(place),
        }
    }

    /// `Object.assign(target, …)`: the members of all, later ones first.
    fn assigned(&mut self, given: &Given<'a>, place: Span) -> Val<'a> {
        let mut entries: Members<Entry> = Members::default();
        for (value, at) in &given.values {
            let node = self.data(value.clone(), *at);
            match node.value {
                Value::Map(inner) => {
                    for entry in inner {
                        entries.merge(entry);
                    }
                }
                Value::Null => {}
                _ => entries.unknown(self.spread(*at)),
            }
        }
        value_at(place, Value::Map(entries.finish()))
    }

    /// `new X(…)` of what is no resource.
    pub(super) fn library_object(&mut self, path: &SmolStr, given: &Given<'a>, place: Span) -> Val<'a> {
        match (path.as_str(), given.first().cloned()) {
            ("Set" | "Array", None) => value_at(place, Value::List(Vec::new())),
            ("Set", Some(items @ Val::Node(_))) => items,
            ("Promise", Some(Val::Function(function))) => {
                let more = Given { more: true, ..Given::default() };
                self.enter(&function, more, place);
                self.unknown(place)
            }
            _ => self.unknown(place),
        }
    }
}

/// Pairs of key and value as a map.
fn from_entries(items: &[Node]) -> Option<Vec<Entry>> {
    let mut entries: Members<Entry> = Members::default();
    for item in items {
        let [key, value] = item.as_list()? else { return None };
        let text = data::key_text(key, key.span)?;
        entries.merge(Entry { key: text, key_span: key.span, value: value.clone() });
    }
    Some(entries.finish())
}
