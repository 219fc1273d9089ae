//! Node → document: elements, their shapes, and what no kind of policy may hold
//! (spec: aws-evaluation, section 1; aws-checks, group A).

use std::sync::Arc;

use rustc_hash::FxHashSet;

use super::refuse::{null_element, scalar_text, unknown_element, wrong_type};
use super::{
    Document, Effect, Item, ListElement, PrincipalElement, PrincipalEntry, PrincipalKind, Print, Problem, Reading,
    Statement, condition, value,
};
use crate::source::{Span, Unknown};
use crate::suggest::closest;
use crate::syntax::{Entry, Node, Text, Value};

const TOP_LEVEL: [&str; 3] = ["Version", "Id", "Statement"];
const STATEMENT: [&str; 9] =
    ["Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"];
const PRINCIPALS: [(&str, PrincipalKind); 4] = [
    ("AWS", PrincipalKind::Aws),
    ("Service", PrincipalKind::Service),
    ("Federated", PrincipalKind::Federated),
    ("CanonicalUser", PrincipalKind::CanonicalUser),
];

/// Reads a policy document. Nothing that is an unknown expression is called missing or
/// invalid. What is wrong wherever the document is attached is in its `problems`; see
/// [`check`](super::check) for the rest.
#[must_use]
pub fn parse(node: &Node) -> Document {
    read(node, None)
}

/// The same of a text in which statements were skipped that are known, and whose others are
/// kept.
#[must_use]
pub fn parse_among(node: &Node, reading: &Reading<'_, '_>) -> Document {
    let mut document = read(node, Some(reading));
    reading.keep(&mut document);
    document
}

fn read(node: &Node, reading: Option<&Reading<'_, '_>>) -> Document {
    let mut document = Document {
        span: node.span,
        version: None,
        id: None,
        statements: Vec::new(),
        statements_unknown: false,
        unknown: false,
        problems: Vec::new(),
    };
    let problems = &mut document.problems;
    duplicates(node, problems);
    let entries = match &node.value {
        Value::Map(entries) => entries,
        Value::Unknown(_) | Value::Secret => {
            document.statements_unknown = true;
            document.unknown = true;
            return document;
        }
        _ => {
            let message = format!("a policy document is an object, but this is {}", node.kind());
            problems.push(Problem::refused("root-not-object", message, node.span));
            return document;
        }
    };
    let mut has_statement = false;
    for entry in entries {
        let Some(key) = entry.key.known() else {
            document.unknown = true;
            continue;
        };
        match key {
            "Version" => {
                document.version = scalar(entry, problems);
                if let Some((version, span)) = &document.version {
                    check_version(version, *span, problems);
                }
            }
            "Id" => document.id = scalar(entry, problems),
            "Statement" => {
                has_statement = true;
                let into = (&mut document.statements, &mut document.statements_unknown);
                read_statements(&entry.value, reading, into, problems);
            }
            _ => problems.push(unknown_element("top-level-unknown-element", "a policy", entry, &TOP_LEVEL)),
        }
    }
    document.statements_unknown |= document.unknown && !has_statement;
    if !has_statement && !document.unknown {
        let problem = Problem::refused("statement-missing", "the policy has no `Statement`", node.span);
        problems.push(problem.with_help("add `\"Statement\": [ … ]`"));
    }
    let known = document.version.as_ref().is_none_or(|(version, _)| version.is_known());
    value::check_variables(&document.statements, document.has_variables(), known, &mut document.problems);
    document
}

fn read_statements(
    node: &Node,
    reading: Option<&Reading<'_, '_>>,
    (into, unknown): (&mut Vec<Arc<Statement>>, &mut bool),
    problems: &mut Vec<Problem>,
) {
    match &node.value {
        Value::List(items) => {
            into.reserve_exact(items.len());
            for item in items {
                if let Some(known) = reading.and_then(|reading| reading.statement(item.span)) {
                    into.push(Arc::new(known));
                    continue;
                }
                match &item.value {
                    Value::Map(entries) => into.push(Arc::new(statement(item, entries, problems))),
                    Value::Unknown(_) | Value::Secret => *unknown = true,
                    _ => problems.push(wrong_type("a statement", "an object", item)),
                }
            }
        }
        Value::Map(entries) => into.push(Arc::new(statement(node, entries, problems))),
        Value::Unknown(_) | Value::Secret => *unknown = true,
        _ => problems.push(wrong_type("`Statement`", "a list of objects", node)),
    }
}

fn statement(node: &Node, entries: &[Entry], problems: &mut Vec<Problem>) -> Statement {
    let mut statement = Statement {
        span: node.span,
        sid: None,
        effect: None,
        effect_span: None,
        effect_unknown: false,
        principal: None,
        action: None,
        resource: None,
        conditions: Vec::new(),
        condition_span: None,
        conditions_unknown: false,
        unknown: false,
        print: Print::default(),
    };
    let mut effect_seen = false;
    for entry in entries {
        let Some(key) = entry.key.known() else {
            statement.unknown = true;
            continue;
        };
        match key {
            "Sid" => {
                statement.sid = scalar(entry, problems);
                if let Some((sid, span)) = &statement.sid {
                    value::no_variables("Sid", sid, *span, problems);
                }
            }
            "Effect" => {
                effect_seen = true;
                statement.effect_span = Some(entry.value.span);
                statement.effect_unknown = entry.value.value == Value::Secret;
                if let Some((effect, span)) = scalar(entry, problems) {
                    statement.effect_unknown = !effect.is_known();
                    statement.effect = read_effect(&effect, span, problems);
                }
            }
            "Principal" | "NotPrincipal" => {
                let element = principal(entry, key == "NotPrincipal", problems);
                let first = statement.principal.as_ref().map(|p| (p.negated, p.key_span));
                exclusive(
                    "principal-and-notprincipal",
                    "Principal",
                    first,
                    &element.key_span,
                    element.negated,
                    problems,
                );
                statement.principal.get_or_insert(element);
            }
            "Action" | "NotAction" => {
                let before = problems.len();
                let mut element = list(entry, key == "NotAction", problems);
                value::check_actions(&mut element, before, problems);
                let first = statement.action.as_ref().map(|e| (e.negated, e.key_span));
                exclusive("action-and-notaction", "Action", first, &element.key_span, element.negated, problems);
                statement.action.get_or_insert(element);
            }
            "Resource" | "NotResource" => {
                let before = problems.len();
                let mut element = list(entry, key == "NotResource", problems);
                value::check_resources(&mut element, before, problems);
                let first = statement.resource.as_ref().map(|e| (e.negated, e.key_span));
                exclusive("resource-and-notresource", "Resource", first, &element.key_span, element.negated, problems);
                statement.resource.get_or_insert(element);
            }
            "Condition" => condition::read(entry, &mut statement, problems),
            _ => {
                // one mistake is told once: what it was meant for is not missing as well
                statement.unknown |= closest(entry.key.raw(), STATEMENT).is_some();
                problems.push(unknown_element("statement-unknown-element", "a statement", entry, &STATEMENT));
            }
        }
    }
    if !statement.unknown {
        if !effect_seen {
            let problem = Problem::refused("effect-missing", "the statement has no `Effect`", node.span);
            problems.push(problem.with_help("add `\"Effect\": \"Allow\"` or `\"Effect\": \"Deny\"`"));
        }
        if statement.action.is_none() {
            let message = "the statement has neither `Action` nor `NotAction`";
            problems.push(Problem::refused("action-missing", message, node.span));
        }
    }
    statement
}

fn check_version(version: &Text, span: Span, problems: &mut Vec<Problem>) {
    if !matches!(version.known(), None | Some("2012-10-17" | "2008-10-17")) {
        let message = format!("`{}` is no version of the policy language", version.display());
        problems.push(Problem::refused("version-invalid", message, span).with_help("write `2012-10-17`"));
    }
}

fn read_effect(effect: &Text, span: Span, problems: &mut Vec<Problem>) -> Option<Effect> {
    match effect.known()? {
        "Allow" => Some(Effect::Allow),
        "Deny" => Some(Effect::Deny),
        other => {
            let message = format!("the effect `{other}` is neither `Allow` nor `Deny`");
            let problem = Problem::refused("effect-invalid", message, span);
            problems.push(match closest(other, ["Allow", "Deny"]) {
                Some(meant) => problem.with_help(format!("did you mean `{meant}`? the case matters")),
                None => problem,
            });
            None
        }
    }
}

/// Two elements of which a statement may have one. Twice the same key is a duplicate key,
/// which is reported as that.
fn exclusive(
    rule: &'static str,
    name: &str,
    first: Option<(bool, Span)>,
    second: &Span,
    negated: bool,
    problems: &mut Vec<Problem>,
) {
    if first.is_some_and(|(first_negated, _)| first_negated != negated) {
        let message = format!("the statement has both `{name}` and `Not{name}`");
        problems
            .push(Problem::refused(rule, message, *second).with_help("keep one of the two, or split the statement"));
    }
}

fn principal(entry: &Entry, negated: bool, problems: &mut Vec<Problem>) -> PrincipalElement {
    let name = if negated { "NotPrincipal" } else { "Principal" };
    let mut element = PrincipalElement {
        negated,
        key_span: entry.key_span,
        span: entry.value.span,
        star: false,
        entries: Vec::new(),
        unknown: false,
        unknowns: Vec::new(),
    };
    match &entry.value.value {
        Value::String(text) => match text.known() {
            Some("*") => element.star = true,
            None => element.unknown = true,
            Some(other) => problems.push(bare_principal(name, other, entry.value.span)),
        },
        Value::Map(members) => {
            if members.is_empty() {
                let message = format!("`{name}` is empty and stands for nobody");
                problems.push(Problem::tolerated("principal-empty", message, entry.value.span));
            }
            for member in members {
                principal_member(name, member, &mut element, problems);
            }
        }
        Value::Unknown(_) | Value::Secret => element.unknown = true,
        Value::Null => problems.push(null_element(name, &entry.value)),
        _ => {
            let message = format!("`{name}` is `\"*\"` or an object, but this is {}", entry.value.kind());
            problems.push(Problem::refused("principal-shape", message, entry.value.span));
        }
    }
    element
}

fn bare_principal(name: &str, value: &str, span: Span) -> Problem {
    let kind = if value.contains(".amazonaws.") { "Service" } else { "AWS" };
    let message = format!("`{name}` is `\"*\"` or an object, but this is the string `{value}`");
    let problem = Problem::refused("principal-shape", message, span);
    if value.is_empty() { problem } else { problem.with_help(format!("write `{{\"{kind}\": \"{value}\"}}`")) }
}

fn principal_member(name: &str, member: &Entry, element: &mut PrincipalElement, problems: &mut Vec<Problem>) {
    let Some(key) = member.key.known() else {
        element.unknown = true;
        element.unknowns.extend(member.key.holes().iter().map(|hole| hole.unknown.clone()));
        return;
    };
    let Some((_, kind)) = PRINCIPALS.into_iter().find(|(known, _)| *known == key) else {
        let message = format!("`{key}` is no type of principal");
        let problem = Problem::refused("principal-key-unknown", message, member.key_span);
        let names = PRINCIPALS.map(|(known, _)| known);
        problems.push(problem.with_help(match closest(key, names) {
            Some(meant) => format!("did you mean `{meant}`? the case matters"),
            None => "the types are `AWS`, `Service`, `Federated` and `CanonicalUser`".to_owned(),
        }));
        return;
    };
    let mut items = Vec::new();
    let unknown = (&mut element.unknown, &mut element.unknowns);
    strings(&format!("{name}.{key}"), &member.value, &mut items, unknown, problems);
    if member.value.as_list().is_some_and(<[Node]>::is_empty) {
        let message = format!("the list `{key}` is empty and stands for nobody");
        problems.push(Problem::tolerated("principal-empty", message, member.value.span));
    }
    for item in items {
        if item.text.raw().is_empty() {
            let message = "an empty string is no principal";
            problems.push(Problem::refused("principal-empty", message, item.span));
        }
        value::no_variables(name, &item.text, item.span, problems);
        element.entries.push(PrincipalEntry { kind, key_span: member.key_span, item });
    }
}

/// `Action`, `Resource` and their negations: a string or a list of strings.
fn list(entry: &Entry, negated: bool, problems: &mut Vec<Problem>) -> ListElement {
    let mut element = ListElement {
        negated,
        key_span: entry.key_span,
        span: entry.value.span,
        items: Vec::new(),
        plain: false,
        unknown: false,
        unknowns: Vec::new(),
    };
    let unknown = (&mut element.unknown, &mut element.unknowns);
    strings(entry.key.raw(), &entry.value, &mut element.items, unknown, problems);
    element
}

fn strings(
    name: &str,
    node: &Node,
    items: &mut Vec<Item>,
    (unknown, unknowns): (&mut bool, &mut Vec<Unknown>),
    problems: &mut Vec<Problem>,
) {
    let mut hidden = |node: &Node| {
        *unknown = true;
        unknowns.push(match &node.value {
            Value::Unknown(what) => what.clone(),
            _ => Unknown::new(vec!["a sensitive value".into()], node.span),
        });
    };
    match &node.value {
        Value::String(text) => items.push(Item { text: text.clone(), span: node.span }),
        Value::Unknown(_) | Value::Secret => hidden(node),
        Value::Null => problems.push(null_element(name, node)),
        Value::List(members) => {
            items.reserve_exact(members.len());
            for member in members {
                match &member.value {
                    Value::String(text) => items.push(Item { text: text.clone(), span: member.span }),
                    Value::Unknown(_) | Value::Secret => hidden(member),
                    _ => {
                        problems.push(wrong_type(&format!("a member of `{name}`"), "a string", member));
                        items.extend(account(name, member));
                    }
                }
            }
        }
        _ => {
            problems.push(wrong_type(&format!("`{name}`"), "a string or a list of strings", node));
            items.extend(account(name, node));
        }
    }
}

/// An account that is written as a number is the principal that is meant.
fn account(name: &str, node: &Node) -> Option<Item> {
    let text = scalar_text(node).filter(|_| name.contains("Principal"))?;
    Some(Item { text, span: node.span })
}

/// An element that holds one string; a number or anything else is a problem.
fn scalar(entry: &Entry, problems: &mut Vec<Problem>) -> Option<(Text, Span)> {
    match &entry.value.value {
        Value::String(text) => Some((text.clone(), entry.value.span)),
        Value::Unknown(unknown) => {
            let map = crate::source::SpanMap::plain(entry.value.span.source, entry.value.span.start, 4);
            let hole = crate::source::Hole { at: 0, unknown: unknown.clone() };
            let text = Text::mapped(crate::source::HOLE.to_string(), Arc::new(map), vec![hole]);
            Some((text, entry.value.span))
        }
        Value::Secret => None,
        Value::Null => {
            problems.push(null_element(entry.key.raw(), &entry.value));
            None
        }
        _ => {
            problems.push(wrong_type(&format!("`{}`", entry.key.raw()), "a string", &entry.value));
            let text = scalar_text(&entry.value).filter(|_| entry.key.raw() == "Sid");
            text.map(|text| (text, entry.value.span))
        }
    }
}

/// Every key that its object already has, at any depth. The walk is over a list, not by
/// recursion: a carrier's node may nest deeper than a JSON text.
fn duplicates(root: &Node, problems: &mut Vec<Problem>) {
    let mut open = vec![root];
    let first = problems.len();
    while let Some(node) = open.pop() {
        match &node.value {
            Value::List(items) => open.extend(items),
            Value::Map(entries) => {
                open.extend(entries.iter().map(|entry| &entry.value));
                duplicate_keys(entries, problems);
            }
            _ => {}
        }
    }
    problems.get_mut(first..).unwrap_or_default().sort_by_key(|problem| problem.span);
}

fn duplicate_keys(entries: &[Entry], problems: &mut Vec<Problem>) {
    let mut report = |entry: &Entry| {
        let message = format!("the key `{}` stands twice in this object", entry.key.display());
        let problem = Problem::refused("json-duplicate-key", message, entry.key_span);
        problems.push(problem.with_help("merge the two; most readers silently drop the first"));
    };
    if entries.len() <= 8 {
        for (index, entry) in entries.iter().enumerate() {
            let twice = entries.iter().take(index).any(|e| e.key.raw() == entry.key.raw());
            if twice && entry.key.is_known() {
                report(entry);
            }
        }
        return;
    }
    let mut seen = FxHashSet::default();
    for entry in entries {
        if entry.key.is_known() && !seen.insert(entry.key.raw()) {
            report(entry);
        }
    }
}
