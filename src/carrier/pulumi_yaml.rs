//! Pulumi programs in YAML → resource records.
//!
//! `${resource.property}` is filled in where the resource's own properties tell it, and
//! is a reference otherwise; `fn::` functions are read where they only shape values.

use std::collections::{BTreeMap, BTreeSet};

use smol_str::SmolStr;

use super::declaration::Carrier;
use super::pulumi_names::{Class, class_of_token, generated_name, rename_blocks, snake_case};
use super::pulumi_program::{Program, too_large};
use super::pulumi_state::{USER_KEYS, kind, name};
use super::record::{Mode, Record};
use super::terraform::alias;
use super::{path, policy_document, render};

use crate::source::{Fragment, SourceId, SourceMap, Span, Unknown};
use crate::syntax::{Entry, Node, Text, TextBuilder, Value, json, yaml};

/// How far references and nesting are followed.
const DEPTH: usize = 40;

/// Reads a program.
#[must_use]
pub fn read(sources: &SourceMap, source: SourceId) -> Program {
    let (documents, diagnostics) = yaml::parse(&Fragment::plain(source, 0, sources.text(source)));
    let mut program = Program { diagnostics, ..Program::default() };
    for document in &documents {
        let mut reader = Reader::new(sources, source, document);
        let records = reader.records();
        program.records.extend(records);
        program.diagnostics.extend(reader.cut.map(too_large));
        program.wants.extend(reader.wants);
    }
    program
}

/// A resource as it is written.
struct Resource<'a> {
    node: &'a Node,
    label: (Text, Span),
    token: &'a Node,
    class: Option<Class>,
    address: SmolStr,
}

struct Reader<'a> {
    sources: &'a SourceMap,
    source: SourceId,
    document: &'a Node,
    resources: BTreeMap<&'a str, Resource<'a>>,
    variables: BTreeMap<&'a str, &'a Node>,
    wants: BTreeSet<String>,
    /// Steps left: references that refer to each other many times over end.
    steps: u32,
    /// Where they ended.
    cut: Option<Span>,
}

impl<'a> Reader<'a> {
    fn new(sources: &'a SourceMap, source: SourceId, document: &'a Node) -> Self {
        let mut resources = BTreeMap::new();
        for entry in document.get("resources").and_then(Node::as_map).unwrap_or(&[]) {
            let (Some(key), Some(token)) = (entry.key.known(), entry.value.get("type")) else { continue };
            let Some(written) = token.as_str() else { continue };
            let class = class_of_token(written).map(|(_, class)| class);
            let Some(kind) = kind(written, class.as_ref()) else { continue };
            let label = match entry.value.get("name").and_then(Node::as_text) {
                Some(text) => (text.clone(), entry.value.get("name").map_or(entry.key_span, |n| n.span)),
                None => (entry.key.clone(), entry.key_span),
            };
            let address = match kind.strip_prefix("provider_") {
                Some(provider) => SmolStr::from(format!("provider.{provider}.{key}")),
                None => SmolStr::from(format!("{kind}.{key}")),
            };
            resources.insert(key, Resource { node: &entry.value, label, token, class, address });
        }
        // of a name given twice the last counts
        let variables = document.get("variables").and_then(Node::as_map).unwrap_or(&[]).iter();
        let variables = variables.filter_map(|entry| Some((entry.key.known()?, &entry.value))).collect();
        Self { sources, source, document, resources, variables, wants: BTreeSet::new(), steps: 200_000, cut: None }
    }

    fn records(&mut self) -> Vec<Record> {
        let order = self.document.get("resources").and_then(Node::as_map).unwrap_or(&[]);
        order.iter().filter_map(|entry| self.record(entry.key.known()?)).collect()
    }

    fn record(&mut self, key: &str) -> Option<Record> {
        let resource = self.resources.get(key)?;
        let (node, class, address) = (resource.node, resource.class, resource.address.clone());
        let (token, label) = (resource.token, resource.label.clone());
        let kind = kind(token.as_str()?, class.as_ref())?;
        let mut entries = Vec::new();
        for entry in node.get("properties").and_then(Node::as_map).unwrap_or(&[]) {
            let name = entry.key.known().map(|key| name(key, class.as_ref())).unwrap_or_default();
            let value = self.value(&entry.value, !USER_KEYS.contains(&name.as_str()), DEPTH);
            entries.push(Entry { key: Text::atomic(name, entry.key_span), key_span: entry.key_span, value });
        }
        let given = |name: &str| entries.iter().any(|entry| entry.key.known() == Some(name));
        if class.is_some_and(|class| class.has_own_name()) && !given("name") && !given("name_prefix") {
            entries.push(generated_name(&label.0, label.1));
        }
        for entry in node.get("options").and_then(Node::as_map).unwrap_or(&[]) {
            let name = match entry.key.known() {
                Some("provider") => "provider",
                Some("dependsOn") => "depends_on",
                _ => continue,
            };
            let value = self.value(&entry.value, false, DEPTH);
            entries.push(Entry { key: Text::atomic(name, entry.key_span), key_span: entry.key_span, value });
        }
        let body = Node::new(node.get("properties").map_or(node.span, |p| p.span), Value::Map(entries));
        Some(Record {
            carrier: Carrier::PulumiProgram,
            address,
            kind,
            kind_span: token.span,
            mode: Mode::Managed,
            span: label.1.to(node.span),
            label: Some(label),
            body,
            condition: None,
            notes: Vec::new(),
        })
    }

    /// A value with its references filled in. Keys of the schema become Python's.
    fn value(&mut self, node: &Node, schema: bool, depth: usize) -> Node {
        if self.steps == 0 {
            self.cut.get_or_insert(node.span);
        }
        if depth == 0 || self.steps == 0 {
            return unknown("…", node.span);
        }
        self.steps -= 1;
        match &node.value {
            Value::String(text) => self.text(text, node.span, depth),
            Value::List(items) => {
                let items = items.iter().map(|item| self.value(item, schema, depth - 1)).collect();
                Node::new(node.span, Value::List(items))
            }
            Value::Map(entries) => {
                if let [entry] = entries.as_slice()
                    && let Some(function) = entry.key.known().and_then(function)
                {
                    return self.function(function, &entry.value, node.span, depth);
                }
                // The members of a policy document are AWS's own.
                let schema = schema && node.get("Statement").is_none();
                let mut made = Vec::with_capacity(entries.len());
                for entry in entries {
                    let key = match entry.key.known() {
                        Some(key) if schema => Text::atomic(snake_case(key), entry.key_span),
                        _ => entry.key.clone(),
                    };
                    let value = self.value(&entry.value, schema, depth - 1);
                    made.push(Entry { key, key_span: entry.key_span, value });
                }
                Node::new(node.span, Value::Map(made))
            }
            _ => node.clone(),
        }
    }

    /// A string with its `${…}` filled in; one that is nothing else is what it refers to.
    fn text(&mut self, text: &Text, home: Span, depth: usize) -> Node {
        let raw = text.raw();
        if !raw.contains("${") {
            return Node::new(home, Value::String(text.clone()));
        }
        let fragment = text.fragment(home);
        let mut builder = TextBuilder::new(home.source);
        let mut at = 0;
        while let Some(found) = raw.get(at..).and_then(|rest| rest.find("${")) {
            let start = at + found;
            if start > 0 && raw.as_bytes().get(start - 1) == Some(&b'$') {
                // `$${` stands for `${`.
                copy(&mut builder, text, home, at, start - 1);
                copy(&mut builder, text, home, start, start + 2);
                at = start + 2;
                continue;
            }
            copy(&mut builder, text, home, at, start);
            let Some(length) = raw.get(start..).and_then(|rest| rest.find('}')) else {
                at = start;
                break;
            };
            let end = start + length + 1;
            let place = fragment.span(start, end);
            let value = self.reference(raw.get(start + 2..end - 1).unwrap_or(""), place, depth - 1);
            if start == 0 && end == raw.len() {
                return value;
            }
            match &value.value {
                Value::String(inner) => builder.text(inner, place),
                Value::Number(number) => builder.push(number, place),
                Value::Bool(flag) => builder.push(if *flag { "true" } else { "false" }, place),
                Value::Unknown(what) => builder.hole_at(what.clone(), place),
                Value::Map(_) | Value::List(_) => builder.text(&render::json(&value), place),
                Value::Null | Value::Secret => {
                    builder.hole_at(Unknown::new(vec![SmolStr::new("secret")], place), place);
                }
            }
            at = end;
        }
        copy(&mut builder, text, home, at, raw.len());
        Node::new(home, Value::String(builder.finish(home)))
    }

    /// What `${…}` refers to.
    fn reference(&mut self, written: &str, place: Span, depth: usize) -> Node {
        let written = written.trim();
        let (first, rest) = written.split_once(['.', '[']).unwrap_or((written, ""));
        let rest = rest.trim_end_matches(']').trim_matches(['"', '\'']);
        if depth == 0 || self.steps == 0 {
            return unknown(written, place);
        }
        if let Some(resource) = self.resources.get(first) {
            let (class, address, properties) =
                (resource.class, resource.address.clone(), resource.node.get("properties"));
            let kind = address.split('.').next().unwrap_or("").to_owned();
            if rest.is_empty() {
                return unknown(&address, place);
            }
            let name = name(rest, class.as_ref());
            let property = properties.and_then(Node::as_map).unwrap_or(&[]).iter().find(|entry| {
                let own = entry.key.known().map(|key| self::name(key, class.as_ref()));
                own.as_deref() == Some(name.as_str()) || own.as_deref() == alias(&kind, &name)
            });
            if let Some(property) = property {
                let value = self.value(&property.value, false, depth - 1);
                if let Value::String(text) = &value.value
                    && let Some(known) = text.known()
                {
                    return Node::new(place, Value::String(Text::atomic(known, place)));
                }
            }
            return unknown(&format!("{address}.{name}"), place);
        }
        if let Some(variable) = self.variables.get(first).copied() {
            let value = self.value(variable, false, depth - 1);
            if rest.is_empty() {
                return value;
            }
            return match value.get(rest) {
                Some(member) => member.clone(),
                None => unknown(written, place),
            };
        }
        // A stack may set another value than a setting's default.
        let is_setting = |section| self.document.get(section).is_some_and(|config| config.get(first).is_some());
        if ["config", "configuration"].into_iter().any(is_setting) {
            return unknown(&format!("config.{written}"), place);
        }
        unknown(written, place)
    }

    fn function(&mut self, function: &str, argument: &Node, span: Span, depth: usize) -> Node {
        match function {
            // The document stays the structure it is, so that its parts keep their places.
            "toJSON" | "secret" => self.value(argument, false, depth - 1),
            "fromJSON" => {
                let value = self.value(argument, false, depth - 1);
                let parsed = value.as_text().and_then(|text| json::parse(&text.fragment(value.span)).0);
                parsed.unwrap_or_else(|| unknown("fn::fromJSON", span))
            }
            "readFile" => {
                let value = self.value(argument, false, depth - 1);
                let directory = path::directory(self.sources.name(self.source));
                let wanted = value.as_str().and_then(|file| path::join(directory, file));
                let Some(wanted) = wanted else { return unknown("fn::readFile", span) };
                if let Some(id) = self.sources.find(&wanted) {
                    let text = self.sources.text(id);
                    return Node::new(Span::new(id, 0, text.len()), Value::String(Text::plain(text, 0)));
                }
                let node = unknown(&format!("fn::readFile({wanted})"), span);
                self.wants.insert(wanted);
                node
            }
            "join" => {
                let value = self.value(argument, false, depth - 1);
                let Some([separator, list]) = value.as_list() else { return unknown("fn::join", span) };
                let (Some(separator), Some(items)) = (separator.as_str(), list.as_list()) else {
                    return unknown("fn::join", span);
                };
                let mut builder = TextBuilder::new(span.source);
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        builder.push(separator, Span { end: item.span.start, ..item.span });
                    }
                    match &item.value {
                        Value::String(text) => builder.splice(text, item.span, item.span),
                        Value::Unknown(what) => builder.hole_at(what.clone(), item.span),
                        _ => return unknown("fn::join", span),
                    }
                }
                Node::new(span, Value::String(builder.finish(span)))
            }
            "invoke" => self.invoke(argument, span, depth),
            other => unknown(&format!("fn::{other}"), span),
        }
    }

    fn invoke(&mut self, argument: &Node, span: Span, depth: usize) -> Node {
        let function = argument.get("function").and_then(Node::as_str).unwrap_or("");
        let last = function.rsplit(':').next().unwrap_or("");
        let package = function.split(':').next().unwrap_or("");
        let wanted = argument.get("return").and_then(Node::as_str);
        let (output, build): (&str, fn(&Node) -> Node) = match (package, last) {
            ("aws", "getPolicyDocument") => ("json", policy_document::aws),
            ("vault", "getPolicyDocument") => ("hcl", policy_document::vault),
            _ => return unknown(&format!("fn::invoke({function})"), span),
        };
        let Some(arguments) = argument.get("arguments") else { return unknown(function, span) };
        let mut body = self.value(arguments, true, depth - 1);
        rename_blocks(&mut body.value, 0);
        let document = build(&body);
        if wanted == Some(output) {
            return document;
        }
        let entry = Entry { key: Text::atomic(output, span), key_span: span, value: document };
        Node::new(span, Value::Map(vec![entry]))
    }
}

/// The function that a member's key calls.
fn function(key: &str) -> Option<&str> {
    let name = key.strip_prefix("fn::").or_else(|| key.strip_prefix("Fn::"))?;
    Some(match name {
        "ToJSON" => "toJSON",
        "Join" => "join",
        "Invoke" => "invoke",
        other => other,
    })
}

fn unknown(reference: &str, span: Span) -> Node {
    Node::new(span, Value::Unknown(Unknown::new(vec![SmolStr::new(reference)], span)))
}

/// Adds the bytes `start..end` of a text, each at its place.
fn copy(builder: &mut TextBuilder, text: &Text, home: Span, start: usize, end: usize) {
    builder.splice(&text.sub(home, start, end), home, home);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_resources_with_their_references() {
        let text = "\
name: app
runtime: yaml
config:
  team: {type: string, default: core}
variables:
  doc:
    fn::invoke:
      function: aws:iam:getPolicyDocument
      arguments:
        statements:
          - actions: ['s3:*']
            notResources: ['*']
resources:
  kv:
    type: vault:Mount
    properties: {path: kv, type: kv-v2}
  reader:
    type: vault:Policy
    properties:
      name: reader
      policy: |
        path \"${kv.path}/data/${team}/$${x}\" {
          capabilities = [\"read\"]
        }
  role:
    type: vault:jwt:AuthBackendRole
    properties:
      roleName: ci
      tokenPolicies: [\"${reader.name}\"]
      boundClaims: {projectId: '1'}
    options: {dependsOn: [\"${kv}\"]}
  access:
    type: aws:iam:Policy
    properties:
      policy: ${doc.json}
  trust:
    type: aws:iam:Role
    properties:
      assumeRolePolicy:
        fn::toJSON:
          Statement: [{Effect: Allow, Principal: {Service: ec2.amazonaws.com}, Action: 'sts:AssumeRole'}]
";
        let mut sources = SourceMap::new();
        let source = sources.add("Pulumi.yaml", text);
        let program = read(&sources, source);
        assert!(program.diagnostics.is_empty(), "{:?}", program.diagnostics);
        let kinds: Vec<&str> = program.records.iter().map(|r| r.kind.as_str()).collect();
        let expected = ["vault_mount", "vault_policy", "vault_jwt_auth_backend_role", "aws_iam_policy", "aws_iam_role"];
        assert_eq!(kinds, expected);
        let [_, policy, role, access, trust] = program.records.as_slice() else { unreachable!() };
        let policy = policy.body.get("policy").unwrap();
        let hcl = policy.as_text().unwrap();
        assert!(hcl.display().starts_with("path \"kv/data/${config.team}/${x}\" {"), "{}", hcl.display());
        let at = hcl.raw().find("read").unwrap();
        assert_eq!(sources.slice(hcl.span_of(policy.span, at, at + 4)), "read");
        let policies = role.body.get("token_policies").and_then(Node::as_list).unwrap();
        assert_eq!(policies.first().and_then(Node::as_str), Some("reader"));
        assert!(role.body.get("bound_claims").and_then(|c| c.get("projectId")).is_some());
        assert!(role.body.get("depends_on").is_some());
        let statement = access.body.get("policy").and_then(|d| d.get("Statement")).and_then(Node::as_list).unwrap();
        assert!(statement.first().and_then(|s| s.get("NotResource")).is_some());
        assert!(access.body.get("name").and_then(Node::as_text).is_some_and(|name| !name.is_known()));
        assert!(trust.body.get("assume_role_policy").and_then(|d| d.get("Statement")).is_some());
    }
}
