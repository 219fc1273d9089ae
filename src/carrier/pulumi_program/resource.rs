//! Constructor calls of the SDKs → records.

use smol_str::SmolStr;

use super::notes::{meant_argument, meant_class};
use super::{Language, Made, RECORDS, Reading, data};
use crate::carrier::declaration::Carrier;
use crate::carrier::policy_document;
use crate::carrier::pulumi_names::{Class, Package, generated_name, rename_blocks};
use crate::carrier::record::{Mode, Record};
use crate::carrier::terraform::{alias, arn_of};
use crate::source::Span;
use crate::syntax::{Entry, Node, Text, Value};

/// An argument of a constructor or function.
#[derive(Debug, Clone)]
pub(in crate::carrier) struct Argument {
    /// Its name in Python, whatever the language; empty for arguments that are not known.
    pub(in crate::carrier) name: SmolStr,
    /// Where the name stands; none for one that came from elsewhere.
    pub(in crate::carrier) at: Option<Span>,
    pub(in crate::carrier) value: Node,
}

/// A call of something of an SDK.
#[derive(Debug)]
pub(in crate::carrier) struct Call {
    pub(in crate::carrier) package: Package,
    /// What is called, below the package, by its name in Python.
    pub(in crate::carrier) path: SmolStr,
    /// Where it is named.
    pub(in crate::carrier) callee: Span,
    /// The whole call.
    pub(in crate::carrier) span: Span,
    /// The name that the result is assigned to.
    pub(in crate::carrier) naming: Option<SmolStr>,
}

impl Reading<'_> {
    /// Arguments as a map in Terraform's words.
    pub(in crate::carrier) fn body(&self, arguments: Vec<Argument>, class: Option<&Class>) -> Value {
        let mut entries = Vec::with_capacity(arguments.len());
        for Argument { name, at, value } in arguments {
            let key_span = at.unwrap_or(value.span);
            if name.is_empty() {
                if let Value::Unknown(unknown) = &value.value {
                    let key = data::unknown_text(unknown.clone(), key_span);
                    entries.push(Entry { key, key_span, value });
                }
                continue;
            }
            let terraform = class.and_then(|class| class.terraform_name(&name)).unwrap_or(&name);
            let is_written = terraform == name && at.is_some() && self.language == Language::Python;
            let key =
                if is_written { Text::plain(terraform, key_span.start) } else { Text::atomic(terraform, key_span) };
            entries.push(Entry { key, key_span, value });
        }
        Value::Map(entries)
    }

    /// A resource; what refers to it is unknown but for its address.
    pub(in crate::carrier) fn resource(
        &mut self,
        call: Call,
        label: Option<Node>,
        mut arguments: Vec<Argument>,
        mut options: Option<Node>,
    ) -> Node {
        let Call { package, path, callee, span, naming } = call;
        let mut meant = package.class(&path);
        if meant.is_none() && package.is_complete() {
            let Value::Map(entries) = self.body(arguments.clone(), None) else { return self.unknown(span) };
            meant = meant_class(package, &path, &entries);
            self.note_class(package, &path, meant, callee);
        }
        if let Some(class) = meant.as_ref().filter(|_| package.is_complete()) {
            self.check_arguments(class, &mut arguments, span);
        }
        for name in ["opts", "__opts__"] {
            options = take(&mut arguments, name).or(options);
        }
        arguments.retain(|argument| argument.name != "__props__" && argument.name != "__name__");
        let kind = match &meant {
            _ if path == "Provider" => smol_str::format_smolstr!("provider_{}", package.terraform()),
            Some(class) => SmolStr::new(class.kind),
            None => smol_str::format_smolstr!("{}:{path}", package.token()),
        };
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
            None => naming.unwrap_or_else(|| self.line_label(span)),
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
            kind_span: callee,
            mode: Mode::Managed,
            label,
            span,
            body: Node::new(span, body),
            condition: None,
            notes: Vec::new(),
        };
        self.push_record(record, meant);
        data::unknown(address, span)
    }

    /// A function of an SDK: a data source.
    pub(in crate::carrier) fn look_up(&mut self, call: Call, arguments: Vec<Argument>) -> Node {
        let Call { package, path, callee, span, naming } = call;
        let Some(kind) = package.data_source(&path) else { return self.unknown(span) };
        let mut body = self.body(arguments, None);
        if kind.ends_with("_policy_document") {
            rename_blocks(&mut body, 0);
        }
        let shown = naming.unwrap_or_else(|| self.line_label(span));
        let address = self.address(&smol_str::format_smolstr!("data.{kind}.{shown}"));
        let record = Record {
            carrier: Carrier::PulumiProgram,
            address: address.clone(),
            kind: SmolStr::new(kind),
            kind_span: callee,
            mode: Mode::Data,
            label: None,
            span,
            body: Node::new(span, body),
            condition: None,
            notes: Vec::new(),
        };
        self.push_record(record, None);
        data::unknown(address, span)
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
        } else {
            self.cut_at(record.span);
        }
    }

    /// An attribute of an unknown value, by its name in Python: of a resource what its
    /// arguments tell, else a reference to it.
    pub(in crate::carrier) fn output(&mut self, address: &SmolStr, name: &str, place: Span) -> Node {
        let made = self.made.get(address);
        let class = made.and_then(|made| made.class);
        let name = class.and_then(|class| class.terraform_name(name)).unwrap_or(name);
        let record = made.and_then(|made| self.records.get(made.index));
        let value = record.and_then(|record| match (record.mode, record.kind.as_str(), name) {
            (Mode::Data, "aws_iam_policy_document", "json" | "minified_json") => {
                Some(policy_document::aws(&record.body))
            }
            (Mode::Data, "vault_policy_document", "hcl") => Some(policy_document::vault(&record.body)),
            (Mode::Data, ..) => None,
            (Mode::Managed, kind, _) => match arn_of(kind, name) {
                Some((argument, arn)) => {
                    let text = Text::atomic(format!("{arn}{}", record.body.get(argument)?.as_str()?), place);
                    Some(Node::new(place, Value::String(text)))
                }
                None => restated(record.body.get(name).or_else(|| record.body.get(alias(kind, name)?))?, place),
            },
        });
        if value.is_some() && address.starts_with("data.") {
            self.used.insert(address.clone());
        }
        value.unwrap_or_else(|| data::computed(smol_str::format_smolstr!("{address}.{name}"), place))
    }

    /// Whether a reference is to a record of this program.
    #[cfg(feature = "typescript")]
    pub(in crate::carrier) fn is_record(&self, reference: &str) -> bool {
        self.made.contains_key(reference)
    }

    /// Names what has no name by its line.
    fn line_label(&self, span: Span) -> SmolStr {
        let line = self.sources.positions(span).map_or(0, |(start, _)| start.line);
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
    fn check_arguments(&mut self, class: &Class, arguments: &mut [Argument], call: Span) {
        for argument in arguments {
            let name = argument.name.clone();
            let own = matches!(name.as_str(), "opts" | "__props__" | "resource_name");
            let fine = name.is_empty() || class.has(&name) || class.removed || own;
            // TypeScript looks only at those that are written in the call.
            let looked_at = |at: &Span| self.language == Language::Python || call.contains(*at);
            let Some(at) = argument.at.filter(|at| !fine && looked_at(at)) else { continue };
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

/// Takes an argument out.
pub(in crate::carrier) fn take(arguments: &mut Vec<Argument>, name: &str) -> Option<Node> {
    let at = arguments.iter().position(|argument| argument.name == name)?;
    Some(arguments.remove(at).value)
}
