//! Regions of Vault policies against a naive server that looks every path up.

use overgrant::pattern::path::PathLang;
use overgrant::region::vault::{Rules, StanzaRef, gained};
use overgrant::source::{SourceId, Span};
use overgrant::syntax::Text;
use overgrant::vault::acl::{Acl, Granted, Request, Settings};
use overgrant::vault::capability::{Capabilities, Capability};
use overgrant::vault::dialect::Dialect;
use overgrant::vault::operation::Operation;
use overgrant::vault::policy::{Policy, Stanza};
use proptest::prelude::*;

use crate::property::config;

const DIALECTS: [Dialect; 3] = [Dialect::VAULT, Dialect::VAULT_OLD, Dialect::OPENBAO];

fn policy(stanzas: &[(String, Capabilities)]) -> Policy {
    let span = Span::new(SourceId(0), 0, 0);
    let stanza = |(path, granted): &(String, Capabilities)| Stanza {
        granted: *granted,
        ..Stanza::new(Text::plain(path.as_str(), 0), span, span)
    };
    Policy { stanzas: stanzas.iter().map(stanza).collect(), ..Policy::default() }
}

/// The server's look-up, step by step (spec: vault-acl, sections b and c).
mod server {
    use std::cmp::Reverse;
    use std::collections::BTreeMap;

    use super::{Capabilities, Capability, Dialect};

    type Stored = BTreeMap<String, Capabilities>;

    pub(super) struct Acl {
        exact: Stored,
        /// Without the final `*`.
        prefix: Stored,
        segments: Stored,
    }

    impl Acl {
        pub(super) fn new(stanzas: &[(String, Capabilities)]) -> Self {
            let mut acl = Self { exact: Stored::new(), prefix: Stored::new(), segments: Stored::new() };
            for (path, granted) in stanzas {
                let path = path.strip_prefix('/').unwrap_or(path);
                let (map, key) = if path == "+" || path.contains("/+") || path.starts_with("+/") {
                    (&mut acl.segments, path)
                } else if let Some(prefix) = path.strip_suffix('*') {
                    (&mut acl.prefix, prefix)
                } else {
                    (&mut acl.exact, path)
                };
                let rule = map.entry(key.to_owned()).or_default();
                if granted.has(Capability::Deny) || rule.has(Capability::Deny) {
                    *rule = Capabilities::of(&[Capability::Deny]);
                } else {
                    *rule = rule.union(*granted);
                }
            }
            acl
        }

        fn matches(rule: &str, path: &str) -> bool {
            let (body, glob) = rule.strip_suffix('*').map_or((rule, false), |b| (b, true));
            let (parts, path): (Vec<_>, Vec<_>) = (body.split('/').collect(), path.split('/').collect());
            if path.len() < parts.len() || (!glob && path.len() != parts.len()) {
                return false;
            }
            let last = parts.len() - 1;
            parts
                .iter()
                .zip(&path)
                .enumerate()
                .all(|(index, (r, p))| *r == "+" || r == p || (index == last && glob && p.starts_with(r)))
        }

        /// Candidates with their order, as the server sorts them.
        fn candidates(&self, path: &str) -> Vec<(impl Ord + Clone + use<>, Capabilities)> {
            let key = |position: usize, rule: &str, glob: bool| {
                let body = rule.strip_suffix('*').unwrap_or(rule);
                let plus = rule.split('/').filter(|s| *s == "+" || *s == "+*").count();
                (position, !glob, Reverse(plus), body.len(), body.to_owned())
            };
            let mut found = Vec::new();
            if let Some((prefix, granted)) =
                self.prefix.iter().filter(|(p, _)| path.starts_with(*p)).max_by_key(|(p, _)| p.len())
            {
                let (a, b, _, d, e) = key(prefix.len(), &format!("{prefix}*"), true);
                found.push(((a, b, Reverse(0), d, e), *granted));
            }
            for (rule, granted) in self.segments.iter().filter(|(r, _)| Self::matches(r, path)) {
                found.push((key(rule.find('+').unwrap_or_default(), rule, rule.ends_with('*')), *granted));
            }
            found
        }

        fn best(&self, path: &str) -> Option<Capabilities> {
            self.candidates(path).into_iter().max_by(|a, b| a.0.cmp(&b.0)).map(|(_, granted)| granted)
        }

        fn find(&self, path: &str, list: bool, dialect: Dialect) -> Option<Capabilities> {
            if let Some(granted) = self.exact.get(path) {
                return Some(*granted);
            }
            let Some(short) = path.strip_suffix('/').filter(|_| list) else { return self.best(path) };
            if let Some(granted) = self.exact.get(short) {
                return Some(*granted);
            }
            match dialect {
                Dialect::OPENBAO => self.best(path).or_else(|| self.best(short)),
                Dialect::VAULT_OLD => self.best(short).or_else(|| self.best(path)),
                _ => {
                    let mut pool = self.candidates(path);
                    pool.extend(self.candidates(short));
                    pool.sort_by(|a, b| b.0.cmp(&a.0));
                    let deny = pool.iter().position(|(_, c)| c.has(Capability::Deny));
                    let list = pool.iter().position(|(_, c)| c.has(Capability::List));
                    let strength = |index: usize| pool.get(index).map(|(key, _)| key.clone());
                    let chosen = match (deny, list) {
                        (Some(d), Some(l)) if strength(d) > strength(l) => d,
                        (_, Some(l)) => l,
                        (Some(d), None) => d,
                        (None, None) => 0,
                    };
                    pool.get(chosen).map(|(_, granted)| *granted)
                }
            }
        }

        pub(super) fn allows(&self, path: &str, capability: Capability, dialect: Dialect) -> bool {
            self.find(path, capability == Capability::List, dialect).is_some_and(|c| c.has(capability))
        }
    }
}

fn paths(longest: usize) -> Vec<String> {
    let mut all = vec![String::new()];
    let mut last = all.clone();
    for _ in 0..longest {
        last = last.iter().flat_map(|path| ['a', 'b', '/', 'z'].iter().map(move |c| format!("{path}{c}"))).collect();
        all.extend(last.iter().cloned());
    }
    all
}

fn rule() -> impl Strategy<Value = String> {
    let segment = prop_oneof![3 => Just("+".to_owned()), 4 => "[ab]{0,1}", 2 => "[ab]", 1 => Just("a+".into())];
    (prop::collection::vec(segment, 1..4), any::<bool>()).prop_map(|(segments, glob)| {
        let mut rule = segments.join("/");
        // `+*` is refused by the parser
        if glob && !rule.ends_with('+') {
            rule.push('*');
        }
        rule
    })
}

fn stanzas() -> impl Strategy<Value = Vec<(String, Capabilities)>> {
    let capabilities = prop::sample::select(vec![
        Capabilities::of(&[Capability::Read]),
        Capabilities::of(&[Capability::List]),
        Capabilities::of(&[Capability::Read, Capability::List]),
        Capabilities::of(&[Capability::Update]),
        Capabilities::of(&[Capability::Update, Capability::List]),
        Capabilities::of(&[Capability::Deny]),
        Capabilities::NONE,
    ]);
    prop::collection::vec((rule(), capabilities), 1..7)
}

const ASKED: [Capability; 3] = [Capability::Read, Capability::List, Capability::Update];

/// The requests of a region: its paths, and for `list` also those whose path without the
/// final slash is of the region.
fn requests<'p>(region: &PathLang, capability: Capability, all: &'p [String]) -> Vec<&'p String> {
    let inside = |path: &&String| match capability {
        Capability::List => path.strip_suffix('/').is_some_and(|short| region.matches(path) || region.matches(short)),
        Capability::Read => region.matches(path),
        _ => region.matches(path) && !path.ends_with('/') && !path.is_empty(),
    };
    all.iter().filter(inside).collect()
}

/// What the evaluator that `simulate` asks says to a request found.
fn evaluated(policies: &Policy, path: &str, capability: Capability, dialect: Dialect) -> bool {
    let settings = Settings { dialect, ..Settings::default() };
    let acl = Acl::new(&[Granted::new("p", policies)], &settings);
    let operation = Operation::of_capability(capability).unwrap();
    acl.decide(&Request::new(operation, path)).allowed
}

proptest! {
    #![proptest_config(config(30))]

    #[test]
    fn a_region_is_reached_where_the_server_allows_a_request_of_it(policy_stanzas in stanzas(), region in rule()) {
        // no request has a slash in front: the server strips them (spec: vault-acl, c.1)
        prop_assume!(!region.starts_with('/'));
        let policy = policy(&policy_stanzas);
        let acl = server::Acl::new(&policy_stanzas);
        let all = paths(5);
        let region = PathLang::parse(&region);
        for dialect in DIALECTS {
            let rules = Rules::new([&policy], dialect);
            for capability in ASKED {
                let allowed = requests(&region, capability, &all).into_iter().find(|p| acl.allows(p, capability, dialect));
                let found = rules.reach(&region, Capabilities::of(&[capability]));
                let true_or_none = found.as_ref().map_or(allowed.is_none(), |w| acl.allows(&w.path, capability, dialect));
                prop_assert!(true_or_none, "{dialect:?} {capability} {found:?}, allowed is {allowed:?}");
                let agrees = found.as_ref().is_none_or(|w| evaluated(&policy, &w.path, capability, dialect));
                prop_assert!(agrees, "{dialect:?} {capability} {found:?}");
                let refused = requests(&region, capability, &all).into_iter().find(|p| !acl.allows(p, capability, dialect));
                let found = rules.refused(&region, capability);
                let true_or_none = found.as_ref().map_or(refused.is_none(), |(p, _)| !acl.allows(p, capability, dialect));
                prop_assert!(true_or_none, "{dialect:?} {capability} {found:?}, refused is {refused:?}");
            }
        }
    }

    #[test]
    fn a_difference_is_complete_and_true(before in stanzas(), after in stanzas(), mutate in any::<bool>()) {
        // often a small edit instead of two unrelated policies
        let after = if mutate { before.iter().skip(1).cloned().chain(after.into_iter().take(1)).collect() } else { after };
        let (old_acl, new_acl) = (server::Acl::new(&before), server::Acl::new(&after));
        let all = paths(5);
        for dialect in DIALECTS {
            let old = Rules::new([&policy(&before)], dialect);
            let new = Rules::new([&policy(&after)], dialect);
            let gains = gained(&old, &new, &PathLang::all());
            for gain in &gains {
                for capability in gain.capabilities.iter().take(1) {
                    prop_assert!(new_acl.allows(&gain.witness, capability, dialect), "{dialect:?} {gain:?}");
                    prop_assert!(!old_acl.allows(&gain.witness, capability, dialect), "{dialect:?} {gain:?}");
                }
            }
            for capability in ASKED {
                for path in requests(&PathLang::all(), capability, &all) {
                    if new_acl.allows(path, capability, dialect) && !old_acl.allows(path, capability, dialect) {
                        let key = if capability == Capability::List { path.strip_suffix('/').unwrap() } else { path };
                        let told = gains.iter().any(|g| g.capabilities.has(capability) && g.paths.matches(key));
                        prop_assert!(told, "{dialect:?} {capability} {path} {before:?} {after:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn shadowed_and_redundant_rules_do_nothing(policy_stanzas in stanzas()) {
        let policy = policy(&policy_stanzas);
        let acl = server::Acl::new(&policy_stanzas);
        let all = paths(5);
        for dialect in DIALECTS {
            let rules = Rules::new([&policy], dialect);
            for (index, rule) in rules.rules().iter().enumerate() {
                let kept: Vec<_> = policy_stanzas
                    .iter()
                    .enumerate()
                    .filter(|(at, _)| !rule.stanzas.contains(&StanzaRef { policy: 0, stanza: *at }))
                    .map(|(_, stanza)| stanza.clone())
                    .collect();
                let without = server::Acl::new(&kept);
                let changes = ASKED.into_iter().any(|capability| {
                    requests(&PathLang::all(), capability, &all)
                        .into_iter()
                        .any(|p| acl.allows(p, capability, dialect) != without.allows(p, capability, dialect))
                });
                if let Some(shadow) = rules.shadowed(index) {
                    prop_assert!(!changes, "{dialect:?} {} is not shadowed by {:?} in {:?}", rule.path, shadow, policy_stanzas);
                }
                // what a longer path would show is left to the difference test
                let redundant = rules.redundant(index);
                prop_assert!(!(redundant && changes), "{dialect:?} {} is not redundant in {:?}", rule.path, policy_stanzas);
                for capability in rules.dead_capabilities(index).iter() {
                    let gets = requests(&rule.lang, capability, &all)
                        .into_iter()
                        .any(|p| acl.allows(p, capability, dialect) && !without.allows(p, capability, dialect));
                    prop_assert!(!gets, "{dialect:?} {capability} of {} is not dead in {:?}", rule.path, policy_stanzas);
                }
            }
        }
    }
}

#[test]
fn questions_about_known_policies() {
    let caps = |names: &str| names.split(' ').map(|n| Capability::from_name(n).unwrap()).collect::<Capabilities>();
    let table = [
        // (stanzas, region, capability, witness)
        (vec![("sys/*", "read update")], "sys/policies/acl/+", "update", Some("sys/policies/acl/example")),
        (vec![("sys/*", "read")], "sys/policies/acl/+", "update", None),
        (vec![("sys/*", "update"), ("sys/policies/acl/*", "deny")], "sys/policies/acl/+", "update", None),
        (
            vec![("sys/*", "update"), ("sys/policies/acl/a", "deny")],
            "sys/policies/acl/+",
            "update",
            Some("sys/policies/acl/example"),
        ),
        (vec![("sys/*", "update"), ("sys/policies/acl/a*", "deny")], "sys/policies/acl/a", "update", None),
        // a more specific grant outranks the deny
        (vec![("secret/*", "deny"), ("secret/data/app", "read")], "secret/data/+", "read", Some("secret/data/app")),
        (vec![("secret/+/x", "deny"), ("secret/d*", "read")], "secret/data/x", "read", Some("secret/data/x")),
        (vec![("secret/metadata", "list")], "secret/metadata/*", "list", Some("secret/metadata/")),
    ];
    for (stanzas, region, capability, expected) in table {
        let stanzas: Vec<_> = stanzas.into_iter().map(|(path, names)| (path.to_owned(), caps(names))).collect();
        let rules = Rules::new([&policy(&stanzas)], Dialect::VAULT);
        let found = rules.reach(&PathLang::parse(region), caps(capability)).map(|w| w.path);
        assert_eq!(found.as_deref(), expected, "{capability} on {region} in {stanzas:?}");
    }
}

#[test]
fn what_shadows_a_rule_is_named() {
    let read = Capabilities::of(&[Capability::Read]);
    let stanzas = ["a/b*", "a/+", "a/b", "+/b", "a/c/+", "a/*", "c/+/d"].map(|p| (p.to_owned(), read));
    let rules = Rules::new([&policy(&stanzas)], Dialect::VAULT);
    let shadowed: Vec<(String, Vec<String>)> = (0..rules.rules().len())
        .filter_map(|index| {
            let shadow = rules.shadowed(index)?;
            let name = |rule: usize| rules.rules()[rule].path.clone();
            Some((name(index), shadow.by.into_iter().map(name).collect()))
        })
        .collect();
    assert_eq!(shadowed, Vec::new(), "each decides something");
    let stanzas = ["a/b", "a/+", "a/b*"].map(|p| (p.to_owned(), read));
    let rules = Rules::new([&policy(&stanzas), &policy(&[("a/+".to_owned(), read)])], Dialect::VAULT);
    assert_eq!(rules.rules().iter().map(|r| r.stanzas.len()).collect::<Vec<_>>(), [1, 1, 2]);
    assert!(rules.narrows(0).is_empty());
    assert!(rules.redundant(0));
}
