//! Functions over lists, sets and maps. A list with an unknown member may be longer than
//! it looks; what would depend on that stays unknown.

use smol_str::SmolStr;

use super::value::{boolean, equal, index, is_known, known_string, list, map, null, number, string};
use crate::source::Span;
use crate::syntax::{Entry, Node, Text, Value};

pub(super) fn call(name: &str, args: &[Node], span: Span) -> Option<Node> {
    match (name, args) {
        ("tolist" | "tomap" | "yamlencode" | "jsonencode", [value]) => Some(value.clone()),
        ("toset" | "distinct", [value]) => Some(list(distinct(value.as_list()?), value.span)),
        ("setunion", sets) => {
            let all: Option<Vec<&[Node]>> = sets.iter().map(Node::as_list).collect();
            let joined: Vec<Node> = all?.into_iter().flatten().cloned().collect();
            Some(list(distinct(&joined), span))
        }
        ("setintersection", [first, rest @ ..]) => {
            if !args.iter().all(is_known) {
                return None;
            }
            let others: Option<Vec<&[Node]>> = rest.iter().map(Node::as_list).collect();
            let others = others?;
            let kept = first.as_list()?.iter().filter(|item| others.iter().all(|other| holds(other, item)));
            Some(list(kept.cloned().collect(), span))
        }
        ("setsubtract", [from, what]) => {
            let what = is_known(what).then(|| what.as_list())??;
            let kept = from.as_list()?.iter().filter(|item| !holds(what, item));
            Some(list(kept.cloned().collect(), span))
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
            items.get(index(at)? % items.len()).cloned()
        }
        ("length", [value]) => {
            let count = match &value.value {
                Value::List(items) if !has_unknown(items) => items.len(),
                Value::Map(entries) if entries.iter().all(|entry| entry.key.is_known()) => entries.len(),
                Value::String(text) => text.known()?.chars().count(),
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
            let (keys, values) = (keys.as_list()?, values.as_list()?);
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
            let mut items = value.as_list().filter(|_| is_known(value))?.to_vec();
            items.sort_by_key(known_string);
            Some(list(items, span))
        }
        ("index", [value, item]) => {
            let items = value.as_list().filter(|_| is_known(value))?;
            let at = items.iter().position(|other| equal(other, item) == Some(true))?;
            #[allow(clippy::cast_precision_loss, reason = "an index")]
            Some(number(at as f64, span))
        }
        ("range", numbers) => range(numbers, span),
        ("setproduct", lists) => product(lists, span),
        ("chunklist", [value, size]) => {
            let items = value.as_list().filter(|items| !has_unknown(items))?;
            let size = index(size).filter(|size| *size > 0)?;
            Some(list(items.chunks(size).map(|chunk| list(chunk.to_vec(), span)).collect(), span))
        }
        ("transpose", [value]) => transpose(value, span),
        _ => None,
    }
}

fn has_unknown(items: &[Node]) -> bool {
    items.iter().any(|item| matches!(item.value, Value::Unknown(_)))
}

fn holds(items: &[Node], item: &Node) -> bool {
    items.iter().any(|other| equal(other, item) == Some(true))
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
    while items.len() < 1024 && ((step > 0.0 && at < limit) || (step < 0.0 && at > limit)) {
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
