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

pub(super) fn chunk(packed: &[u8], raw_len: usize) -> Vec<Service> {
    let raw = miniz_oxide::inflate::decompress_to_vec_with_limit(packed, raw_len).unwrap_or_default();
    let text = std::str::from_utf8(&raw).unwrap_or("");
    let mut lines = text.lines();
    let mut services = Vec::new();
    while let Some(line) = lines.next() {
        let Some((prefix, name)) = line.split_once('\t') else { break };
        let section = |lines: &mut std::str::Lines<'_>| -> Vec<SmolStr> {
            lines.by_ref().take_while(|l| !l.is_empty()).map(SmolStr::new).collect()
        };
        let resources = section(&mut lines).iter().filter_map(|l| resource(l)).collect();
        let keys = section(&mut lines).iter().filter_map(|l| key(l, '\t')).collect();
        let sets = section(&mut lines).iter().map(|l| numbers(l.trim_start_matches('='))).collect();
        let actions: Vec<Action> = lines.by_ref().take_while(|l| !l.is_empty()).filter_map(action).collect();
        let places = (0_u16..).zip(&actions).map(|(at, action)| (action.lower.clone(), at)).collect();
        services.push(Service {
            prefix: prefix.into(),
            name: name.into(),
            actions,
            places,
            resources,
            keys,
            sets,
            used: OnceLock::new(),
        });
    }
    services
}

fn numbers(list: &str) -> Vec<u16> {
    list.split(',').filter_map(|n| n.parse().ok()).collect()
}

fn resource(line: &str) -> Option<ResourceType> {
    let mut fields = line.split('\t');
    Some(ResourceType::new(fields.next()?, fields.next()?, fields.next()?.parse().ok()?))
}

fn key(text: &str, separator: char) -> Option<ConditionKey> {
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

fn action(line: &str) -> Option<Action> {
    let mut fields = line.split('\t');
    let name = fields.next()?;
    let class = fields.next()?;
    let level = match class.get(..1)? {
        "L" => AccessLevel::List,
        "R" => AccessLevel::Read,
        "W" => AccessLevel::Write,
        "T" => AccessLevel::Tagging,
        "P" => AccessLevel::Permissions,
        _ => return None,
    };
    let keys = class.get(1..)?.parse().ok()?;
    let resources = fields.next()?.split(',').filter(|r| !r.is_empty()).filter_map(action_resource).collect();
    let dependents = fields.next()?.split(',').filter(|d| !d.is_empty()).map(SmolStr::new).collect();
    Some(Action { name: name.into(), lower: name.to_ascii_lowercase().into(), level, resources, dependents, keys })
}

fn action_resource(text: &str) -> Option<ActionResource> {
    let (text, keys) = match text.split_once(':') {
        Some((text, set)) => (text, set.parse().ok()?),
        None => (text, 0),
    };
    let required = text.ends_with('!');
    Some(ActionResource { resource: text.trim_end_matches('!').parse().ok()?, required, keys })
}
