//! Reads the embedded data; its format is described in `data/aws/README.md`. The data is
//! made by the project's own tool, so a malformed part is left out rather than reported;
//! the tests check that nothing is.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::{
    AccessLevel, Action, ActionResource, Catalog, Chunk, ConditionKey, KeyKind, KeyType, ResourceType, Service,
};

pub(super) fn catalog(data: &'static [u8]) -> Catalog {
    let end = memchr::memmem::find(data, b"\n\n").unwrap_or(data.len());
    let head = data.get(..end).and_then(|h| std::str::from_utf8(h).ok()).unwrap_or("");
    let body = data.get(end + 2..).unwrap_or(&[]);
    let mut lines = head.lines().skip(1);
    let (date, version) = lines.next().and_then(|l| l.split_once('\t')).unwrap_or(("unknown", "unknown"));
    let rcp_services = lines.next().unwrap_or("").split(',').collect();
    let federated_prefixes = lines.next().unwrap_or("").split(',').collect();
    let global_keys = lines.next().unwrap_or("").split(',').filter_map(|k| key(k, '=')).collect();

    let mut chunks = Vec::new();
    let mut index = FxHashMap::default();
    let mut prefixes = Vec::new();
    for line in lines {
        let mut fields = line.split('\t');
        let mut number = || fields.next().and_then(|f| f.parse::<usize>().ok()).unwrap_or(0);
        let (offset, packed_len, raw_len) = (number(), number(), number());
        let Some(packed) = body.get(offset..offset + packed_len) else { continue };
        for (at, prefix) in fields.next().unwrap_or("").split(',').enumerate() {
            index.insert(prefix, (chunks.len(), at));
            prefixes.push(prefix);
        }
        chunks.push(Chunk { packed, raw_len, services: OnceLock::new() });
    }
    prefixes.sort_unstable();
    Catalog { date, version, rcp_services, federated_prefixes, global_keys, chunks, index, prefixes }
}

/// The services of a chunk. Their texts are parts of its own, which stays: nothing is copied
/// for the many thousands of actions.
pub(super) fn chunk(packed: &[u8], raw_len: usize) -> Vec<Service> {
    let raw = miniz_oxide::inflate::decompress_to_vec_with_limit(packed, raw_len).unwrap_or_default();
    let text: &'static str = String::from_utf8(raw).unwrap_or_default().leak();
    let lower: &'static str = text.to_ascii_lowercase().leak();
    let mut from = 0;
    let mut lines = memchr::memchr_iter(b'\n', text.as_bytes()).map_while(|end| {
        let line = std::mem::replace(&mut from, end + 1)..end;
        Some((text.get(line.clone())?, lower.get(line)?))
    });
    let mut services = Vec::new();
    while let Some((line, _)) = lines.next() {
        let Some((prefix, name)) = line.split_once('\t') else { break };
        let resources = section(&mut lines).filter_map(|(line, _)| resource(line)).collect();
        let keys = section(&mut lines).filter_map(|(line, _)| key(line, '\t')).collect();
        let sets = section(&mut lines).map(|(line, _)| numbers(line.trim_start_matches('='))).collect();
        let (prefix, name) = (SmolStr::new_static(prefix), SmolStr::new_static(name));
        let (actions, places) = actions(section(&mut lines));
        services.push(Service { prefix, name, actions, places, resources, keys, sets, used: OnceLock::new() });
    }
    services
}

/// A line as it is and in lower case.
type Line = (&'static str, &'static str);

/// The lines up to an empty one.
fn section(lines: &mut impl Iterator<Item = Line>) -> impl Iterator<Item = Line> {
    lines.take_while(|(line, _)| !line.is_empty())
}

/// The actions of a service, and where each is by its name in lower case.
fn actions(lines: impl Iterator<Item = Line>) -> (Vec<Action>, FxHashMap<&'static str, u16>) {
    let (mut resources, mut dependents) = (Vec::new(), Vec::new());
    let mut read = Vec::new();
    let mut places = FxHashMap::default();
    for line in lines {
        let before = (resources.len(), dependents.len());
        if let Some((action, name)) = action(line, (&mut resources, &mut dependents))
            && let Ok(place) = u16::try_from(read.len())
        {
            places.insert(name, place);
            read.push((action, resources.len() - before.0, dependents.len() - before.1));
        }
    }
    // each action's are a part of one list that stays, as the texts do
    let mut resources: &'static [ActionResource] = resources.leak();
    let mut dependents: &'static [SmolStr] = dependents.leak();
    let take = |(mut action, used, named): (Action, usize, usize)| {
        (action.resources, resources) = resources.split_at_checked(used)?;
        (action.dependents, dependents) = dependents.split_at_checked(named)?;
        Some(action)
    };
    (read.into_iter().map_while(take).collect(), places)
}

fn numbers(list: &str) -> Vec<u16> {
    list.split(',').filter_map(|n| n.parse().ok()).collect()
}

fn resource(line: &'static str) -> Option<ResourceType> {
    let mut fields = line.split('\t');
    Some(ResourceType::new(fields.next()?, fields.next()?, fields.next()?.parse().ok()?))
}

fn key(text: &'static str, separator: char) -> Option<ConditionKey> {
    let (name, kind) = text.split_once(separator)?;
    let (multi, kind) = match kind.strip_prefix("ArrayOf") {
        Some(kind) => (true, kind),
        None => (false, kind),
    };
    let kind = match kind {
        "String" => KeyKind::String,
        "ARN" => KeyKind::Arn,
        "Bool" | "Boolean" => KeyKind::Bool,
        "Numeric" | "Long" => KeyKind::Numeric,
        "Date" => KeyKind::Date,
        "IPAddress" => KeyKind::IpAddress,
        "Binary" => KeyKind::Binary,
        _ => return None,
    };
    Some(ConditionKey::new(name, KeyType { kind, multi }))
}

/// An action, whose resource types and dependent actions are added to the lists, and its name
/// in lower case.
fn action(
    (line, lower): Line,
    (resources, dependents): (&mut Vec<ActionResource>, &mut Vec<SmolStr>),
) -> Option<(Action, &'static str)> {
    let (name, rest) = cut(line, b'\t')?;
    let (class, rest) = cut(rest, b'\t')?;
    let (used, named) = cut(rest, b'\t')?;
    let level = match class.get(..1)? {
        "L" => AccessLevel::List,
        "R" => AccessLevel::Read,
        "W" => AccessLevel::Write,
        "T" => AccessLevel::Tagging,
        "P" => AccessLevel::Permissions,
        _ => return None,
    };
    let keys = class.get(1..)?.parse().ok()?;
    let lower = lower.get(..name.len())?;
    if !used.is_empty() {
        resources.extend(used.split(',').filter_map(action_resource));
    }
    if !named.is_empty() {
        dependents.extend(named.split(',').map(SmolStr::new_static));
    }
    let names = (SmolStr::new_static(name), SmolStr::new_static(lower));
    Some((Action { name: names.0, lower: names.1, level, resources: &[], dependents: &[], keys }, lower))
}

/// What stands before a separator and behind it; it is found faster than by `split_once`.
fn cut(text: &str, separator: u8) -> Option<(&str, &str)> {
    let at = memchr::memchr(separator, text.as_bytes())?;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

fn action_resource(text: &str) -> Option<ActionResource> {
    let (text, keys) = match cut(text, b':') {
        Some((text, set)) => (text, set.parse().ok()?),
        None => (text, 0),
    };
    let required = text.ends_with('!');
    Some(ActionResource { resource: text.trim_end_matches('!').parse().ok()?, required, keys })
}
