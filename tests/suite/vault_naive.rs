//! The evaluator against a second one that follows the spec literally and slowly: every
//! rule is looked at for every request.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use overgrant::source::{Fragment, SourceId};
use overgrant::vault::acl::{Acl, Granted, Request, Settings};
use overgrant::vault::dialect::{Dialect, Product};
use overgrant::vault::operation::Operation;
use overgrant::vault::policy::{self, Policy};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::property::config;

/// A stanza in the few terms the naive evaluator knows.
#[derive(Debug, Clone)]
struct Stanza {
    path: String,
    capabilities: Vec<&'static str>,
    allowed: Vec<(&'static str, Vec<&'static str>)>,
    denied: Vec<(&'static str, Vec<&'static str>)>,
    required: Vec<&'static str>,
    min: u32,
    max: u32,
}

impl Stanza {
    fn text(&self) -> String {
        let list =
            |names: &[&str]| format!("[{}]", names.iter().map(|n| format!("\"{n}\"")).collect::<Vec<_>>().join(", "));
        let map = |map: &[(&str, Vec<&str>)]| {
            map.iter().map(|(name, values)| format!("\"{name}\" = {}", list(values))).collect::<Vec<_>>().join("\n")
        };
        let mut out = format!("path \"{}\" {{\ncapabilities = {}\n", self.path, list(&self.capabilities));
        if !self.allowed.is_empty() {
            out = format!("{out}allowed_parameters = {{\n{}\n}}\n", map(&self.allowed));
        }
        if !self.denied.is_empty() {
            out = format!("{out}denied_parameters = {{\n{}\n}}\n", map(&self.denied));
        }
        out + &format!(
            "required_parameters = {}\nmin_wrapping_ttl = {}\nmax_wrapping_ttl = {}\n}}\n",
            list(&self.required),
            self.min,
            self.max
        )
    }
}

/// One merged rule: spec vault-acl, section b.
#[derive(Debug, Clone, Default)]
struct Rule {
    capabilities: BTreeSet<&'static str>,
    allowed: BTreeMap<String, Vec<&'static str>>,
    denied: BTreeMap<String, Vec<&'static str>>,
    required: BTreeSet<&'static str>,
    min: u32,
    max: u32,
}

type Key = (u8, String);

fn key(path: &str) -> Key {
    let path = path.strip_prefix('/').unwrap_or(path);
    if path == "+" || path.starts_with("+/") || path.contains("/+") {
        (2, path.to_owned())
    } else if let Some(prefix) = path.strip_suffix('*') {
        (1, prefix.to_owned())
    } else {
        (0, path.to_owned())
    }
}

fn merge(stanzas: &[Stanza]) -> BTreeMap<Key, Rule> {
    let mut rules: BTreeMap<Key, Rule> = BTreeMap::new();
    for stanza in stanzas {
        let rule = rules.entry(key(&stanza.path)).or_default();
        if rule.capabilities.contains("deny") {
            continue;
        }
        if stanza.capabilities.contains(&"deny") {
            *rule = Rule { capabilities: BTreeSet::from(["deny"]), ..Rule::default() };
            continue;
        }
        rule.capabilities.extend(&stanza.capabilities);
        rule.required.extend(&stanza.required);
        let smaller = |a: u32, b: u32| if a == 0 || b == 0 { a.max(b) } else { a.min(b) };
        rule.min = smaller(rule.min, stanza.min);
        rule.max = smaller(rule.max, stanza.max);
        for (own, new) in [(&mut rule.allowed, &stanza.allowed), (&mut rule.denied, &stanza.denied)] {
            // The last of names that differ in case counts within a stanza.
            let new: BTreeMap<String, &Vec<&str>> = new.iter().map(|(n, v)| (n.to_lowercase(), v)).collect();
            for (name, values) in new {
                match own.get_mut(&name) {
                    Some(known) if known.is_empty() || values.is_empty() => known.clear(),
                    Some(known) => known.extend(values),
                    None => {
                        own.insert(name, values.clone());
                    }
                }
            }
        }
    }
    rules
}

/// Spec vault-acl, section c.3.
fn matches(key: &Key, path: &str) -> bool {
    match key {
        (0, text) => text == path,
        (1, text) => path.starts_with(text),
        (_, text) => {
            let (stem, open) = text.strip_suffix('*').map_or((text.as_str(), false), |stem| (stem, true));
            let (rule, parts): (Vec<&str>, Vec<&str>) = (stem.split('/').collect(), path.split('/').collect());
            if parts.len() < rule.len() || (!open && parts.len() != rule.len()) {
                return false;
            }
            rule.iter().enumerate().all(|(i, part)| {
                *part == "+" || *part == parts[i] || (open && i + 1 == rule.len() && parts[i].starts_with(part))
            })
        }
    }
}

/// Spec vault-acl, section c.2.
fn rank(key: &Key) -> (usize, bool, Reverse<usize>, usize, String) {
    let (kind, text) = key;
    let open = *kind == 1 || text.ends_with('*');
    let stem = if *kind == 2 { text.strip_suffix('*').unwrap_or(text) } else { text };
    let position = if *kind == 2 { text.find('+').unwrap() } else { text.len() };
    let plus = if *kind == 2 { stem.split('/').filter(|part| *part == "+").count() } else { 0 };
    (position, !open, Reverse(plus), stem.len(), stem.to_owned())
}

/// The longest prefix rule and every segment rule that match.
fn candidates<'r>(rules: &'r BTreeMap<Key, Rule>, path: &str) -> Vec<(&'r Key, &'r Rule)> {
    let longest = rules.iter().filter(|(k, _)| k.0 == 1 && matches(k, path)).max_by_key(|(k, _)| k.1.len());
    rules.iter().filter(|(k, _)| k.0 == 2 && matches(k, path)).chain(longest).collect()
}

fn best<'r>(list: &[(&'r Key, &'r Rule)]) -> Option<(&'r Key, &'r Rule)> {
    list.iter().max_by_key(|(key, _)| rank(key)).copied()
}

/// Spec vault-acl, section c.1.
fn find<'r>(rules: &'r BTreeMap<Key, Rule>, path: &str, list: bool, dialect: Dialect) -> Option<(&'r Key, &'r Rule)> {
    if let Some(found) = rules.get_key_value(&(0, path.to_owned())) {
        return Some(found);
    }
    let short = path.strip_suffix('/').filter(|_| list);
    let Some(short) = short else { return best(&candidates(rules, path)) };
    if let Some(found) = rules.get_key_value(&(0, short.to_owned())) {
        return Some(found);
    }
    let (whole, trimmed) = (candidates(rules, path), candidates(rules, short));
    if dialect.product == Product::OpenBao {
        return best(&whole).or_else(|| best(&trimmed));
    }
    if dialect == Dialect::VAULT_OLD {
        return best(&trimmed).or_else(|| best(&whole));
    }
    let pool: Vec<_> = whole.into_iter().chain(trimmed).collect();
    let with =
        |name: &str| best(&pool.iter().copied().filter(|(_, r)| r.capabilities.contains(name)).collect::<Vec<_>>());
    match (with("deny"), with("list")) {
        (Some(deny), Some(grant)) if rank(deny.0) > rank(grant.0) => Some(deny),
        (_, Some(grant)) => Some(grant),
        (Some(deny), None) => Some(deny),
        (None, None) => best(&pool),
    }
}

fn value_matches(listed: &[&str], value: &Value) -> bool {
    listed.iter().any(|item| {
        let Some(text) = value.as_str() else { return false };
        if item.len() < 2 {
            return *item == text;
        }
        let inner = item.trim_matches('*');
        match (item.starts_with('*'), item.ends_with('*')) {
            (true, true) => text.contains(inner),
            (true, false) => text.ends_with(inner),
            (false, true) => text.starts_with(inner),
            (false, false) => *item == text,
        }
    })
}

/// Whether a value is among those listed: `all` for allowed, any for denied parameters.
fn listed(values: &[&str], value: &Value, all: bool, dialect: Dialect) -> bool {
    if values.is_empty() || value_matches(values, value) {
        return true;
    }
    if dialect != Dialect::VAULT {
        return false;
    }
    let elements: Vec<Value> = match value {
        Value::Array(elements) => elements.clone(),
        Value::String(text) if text.is_empty() => Vec::new(),
        Value::String(text) => text.split(',').map(|part| Value::from(part.trim())).collect(),
        _ => return false,
    };
    if all {
        elements.iter().all(|element| value_matches(values, element))
    } else {
        elements.iter().any(|element| value_matches(values, element))
    }
}

/// Spec vault-acl, section d.2.
fn allows(rule: &Rule, operation: Operation, sent: &Map<String, Value>, wrap: Option<u32>, dialect: Dialect) -> bool {
    if !rule.capabilities.contains(operation.name()) {
        return false;
    }
    if rule.max > 0 && wrap.is_none_or(|ttl| ttl > rule.max) || rule.min > 0 && wrap.is_none_or(|ttl| ttl < rule.min) {
        return false;
    }
    if operation == Operation::List || operation == Operation::Delete {
        return true;
    }
    if rule.required.iter().any(|name| !sent.contains_key(&name.to_lowercase())) {
        return false;
    }
    if sent.is_empty() {
        return true;
    }
    if rule.denied.contains_key("*") {
        return false;
    }
    let denied = |(name, value): (&String, &Value)| {
        rule.denied.get(&name.to_lowercase()).is_some_and(|values| listed(values, value, false, dialect))
    };
    if sent.iter().any(denied) {
        return false;
    }
    let star = rule.allowed.contains_key("*");
    if rule.allowed.is_empty() || (star && rule.allowed.len() == 1) {
        return true;
    }
    sent.iter().all(|(name, value)| match rule.allowed.get(&name.to_lowercase()) {
        Some(values) => listed(values, value, true, dialect),
        None => star,
    })
}

fn path() -> impl Strategy<Value = String> {
    let segment = prop_oneof![4 => Just("a"), 2 => Just("b"), 3 => Just("+"), 1 => Just("ab"), 1 => Just(""), 1 => Just("+a"), 1 => Just("a+")];
    (prop::collection::vec(segment, 1..4), prop_oneof![3 => Just(""), 2 => Just("*"), 1 => Just("/")]).prop_filter_map(
        "`+*` is refused",
        |(segments, tail)| {
            let path = segments.join("/") + tail;
            (!path.contains("+*")).then_some(path)
        },
    )
}

fn parameters() -> impl Strategy<Value = Vec<(&'static str, Vec<&'static str>)>> {
    let name = prop::sample::select(vec!["p", "P", "q", "*"]);
    let values = prop::collection::vec(prop::sample::select(vec!["x", "y*", "*z", "*m*", "*", ""]), 0..3);
    prop::collection::btree_map(name, values, 0..3).prop_map(|map| map.into_iter().collect())
}

fn stanza() -> impl Strategy<Value = Stanza> {
    let names = vec!["create", "read", "update", "delete", "list", "list", "sudo"];
    let capabilities = prop_oneof![
        5 => prop::collection::vec(prop::sample::select(names), 0..4),
        1 => Just(vec!["deny"]),
    ];
    let ttl = || prop_oneof![6 => Just(0_u32), 1 => Just(60), 1 => Just(120)];
    let few = || prop_oneof![3 => Just(Vec::new()), 1 => parameters()];
    let required = prop_oneof![5 => Just(Vec::new()), 1 => Just(vec!["P"])];
    (path(), capabilities, few(), few(), required, ttl(), ttl()).prop_map(
        |(path, capabilities, allowed, denied, required, min, max)| {
            let max = if max > 0 { max.max(min) } else { 0 };
            Stanza { path, capabilities, allowed, denied, required, min, max }
        },
    )
}

fn request() -> impl Strategy<Value = (Operation, String, Map<String, Value>, Option<u32>)> {
    let operation = prop::sample::select(vec![
        Operation::Read,
        Operation::Update,
        Operation::Delete,
        Operation::List,
        Operation::List,
    ]);
    let path = prop::collection::vec(prop::sample::select(vec!["a", "b", "ab", "", "+a"]), 1..4)
        .prop_flat_map(|parts| prop::bool::ANY.prop_map(move |slash| parts.join("/") + if slash { "/" } else { "" }));
    let value = prop::sample::select(vec![
        json!("x"),
        json!("yes"),
        json!("az"),
        json!("x, y"),
        json!(""),
        json!(1),
        json!(null),
        json!(["x"]),
        json!(["x", "q"]),
        json!([]),
    ]);
    let sent = prop::collection::btree_map(prop::sample::select(vec!["p", "P", "q", "z"]), value, 0..3)
        .prop_map(|map| map.into_iter().map(|(name, value)| (name.to_owned(), value)).collect());
    (operation, path, sent, prop_oneof![2 => Just(None), 1 => Just(Some(60)), 1 => Just(Some(90))])
}

proptest! {
    #![proptest_config(config(250))]

    #[test]
    fn the_evaluator_agrees_with_a_naive_one(
        stanzas in prop::collection::vec(stanza(), 0..8),
        requests in prop::collection::vec(request(), 1..40),
        split in 0_usize..8,
    ) {
        let texts: Vec<String> = stanzas.iter().map(Stanza::text).collect();
        let (first, second) = texts.split_at(split.min(texts.len()));
        for dialect in [Dialect::VAULT, Dialect::VAULT_OLD, Dialect::OPENBAO] {
            let policies: Vec<Policy> = [first.concat(), second.concat()]
                .iter()
                .map(|text| policy::parse(&Fragment::plain(SourceId(0), 0, text), dialect).unwrap())
                .collect();
            prop_assert!(policies.iter().all(|policy| policy.refusal(None).is_none()), "{texts:?}");
            let granted: Vec<Granted<'_>> = policies.iter().map(|policy| Granted::new("p", policy)).collect();
            let acl = Acl::new(&granted, &Settings { dialect, ..Settings::default() });
            let rules = merge(&stanzas);
            for (operation, path, sent, wrap) in &requests {
                let path = path.trim_start_matches('/');
                let rule = find(&rules, path, *operation == Operation::List, dialect);
                let expected = rule.is_some_and(|(_, rule)| allows(rule, *operation, sent, *wrap, dialect));
                let request = Request {
                    parameters: Some(sent),
                    wrap_ttl: wrap.map(|seconds| i64::from(seconds) * policy::SECOND),
                    ..Request::new(*operation, path)
                };
                let outcome = acl.decide(&request);
                prop_assert_eq!(outcome.allowed, expected, "{} {:?} {}\n{}", dialect, request, path, texts.concat());
                let sudo = rule.is_some_and(|(_, rule)| rule.capabilities.contains("sudo"));
                prop_assert_eq!(outcome.sudo, sudo, "{} {:?} {}\n{}", dialect, request, path, texts.concat());
            }
        }
    }
}
