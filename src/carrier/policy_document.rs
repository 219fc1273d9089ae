//! The policy documents that are built from blocks: `aws_iam_policy_document` and
//! `vault_policy_document`, whichever carrier they come in.

use smol_str::SmolStr;

use crate::source::{Span, Unknown};
use crate::syntax::{Entry, Node, Text, TextBuilder, Value, json};

/// The IAM policy document that the arguments of an `aws_iam_policy_document` make. Every
/// value keeps its place; what the provider fills in stands for the whole block.
#[must_use]
pub fn aws(body: &Node) -> Node {
    let span = body.span;
    let mut statements = Statements::default();
    // The provider refuses a Sid that stands twice among the sources, or twice among the
    // data source's own blocks: both statements stay, for the rule on that to see.
    for document in ["source_json", "source_policy_documents"].iter().flat_map(|argument| body.each_of(argument)) {
        statements.merge_document(document, 0);
    }
    let own = body.entry("statement");
    let sources = statements.list.len();
    for statement in own.map_or(&[][..], |entry| entry.value.each()) {
        statements.merge(statement_of(statement), sources);
    }
    for document in ["override_json", "override_policy_documents"].iter().flat_map(|argument| body.each_of(argument)) {
        let replaceable = statements.list.len();
        statements.merge_document(document, replaceable);
    }
    let head = Span { end: span.start, ..span };
    let version = match body.entry("version") {
        Some(entry) if !matches!(entry.value.value, Value::Null) => {
            Entry { key: name("Version", entry.key_span), key_span: entry.key_span, value: entry.value.clone() }
        }
        _ => made("Version", Node::new(head, Value::String(Text::atomic("2012-10-17", head))), head),
    };
    let mut entries = vec![version];
    // What is not known may be null.
    let absent = |node: &Node| matches!(node.value, Value::Null | Value::Unknown(_));
    if let Some(entry) = body.entry("policy_id").filter(|entry| !absent(&entry.value)) {
        entries.push(Entry { key: name("Id", entry.key_span), key_span: entry.key_span, value: entry.value.clone() });
    }
    let list_span = own.map_or(span, |entry| entry.value.span);
    let key_span = own.map_or(head, |entry| entry.key_span);
    let list = Node::new(list_span, Value::List(statements.list));
    entries.push(Entry { key: name("Statement", key_span), key_span, value: list });
    Node::new(span, Value::Map(entries))
}

/// Statements in order; one with a Sid replaces the one of the same among the first
/// `replaceable`.
#[derive(Default)]
struct Statements {
    list: Vec<Node>,
}

impl Statements {
    fn merge(&mut self, statement: Node, replaceable: usize) {
        let sid = statement.get("Sid").and_then(Node::as_str).filter(|sid| !sid.is_empty());
        let same = sid.and_then(|sid| {
            let mut known = self.list.iter().take(replaceable);
            known.position(|known| known.get("Sid").and_then(Node::as_str) == Some(sid))
        });
        match same.and_then(|at| self.list.get_mut(at)) {
            Some(slot) => *slot = statement,
            None => self.list.push(statement),
        }
    }

    fn merge_document(&mut self, document: &Node, replaceable: usize) {
        let parsed;
        let document = match &document.value {
            Value::Null => return,
            Value::String(text) => match json::parse(&text.fragment(document.span)).0 {
                Some(node) => {
                    parsed = node;
                    &parsed
                }
                None => return self.list.push(unknown_from(document)),
            },
            _ => document,
        };
        match document.get("Statement") {
            Some(Node { value: Value::List(items), .. }) => {
                for item in items {
                    self.merge(item.clone(), replaceable);
                }
            }
            Some(single) => self.merge(single.clone(), replaceable),
            None => self.list.push(unknown_from(document)),
        }
    }
}

fn unknown_from(node: &Node) -> Node {
    match &node.value {
        Value::Unknown(_) => node.clone(),
        Value::String(text) => {
            let refs = text.holes().iter().flat_map(|hole| hole.unknown.refs.clone()).collect();
            Node::new(node.span, Value::Unknown(Unknown::new(refs, node.span)))
        }
        _ => Node::new(node.span, Value::Unknown(Unknown::new(Vec::new(), node.span))),
    }
}

fn name(name: &'static str, span: Span) -> Text {
    Text::atomic(SmolStr::new_static(name), span)
}

fn made(key: &'static str, value: Node, key_span: Span) -> Entry {
    Entry { key: name(key, key_span), key_span, value }
}

/// Arguments of a statement block, the elements they become, and the argument that
/// stands in place of each: of the two only one may be given.
const ELEMENTS: &[(&str, &str, &str)] = &[
    ("sid", "Sid", ""),
    ("actions", "Action", "not_actions"),
    ("not_actions", "NotAction", "actions"),
    ("resources", "Resource", "not_resources"),
    ("not_resources", "NotResource", "resources"),
];

/// The argument's entry, if it is given at all.
fn given<'a>(block: &'a Node, argument: &str) -> Option<&'a Entry> {
    let entry = block.entry(argument)?;
    let empty = entry.value.as_list().is_some_and(<[Node]>::is_empty);
    (!empty && !matches!(entry.value.value, Value::Null)).then_some(entry)
}

/// Whether an argument is there only because nobody knows that it is null: the one that
/// stands in its place is given. Of two such the first counts.
fn yields(entry: &Entry, argument: &str, other: Option<&Entry>) -> bool {
    let unknown = |entry: &Entry| matches!(entry.value.value, Value::Unknown(_));
    other.is_some_and(|other| unknown(entry) && (!unknown(other) || argument.starts_with("not_")))
}

fn statement_of(block: &Node) -> Node {
    if block.as_map().is_none() {
        return block.clone();
    }
    let span = block.span;
    let mut entries = Vec::new();
    if let Some(entry) = block.entry("effect").filter(|entry| !matches!(entry.value.value, Value::Null)) {
        entries.push(made("Effect", entry.value.clone(), entry.key_span));
    } else {
        // "Valid values are Allow and Deny. Defaults to Allow."
        let head = Span { end: span.start, ..span };
        entries.push(made("Effect", Node::new(head, Value::String(Text::atomic("Allow", head))), head));
    }
    for (argument, element, instead) in ELEMENTS {
        if let Some(entry) = given(block, argument)
            && !yields(entry, argument, given(block, instead))
        {
            entries.push(made(element, interpolated(&entry.value), entry.key_span));
        }
    }
    let hidden_blocks = |entry: &&Entry| entry.value.each().iter().all(|b| matches!(b.value, Value::Unknown(_)));
    for (argument, element, instead) in
        [("principals", "Principal", "not_principals"), ("not_principals", "NotPrincipal", "principals")]
    {
        let Some(entry) = given(block, argument) else { continue };
        let blocks = entry.value.each();
        match blocks.first() {
            // Nobody knows whether it is there: it counts where nothing stands in its place.
            Some(first) if hidden_blocks(&entry) => {
                let other = given(block, instead);
                let other_known = other.as_ref().is_some_and(|other| !hidden_blocks(other));
                if !(other_known || other.is_some() && argument.starts_with("not_")) {
                    entries.push(made(element, (*first).clone(), entry.key_span));
                }
            }
            Some(_) => entries.push(made(element, principals(blocks, entry.value.span), entry.key_span)),
            None => {}
        }
    }
    if let Some(entry) = block.entry("condition") {
        let blocks = entry.value.each();
        if !blocks.is_empty() {
            entries.push(made("Condition", conditions(blocks, entry.value.span), entry.key_span));
        }
    }
    Node::new(span, Value::Map(entries))
}

/// `principals { type, identifiers }` blocks. A type of `*` is the bare `"*"`.
fn principals(blocks: &[Node], span: Span) -> Node {
    let mut entries: Vec<Entry> = Vec::new();
    for block in blocks {
        let (Some(kind), Some(identifiers)) = (block.get("type"), block.get("identifiers")) else {
            entries.push(hidden(block));
            continue;
        };
        if kind.as_str() == Some("*") {
            let star = identifiers.as_list().and_then(<[Node]>::first).unwrap_or(identifiers);
            return star.clone();
        }
        let Some(text) = kind.as_text() else {
            entries.push(hidden(kind));
            continue;
        };
        add(&mut entries, text, kind.span, interpolated(identifiers));
    }
    Node::new(span, Value::Map(entries))
}

/// A member of which nothing is known.
fn hidden(node: &Node) -> Entry {
    let unknown = unknown_from(node);
    let key = match &unknown.value {
        Value::Unknown(what) => Text::unknown(what.clone()),
        _ => Text::atomic("", node.span),
    };
    Entry { key, key_span: node.span, value: unknown }
}

/// `condition { test, variable, values }` blocks.
fn conditions(blocks: &[Node], span: Span) -> Node {
    let mut operators: Vec<Entry> = Vec::new();
    for block in blocks {
        let parts = (block.get("test"), block.get("variable"), block.get("values"));
        let (Some(test), Some(variable), Some(values)) = parts else {
            operators.push(hidden(block));
            continue;
        };
        let (Some(operator), Some(key)) = (test.as_text(), variable.as_text()) else {
            operators.push(hidden(if test.as_text().is_none() { test } else { variable }));
            continue;
        };
        let values = interpolated(values);
        let known = operator.known().map(SmolStr::new);
        let same = operators.iter_mut().find(|entry| known.is_some() && entry.key.known() == known.as_deref());
        if let Some(Entry { value: Node { value: Value::Map(keys), .. }, .. }) = same {
            add(keys, key, variable.span, values);
        } else {
            let entry = Entry { key: key.clone(), key_span: variable.span, value: values };
            let keys = Node::new(block.span, Value::Map(vec![entry]));
            operators.push(Entry { key: operator.clone(), key_span: test.span, value: keys });
        }
    }
    Node::new(span, Value::Map(operators))
}

/// Adds values under a key, joining them with those already there.
fn add(entries: &mut Vec<Entry>, key: &Text, key_span: Span, values: Node) {
    let known = key.known();
    let same = entries.iter_mut().find(|entry| known.is_some() && entry.key.known() == known);
    let Some(entry) = same else {
        entries.push(Entry { key: key.clone(), key_span, value: values });
        return;
    };
    let mut items = match std::mem::replace(&mut entry.value.value, Value::Null) {
        Value::List(items) => items,
        other => vec![Node::new(entry.value.span, other)],
    };
    match values.value {
        Value::List(more) => items.extend(more),
        other => items.push(Node::new(values.span, other)),
    }
    entry.value.value = Value::List(items);
}

/// Values with `&{…}` written as `${…}`: the data source's way to spell an IAM policy
/// variable where Terraform would interpolate. A list in a list is one list: its arguments hold
/// nothing else, and `["${var.list}"]` is how Terraform before 0.12 had them written.
fn interpolated(node: &Node) -> Node {
    match &node.value {
        Value::List(items) => {
            let members = items.iter().flat_map(|item| item.as_list().unwrap_or(std::slice::from_ref(item)));
            Node::new(node.span, Value::List(members.map(interpolated).collect()))
        }
        Value::String(text) if text.raw().contains("&{") => {
            let mut builder = TextBuilder::new(text.fragment(node.span).source());
            let mut from = 0;
            while let Some(at) = text.raw().get(from..).and_then(|rest| rest.find("&{")).map(|at| at + from) {
                builder.splice(&text.sub(node.span, from, at), node.span, node.span);
                builder.push("$", text.span_of(node.span, at, at + 1));
                from = at + 1;
            }
            builder.splice(&text.sub(node.span, from, text.raw().len()), node.span, node.span);
            Node::new(node.span, Value::String(builder.finish(node.span)))
        }
        _ => node.clone(),
    }
}

/// The HCL text that the arguments of a `vault_policy_document` make: each value stands
/// where it is written, each stanza for its `rule` block.
#[must_use]
pub fn vault(body: &Node) -> Node {
    let span = body.span;
    let mut out = TextBuilder::new(span.source);
    for rule in body.each_of("rule") {
        if rule.as_map().is_none() {
            let unknown = unknown_from(rule);
            if let Value::Unknown(what) = unknown.value {
                out.hole_at(what, span);
                out.push("\n", span);
            }
            continue;
        }
        stanza(&mut out, rule, span);
    }
    Node::new(span, Value::String(out.finish(span)))
}

fn stanza(out: &mut TextBuilder, rule: &Node, home: Span) {
    let place = if rule.span.source == home.source { rule.span } else { home };
    out.push("path ", Span { end: place.start.saturating_add(4).min(place.end), ..place });
    match rule.get("path") {
        Some(path) => value(out, path, place),
        None => out.push("\"\"", place),
    }
    out.push(" {\n", place);
    for argument in
        ["capabilities", "required_parameters", "min_wrapping_ttl", "max_wrapping_ttl", "subscribe_event_types"]
    {
        if let Some(entry) = rule.entry(argument).filter(|entry| !matches!(entry.value.value, Value::Null)) {
            let key_place = if entry.key_span.source == home.source { entry.key_span } else { place };
            out.push("  ", place);
            out.push(argument, key_place);
            out.push(" = ", place);
            value(out, &entry.value, place);
            out.push("\n", place);
        }
    }
    for (argument, key) in [("allowed_parameter", "allowed_parameters"), ("denied_parameter", "denied_parameters")] {
        let parameters = rule.each_of(argument);
        if parameters.is_empty() {
            continue;
        }
        out.push("  ", place);
        out.push(key, place);
        out.push(" = {\n", place);
        for parameter in parameters {
            let (Some(key), Some(values)) = (parameter.get("key"), parameter.get("value")) else { continue };
            value(out, key, place);
            out.push(" = ", place);
            value(out, values, place);
            out.push("\n", place);
        }
        out.push("  }\n", place);
    }
    out.push("}\n", Span { start: place.end.saturating_sub(1).max(place.start), ..place });
}

/// A string or list of strings as HCL writes it.
fn value(out: &mut TextBuilder, node: &Node, home: Span) {
    let place = if node.span.source == home.source { node.span } else { home };
    match &node.value {
        Value::String(text) => crate::carrier::render::quoted(out, text, node.span, place),
        Value::Number(number) => out.push(number, place),
        Value::Unknown(what) => out.hole_at(what.clone(), place),
        Value::List(items) => {
            out.push("[", Span { end: (place.start + 1).min(place.end), ..place });
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(", ", place);
                }
                value(out, item, place);
            }
            out.push("]", Span { start: place.end.saturating_sub(1).max(place.start), ..place });
        }
        _ => out.push("\"\"", place),
    }
}
