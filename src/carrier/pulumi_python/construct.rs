//! Constructor calls of the SDKs → records.

use ruff_python_ast::{Expr, ExprCall};
use ruff_text_size::{Ranged, TextRange};
use smol_str::SmolStr;

use super::exec::unknown_text;
use super::notes::{meant_argument, meant_class};
use super::value::Val;
use super::{Made, RECORDS, Reader};
use crate::carrier::declaration::Carrier;
use crate::carrier::policy_document;
use crate::carrier::pulumi_names::{Class, Package, generated_name, rename_blocks};
use crate::carrier::record::{Mode, Record};
use crate::carrier::terraform::alias;
use crate::source::Span;
use crate::syntax::{Entry, Node, Text, Value};

/// An argument of a constructor.
struct Argument {
    name: SmolStr,
    /// Where the name stands; none for one that came from a `**` expression.
    at: Option<TextRange>,
    value: Node,
}

impl<'a> Reader<'a> {
    /// A call of something of an SDK: a resource class, a function, a type of its inputs.
    pub(super) fn construct(&mut self, package: Package, path: &SmolStr, call: &'a ExprCall) -> Val<'a> {
        let name = path.rsplit('.').next().unwrap_or(path);
        let range = call.range();
        if name.ends_with("Args") || name.ends_with("ArgsDict") {
            let arguments = self.arguments(call, 0).0;
            return Val::node(Node::new(self.span(range), self.body(arguments, None)));
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
                    out.push(Argument { name: SmolStr::new(arg.id.as_str()), at: Some(arg.range), value });
                }
                None => {
                    if let Value::Map(entries) = value.value {
                        out.extend(entries.into_iter().map(from_entry));
                    } else {
                        // `**rest`: any argument may be among it.
                        let at = Some(keyword.range);
                        out.push(Argument { name: SmolStr::default(), at, value: self.unknown(keyword.range) });
                    }
                }
            }
        }
        (out, options)
    }

    /// Arguments as a map in Terraform's words.
    fn body(&mut self, arguments: Vec<Argument>, class: Option<&Class>) -> Value {
        let mut entries = Vec::with_capacity(arguments.len());
        for Argument { name, at, value } in arguments {
            let key_span = at.map_or(value.span, |range| self.span(range));
            if name.is_empty() {
                if let Value::Unknown(unknown) = &value.value {
                    let key = unknown_text(unknown.clone(), key_span);
                    entries.push(Entry { key, key_span, value });
                }
                continue;
            }
            let terraform = class.and_then(|class| class.terraform_name(&name)).unwrap_or(&name);
            let key = if terraform == name && at.is_some() {
                Text::plain(terraform, key_span.start)
            } else {
                Text::atomic(terraform, key_span)
            };
            entries.push(Entry { key, key_span, value });
        }
        Value::Map(entries)
    }

    fn resource(&mut self, package: Package, path: &SmolStr, call: &'a ExprCall) -> Val<'a> {
        let range = call.range();
        let naming = self.naming.take();
        let label = match call.arguments.args.first() {
            Some(Expr::Starred(_)) | None => None,
            Some(first) => Some(self.eval_node(first)),
        };
        let (mut arguments, mut options) = self.arguments(call, 1);
        let label = label.or_else(|| take(&mut arguments, "resource_name"));
        let class = package.class(path);
        let written = written_range(&call.func);
        let mut meant = class;
        if class.is_none() && package.is_complete() {
            let Value::Map(entries) = self.body(copied(&arguments), None) else {
                return Val::node(self.unknown(range));
            };
            meant = meant_class(package, path, &entries);
            let text = self.excerpt(call.func.range());
            self.note_class(&text, package, path, meant, written);
        }
        if let Some(class) = meant.as_ref().filter(|_| package.is_complete()) {
            self.check_arguments(class, &mut arguments);
        }
        for name in ["opts", "__opts__"] {
            options = take(&mut arguments, name).or(options);
        }
        arguments.retain(|argument| argument.name != "__props__" && argument.name != "__name__");
        let kind = if let Some(class) = &meant {
            SmolStr::new(class.kind)
        } else {
            smol_str::format_smolstr!("{}:{path}", package.token())
        };
        let kind =
            if path == "Provider" { smol_str::format_smolstr!("provider_{}", package.terraform()) } else { kind };
        let generated = meant.filter(|class| is_auto_named(class, &arguments));
        let mut body = self.body(arguments, meant.as_ref());
        add_options(&mut body, options);
        let label = label.and_then(|node| {
            let text = match node.value {
                Value::String(text) => text,
                Value::Unknown(unknown) => Text::unknown(unknown),
                _ => return None,
            };
            Some((text, node.span))
        });
        let shown = match &label {
            Some((text, _)) => SmolStr::from(text.display()),
            None => naming.unwrap_or_else(|| self.line_label(range)),
        };
        let wanted = if let Some(name) = kind.strip_prefix("provider_") {
            smol_str::format_smolstr!("provider.{name}.{shown}")
        } else {
            smol_str::format_smolstr!("{kind}.{shown}")
        };
        let address = self.address(&wanted);
        if let (Some(_), Some((text, home)), Value::Map(entries)) = (generated, &label, &mut body) {
            entries.push(generated_name(text, *home));
        }
        let record = Record {
            carrier: Carrier::PulumiProgram,
            address: address.clone(),
            kind,
            kind_span: self.span(call.func.range()),
            mode: Mode::Managed,
            label,
            span: self.span(range),
            body: Node::new(self.span(range), body),
            condition: None,
            notes: Vec::new(),
        };
        self.push_record(record, meant);
        Val::node(self.unknown_ref(address, range))
    }

    /// A function of an SDK: a data source.
    fn look_up(&mut self, package: Package, path: &SmolStr, call: &'a ExprCall) -> Val<'a> {
        let range = call.range();
        let naming = self.naming.take();
        let (arguments, _) = self.arguments(call, 0);
        let Some(kind) = package.data_source(path) else { return Val::node(self.unknown(range)) };
        let mut body = self.body(arguments, None);
        if kind.ends_with("_policy_document") {
            rename_blocks(&mut body, 0);
        }
        let shown = naming.unwrap_or_else(|| self.line_label(range));
        let address = self.address(&smol_str::format_smolstr!("data.{kind}.{shown}"));
        let record = Record {
            carrier: Carrier::PulumiProgram,
            address: address.clone(),
            kind: SmolStr::new(kind),
            kind_span: self.span(call.func.range()),
            mode: Mode::Data,
            label: None,
            span: self.span(range),
            body: Node::new(self.span(range), body),
            condition: None,
            notes: Vec::new(),
        };
        self.push_record(record, None);
        Val::node(self.unknown_ref(address, range))
    }

    fn push_record(&mut self, mut record: Record, class: Option<Class>) {
        record.notes = std::mem::take(&mut self.notes);
        record.condition = self.conditions.last().cloned();
        if self.records.len() < RECORDS {
            if self.importing > 0 {
                self.imported.insert(record.address.clone());
            }
            self.made.insert(record.address.clone(), Made { index: self.records.len(), class });
            self.records.push(record);
        }
    }

    /// An attribute of an unknown value: of a resource what its arguments tell, else a
    /// reference to it.
    pub(super) fn output(&mut self, address: &SmolStr, name: &str, range: TextRange) -> Val<'a> {
        let made = self.made.get(address);
        let class = made.and_then(|made| made.class);
        let name = class.and_then(|class| class.terraform_name(name)).unwrap_or(name);
        let record = made.and_then(|made| self.records.get(made.index));
        let place = self.span(range);
        let value = record.and_then(|record| match (record.mode, record.kind.as_str(), name) {
            (Mode::Data, "aws_iam_policy_document", "json" | "minified_json") => {
                Some(policy_document::aws(&record.body))
            }
            (Mode::Data, "vault_policy_document", "hcl") => Some(policy_document::vault(&record.body)),
            (Mode::Data, ..) => None,
            (Mode::Managed, kind, _) => {
                restated(record.body.get(name).or_else(|| record.body.get(alias(kind, name)?))?, place)
            }
        });
        if value.is_some() && address.starts_with("data.") {
            self.used.insert(address.clone());
        }
        match value {
            Some(value) => Val::node(value),
            None => Val::node(self.unknown_ref(smol_str::format_smolstr!("{address}.{name}"), range)),
        }
    }

    /// Names what has no name by its line.
    fn line_label(&self, range: TextRange) -> SmolStr {
        let line = self.sources.positions(self.span(range)).map_or(0, |(start, _)| start.line);
        smol_str::format_smolstr!("line_{line}")
    }

    /// An address that no other record has.
    fn address(&mut self, wanted: &SmolStr) -> SmolStr {
        let count = self.numbers.entry(wanted.clone()).or_insert(0);
        *count += 1;
        if *count == 1 { wanted.clone() } else { smol_str::format_smolstr!("{wanted}#{count}") }
    }

    /// Notes arguments that the class does not have, and puts those whose meaning is
    /// plain under the name that was meant.
    fn check_arguments(&mut self, class: &Class, arguments: &mut [Argument]) {
        for argument in arguments {
            let name = argument.name.clone();
            let fine = name.is_empty()
                || class.has(&name)
                || class.removed
                || matches!(name.as_str(), "opts" | "__props__" | "resource_name");
            let Some(at) = argument.at.filter(|_| !fine) else { continue };
            let meant = meant_argument(class, &name);
            self.note_argument(&name, class, meant.map(|(meant, _)| meant), at);
            if let Some((meant, true)) = meant {
                argument.name = SmolStr::new(meant);
            }
        }
    }
}

/// A known scalar where it is used; what is not fully known stays a reference.
fn restated(argument: &Node, place: Span) -> Option<Node> {
    let value = match &argument.value {
        Value::String(text) => Value::String(Text::atomic(text.known()?, place)),
        Value::Number(_) | Value::Bool(_) => argument.value.clone(),
        _ => return None,
    };
    Some(Node::new(place, value))
}

/// Whether Pulumi makes up the resource's `name`: its label, a hyphen and seven random
/// digits, for every class that has a `name` which is not given.
fn is_auto_named(class: &Class, arguments: &[Argument]) -> bool {
    let given = |name: &str| arguments.iter().any(|argument| argument.name == name);
    // `**rest` may hold the name.
    let more = arguments.iter().any(|argument| argument.name.is_empty());
    class.has_own_name() && !given("name") && !given("name_prefix") && !more
}

/// `provider` and `depends_on` of the resource options, under Terraform's names.
fn add_options(body: &mut Value, options: Option<Node>) {
    let (Value::Map(body), Some(Value::Map(options))) = (body, options.map(|node| node.value)) else { return };
    for entry in options {
        if matches!(entry.key.known(), Some("provider" | "depends_on")) {
            body.push(entry);
        }
    }
}

fn from_entry(entry: Entry) -> Argument {
    let at = TextRange::new(entry.key_span.start.into(), entry.key_span.end.into());
    let name = entry.key.known().map(SmolStr::new).unwrap_or_default();
    Argument { name, at: Some(at), value: entry.value }
}

fn copied(arguments: &[Argument]) -> Vec<Argument> {
    arguments.iter().map(|a| Argument { name: a.name.clone(), at: a.at, value: a.value.clone() }).collect()
}

fn take(arguments: &mut Vec<Argument>, name: &str) -> Option<Node> {
    let at = arguments.iter().position(|argument| argument.name == name)?;
    Some(arguments.remove(at).value)
}

/// The last part of a dotted name as it is written.
fn written_name(expression: &Expr) -> Option<&str> {
    match expression {
        Expr::Name(name) => Some(name.id.as_str()),
        Expr::Attribute(attribute) => Some(attribute.attr.id.as_str()),
        _ => None,
    }
}

/// Where the class is named.
fn written_range(expression: &Expr) -> TextRange {
    expression.range()
}
