//! Functions over lists, sets and maps. A list with an unknown member may be longer than
//! it looks; what would depend on that stays unknown.

use smol_str::SmolStr;

use super::pattern::characters;
use super::value::{boolean, equal, index, is_known, known_string, list, map, null, number, string};
use crate::source::Span;
use crate::syntax::{Entry, Node, Text, Value};

pub(super) fn call(name: &str, args: &[Node], span: Span) -> Option<Node> {
    match (name, args) {
        ("yamlencode", [value]) => Some(value.clone()),
        ("tolist" | "tomap", [value]) => Some(alike(value)),
        ("toset", [value]) => Some(set(alike(value).as_list()?, value.span)),
        ("distinct", [value]) => Some(list(distinct(value.as_list()?), value.span)),
        ("list", items) => Some(list(items.to_vec(), span)),
        ("map", pairs) => {
            let (pairs, rest) = pairs.as_chunks::<2>();
            let entries: Option<Vec<Entry>> = pairs
                .iter()
                .map(|[key, value]| {
                    Some(Entry { key: key.as_text()?.clone(), key_span: key.span, value: value.clone() })
                })
                .collect();
            rest.is_empty().then(|| entries.map(|entries| map(entries, span)))?
        }
        ("setunion", sets) => {
            let all: Option<Vec<&[Node]>> = sets.iter().map(Node::as_list).collect();
            let joined: Vec<Node> = all?.into_iter().flatten().cloned().collect();
            Some(set(&joined, span))
        }
        ("setintersection", [first, rest @ ..]) => {
            if !args.iter().all(is_known) {
                return None;
            }
            let others: Option<Vec<Among<'_>>> = rest.iter().map(|list| list.as_list().map(Among::new)).collect();
            let others = others?;
            let kept = first.as_list()?.iter().filter(|item| others.iter().all(|other| other.holds(item)));
            Some(set(&kept.cloned().collect::<Vec<_>>(), span))
        }
        ("setsubtract", [from, what]) => {
            let what = Among::new(is_known(what).then(|| what.as_list())??);
            let kept = from.as_list()?.iter().filter(|item| !what.holds(item));
            Some(set(&kept.cloned().collect::<Vec<_>>(), span))
        }
        ("concat", lists) => Some(concat(lists, span)),
        ("merge", maps) => merge(maps, span),
        ("flatten", [value]) => {
            let mut flat = Vec::new();
            flatten(value.as_list()?, &mut flat, 16);
            Some(list(flat, value.span))
        }
        ("compact", [value]) => {
            let dropped = |node: &&Node| !matches!(node.value, Value::Null) && node.as_str() != Some("");
            Some(list(value.as_list()?.iter().filter(dropped).cloned().collect(), value.span))
        }
        ("keys", [value]) => {
            let mut keys: Vec<&Entry> = value.as_map()?.iter().collect();
            keys.sort_by(|a, b| a.key.raw().cmp(b.key.raw()));
            Some(list(keys.into_iter().map(key_node).collect(), value.span))
        }
        ("values", [value]) => {
            let mut entries: Vec<&Entry> = value.as_map()?.iter().collect();
            entries.sort_by(|a, b| a.key.raw().cmp(b.key.raw()));
            Some(list(entries.into_iter().map(|entry| entry.value.clone()).collect(), value.span))
        }
        ("lookup", [value, key]) => lookup(value, key, None),
        ("lookup", [value, key, default]) => lookup(value, key, Some(default)),
        ("element", [value, at]) => {
            let items = value.as_list()?;
            if items.is_empty() || has_unknown(items) {
                return None;
            }
            // Numbers below zero count from the end.
            let at = super::value::numeric(at).filter(|at| at.fract() == 0.0)?;
            #[allow(clippy::cast_precision_loss, reason = "a length")]
            let place = number(at.rem_euclid(items.len() as f64), span);
            items.get(index(&place)?).cloned()
        }
        ("length", [value]) => {
            let count = match &value.value {
                Value::List(items) if !has_unknown(items) => items.len(),
                Value::Map(entries) if entries.iter().all(|entry| entry.key.is_known()) => entries.len(),
                Value::String(text) => characters(text.known()?).len(),
                _ => return None,
            };
            #[allow(clippy::cast_precision_loss, reason = "a length")]
            Some(number(count as f64, span))
        }
        ("contains", [value, item]) => {
            let items = value.as_list()?;
            if holds(items, item) {
                return Some(boolean(true, span));
            }
            (is_known(value) && is_known(item)).then(|| boolean(false, span))
        }
        ("coalesce", values) => {
            for value in values {
                match &value.value {
                    Value::Null => {}
                    Value::Unknown(_) => return None,
                    Value::String(text) if text.raw().is_empty() => {}
                    _ => return Some(value.clone()),
                }
            }
            None
        }
        ("coalescelist", values) => {
            for value in values {
                if !value.as_list()?.is_empty() {
                    return Some(value.clone());
                }
            }
            None
        }
        ("one", [value]) => match value.as_list()? {
            [] => Some(null(span)),
            [single] if !matches!(single.value, Value::Unknown(_)) => Some(single.clone()),
            _ => None,
        },
        ("zipmap", [keys, values]) => {
            let (keys, values) = (
                keys.as_list()?,
                values.as_list().filter(|values| values.len() == keys.as_list().map_or(0, <[Node]>::len))?,
            );
            let entries: Option<Vec<Entry>> = keys
                .iter()
                .zip(values)
                .map(|(key, value)| {
                    Some(Entry { key: key.as_text()?.clone(), key_span: key.span, value: value.clone() })
                })
                .collect();
            Some(map(entries?, span))
        }
        ("slice", [value, from, to]) => {
            let items = value.as_list().filter(|items| !has_unknown(items))?;
            Some(list(items.get(index(from)?..index(to)?)?.to_vec(), span))
        }
        ("reverse", [value]) => Some(list(value.as_list()?.iter().rev().cloned().collect(), span)),
        ("sort", [value]) => {
            let items = value.as_list().filter(|_| is_known(value))?.iter();
            let mut items: Vec<Node> = items.map(as_string).collect::<Option<_>>()?;
            items.sort_by_key(known_string);
            Some(list(items, span))
        }
        ("index", [value, item]) => {
            let items = value.as_list().filter(|_| is_known(value))?;
            let at = items.iter().position(|other| equal(other, item) == Some(true))?;
            #[allow(clippy::cast_precision_loss, reason = "an index")]
            Some(number(at as f64, span))
        }
        ("alltrue", [value]) => truths(value.as_list()?, true, span),
        ("anytrue", [value]) => truths(value.as_list()?, false, span),
        ("matchkeys", [values, keys, wanted]) => {
            let (values, keys) = (values.as_list()?, keys.as_list().filter(|_| is_known(keys))?);
            let wanted = Among::new(wanted.as_list().filter(|_| is_known(wanted))?);
            let kept = values.iter().zip(keys).filter(|(_, key)| wanted.holds(key)).map(|(value, _)| value.clone());
            (values.len() == keys.len()).then(|| list(kept.collect(), span))
        }
        ("range", numbers) => range(numbers, span),
        ("setproduct", lists) => product(lists, span),
        ("chunklist", [value, size]) => {
            let items = value.as_list().filter(|items| !has_unknown(items))?;
            let size = index(size).map(|size| if size == 0 { items.len().max(1) } else { size })?;
            Some(list(items.chunks(size).map(|chunk| list(chunk.to_vec(), span)).collect(), span))
        }
        ("transpose", [value]) => transpose(value, span),
        _ => None,
    }
}

/// A primitive as a string.
fn as_string(node: &Node) -> Option<Node> {
    match &node.value {
        Value::String(_) => Some(node.clone()),
        _ => known_string(node).map(|value| string(value, node.span)),
    }
}

/// Members brought to one type, as lists, sets and maps have it: to strings where one is.
fn alike(node: &Node) -> Node {
    let primitive = |value: &Value| matches!(value, Value::String(_) | Value::Number(_) | Value::Bool(_));
    let open = |value: &Value| matches!(value, Value::Unknown(_) | Value::Null);
    let mixed = |members: &mut dyn Iterator<Item = &Value>| {
        let (mut strings, mut others) = (false, false);
        for value in members {
            if !primitive(value) && !open(value) {
                return false;
            }
            let string = matches!(value, Value::String(_));
            (strings, others) = (strings || string, others || (!string && primitive(value)));
        }
        strings && others
    };
    let convert = |node: &Node| as_string(node).unwrap_or_else(|| node.clone());
    match &node.value {
        Value::List(items) if mixed(&mut items.iter().map(|item| &item.value)) => {
            list(items.iter().map(convert).collect(), node.span)
        }
        Value::Map(entries) if mixed(&mut entries.iter().map(|entry| &entry.value.value)) => {
            let entries = entries.iter().map(|entry| Entry { value: convert(&entry.value), ..entry.clone() });
            map(entries.collect(), node.span)
        }
        _ => node.clone(),
    }
}

/// A set: each member once, strings in their order.
fn set(items: &[Node], span: Span) -> Node {
    let mut members = distinct(items);
    if members.iter().all(|member| member.as_str().is_some()) {
        members.sort_by(|a, b| a.as_str().cmp(&b.as_str()));
    }
    list(members, span)
}

/// Whether all members are true, or any is.
fn truths(items: &[Node], all: bool, span: Span) -> Option<Node> {
    let known: Vec<Option<bool>> = items.iter().map(super::value::truth).collect();
    if known.contains(&Some(!all)) {
        return Some(boolean(!all, span));
    }
    known.iter().all(Option::is_some).then(|| boolean(all, span))
}

fn has_unknown(items: &[Node]) -> bool {
    items.iter().any(|item| matches!(item.value, Value::Unknown(_)))
}

fn holds(items: &[Node], item: &Node) -> bool {
    items.iter().any(|other| equal(other, item) == Some(true))
}

/// Members that others are looked for among.
struct Among<'a> {
    texts: rustc_hash::FxHashSet<&'a str>,
    others: Vec<&'a Node>,
}

impl<'a> Among<'a> {
    fn new(items: &'a [Node]) -> Self {
        let (texts, others) = items.iter().partition::<Vec<_>, _>(|item| item.as_str().is_some());
        Self { texts: texts.into_iter().filter_map(Node::as_str).collect(), others }
    }

    fn holds(&self, item: &Node) -> bool {
        match item.as_str() {
            Some(text) => self.texts.contains(text),
            None => self.others.iter().any(|other| equal(other, item) == Some(true)),
        }
    }
}

/// How many members of lists have to be compared with each other, as texts have not.
pub(super) fn compared(lists: &[Node]) -> usize {
    let members = lists.iter().filter_map(Node::as_list).flatten();
    members.filter(|member| member.as_str().is_none()).count()
}

fn key_node(entry: &Entry) -> Node {
    Node::new(entry.key_span, Value::String(entry.key.clone()))
}

fn distinct(items: &[Node]) -> Vec<Node> {
    let mut seen = rustc_hash::FxHashSet::default();
    let mut kept: Vec<Node> = Vec::new();
    for item in items {
        let fresh = match item.as_str() {
            Some(text) => seen.insert(SmolStr::new(text)),
            None => kept.len() > 2000 || !holds(&kept, item),
        };
        if fresh {
            kept.push(item.clone());
        }
    }
    kept
}

fn concat(lists: &[Node], span: Span) -> Node {
    let mut items = Vec::new();
    for node in lists {
        match &node.value {
            Value::List(more) => items.extend(more.iter().cloned()),
            Value::Null => {}
            // Any number of members nobody knows.
            _ => items.push(node.clone()),
        }
    }
    list(items, span)
}

fn merge(maps: &[Node], span: Span) -> Option<Node> {
    let mut entries: Vec<Entry> = Vec::new();
    let mut places: rustc_hash::FxHashMap<SmolStr, usize> = rustc_hash::FxHashMap::default();
    for node in maps {
        match &node.value {
            Value::Map(more) => {
                for entry in more {
                    let known = entry.key.known().map(SmolStr::new);
                    let slot = known.as_ref().and_then(|key| places.get(key)).and_then(|at| entries.get_mut(*at));
                    if let Some(slot) = slot {
                        *slot = entry.clone();
                    } else {
                        if let Some(key) = known {
                            places.insert(key, entries.len());
                        }
                        entries.push(entry.clone());
                    }
                }
            }
            Value::Null => {}
            // Any number of entries nobody knows.
            Value::Unknown(what) => {
                entries.push(Entry { key: Text::unknown(what.clone()), key_span: node.span, value: node.clone() });
            }
            _ => return None,
        }
    }
    Some(map(entries, span))
}

fn flatten(items: &[Node], into: &mut Vec<Node>, depth: usize) {
    for item in items {
        match &item.value {
            Value::List(inner) if depth > 0 => flatten(inner, into, depth - 1),
            _ => into.push(item.clone()),
        }
    }
}

fn lookup(node: &Node, key: &Node, default: Option<&Node>) -> Option<Node> {
    let entries = node.as_map()?;
    let key = known_string(key)?;
    if let Some(found) = node.get(&key) {
        return Some(found.clone());
    }
    let complete = entries.iter().all(|entry| entry.key.is_known());
    if complete { default.cloned() } else { None }
}

fn range(numbers: &[Node], span: Span) -> Option<Node> {
    let values: Option<Vec<f64>> = numbers.iter().map(super::value::numeric).collect();
    let (start, limit, step) = match values?.as_slice() {
        [limit] => (0.0, *limit, 1.0),
        [start, limit] => (*start, *limit, if start <= limit { 1.0 } else { -1.0 }),
        [start, limit, step] => (*start, *limit, *step),
        _ => return None,
    };
    let mut items = Vec::new();
    let mut at = start;
    while (step > 0.0 && at < limit) || (step < 0.0 && at > limit) {
        // Terraform refuses more.
        if items.len() == 1024 {
            return None;
        }
        items.push(number(at, span));
        at += step;
    }
    Some(list(items, span))
}

fn product(lists: &[Node], span: Span) -> Option<Node> {
    let mut rows: Vec<Vec<Node>> = vec![Vec::new()];
    for node in lists {
        let items = node.as_list().filter(|items| !has_unknown(items))?;
        if rows.len().saturating_mul(items.len()) > 4096 {
            return None;
        }
        rows = rows
            .iter()
            .flat_map(|row| {
                items.iter().map(|item| {
                    let mut longer = row.clone();
                    longer.push(item.clone());
                    longer
                })
            })
            .collect();
    }
    Some(list(rows.into_iter().map(|row| list(row, span)).collect(), span))
}

fn transpose(node: &Node, span: Span) -> Option<Node> {
    if !is_known(node) {
        return None;
    }
    let mut out: std::collections::BTreeMap<SmolStr, Vec<Node>> = std::collections::BTreeMap::new();
    for entry in node.as_map()? {
        for item in entry.value.as_list()? {
            out.entry(known_string(item)?).or_default().push(key_node(entry));
        }
    }
    let entries = out.into_iter().map(|(key, items)| Entry {
        key: string(key, span).as_text().cloned().unwrap_or_else(|| Text::atomic("", span)),
        key_span: span,
        value: list(items, span),
    });
    Some(map(entries.collect(), span))
}
