//! Vault policies as regions.
//!
//! After merging, exactly one rule decides a request. So the paths on which a rule counts
//! are its own minus those of every stronger rule, which the path patterns can answer
//! exactly (spec: symbolic, section 6).

mod diff;
mod question;
mod sequence;

use std::cmp::Reverse;
use std::collections::BTreeMap;

pub use diff::{Gain, gained};
pub use question::{Shadow, Witness};

use crate::pattern::path::PathLang;
use crate::source::HOLE;
use crate::syntax::Text;
use crate::vault::capability::{Capabilities, Capability};
use crate::vault::dialect::Dialect;
use crate::vault::policy::{Policy, Stanza};

/// Where a stanza stands: which of the policies given, and which of its stanzas.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StanzaRef {
    /// Index of the policy.
    pub policy: usize,
    /// Index of the stanza in it.
    pub stanza: usize,
}

/// What all stanzas of one path text grant together.
#[derive(Debug, Clone)]
pub struct Rule {
    /// The path text, without its leading slash. An unknown part stands in it as
    /// `${reference}`, a template as written; both are taken for a text like any other.
    pub path: String,
    /// The paths it stands for.
    pub lang: PathLang,
    /// What it grants; only `deny` where a stanza denies.
    pub grants: Capabilities,
    /// The stanzas merged, in order.
    pub stanzas: Vec<StanzaRef>,
    /// Whether path and capabilities are fully known, templates counting as unknown.
    pub known: bool,
    /// Whether parameters, wrapping or other keys limit what is granted.
    pub limited: bool,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Exact,
    Prefix,
    Segments,
}

impl Rule {
    /// Whether the rule denies.
    #[must_use]
    pub fn denies(&self) -> bool {
        self.grants.has(Capability::Deny)
    }

    /// The order in which rules are preferred, the strongest first (spec: vault-acl,
    /// section c.2).
    fn strength(&self) -> impl Ord + use<> {
        let body = self.path.strip_suffix('*').unwrap_or(&self.path);
        let (position, globs, text) = match self.kind {
            Kind::Exact => (0, false, &*self.path),
            Kind::Prefix => (body.len(), true, body),
            Kind::Segments => (body.find('+').unwrap_or_default(), self.path.ends_with('*'), body),
        };
        let wild = match self.kind {
            Kind::Segments => body.split('/').filter(|segment| *segment == "+").count(),
            Kind::Exact | Kind::Prefix => 0,
        };
        (self.kind != Kind::Exact, Reverse(position), globs, wild, Reverse(text.len()), Reverse(text.to_owned()))
    }
}

/// The rules of one policy, or of all policies of a token together.
#[derive(Debug, Clone)]
pub struct Rules {
    /// Strongest first.
    rules: Vec<Rule>,
    dialect: Dialect,
}

impl Rules {
    /// Merges the policies' stanzas to rules (spec: vault-acl, section b).
    #[must_use]
    pub fn new<'p>(policies: impl IntoIterator<Item = &'p Policy>, dialect: Dialect) -> Self {
        let mut merged: BTreeMap<String, Rule> = BTreeMap::new();
        for (policy, document) in policies.into_iter().enumerate() {
            for (index, stanza) in document.stanzas.iter().enumerate() {
                let path = path_text(&stanza.path);
                if path.contains("+*") {
                    continue;
                }
                let rule = merged.entry(path).or_insert_with_key(|path| Rule {
                    path: path.clone(),
                    lang: PathLang::parse(path),
                    grants: Capabilities::NONE,
                    stanzas: Vec::new(),
                    known: true,
                    limited: false,
                    kind: kind(path),
                });
                rule.stanzas.push(StanzaRef { policy, stanza: index });
                rule.grants = merge(rule.grants, stanza.granted);
                rule.known &= stanza.path.is_known() && !stanza.capabilities_unknown && !rule.path.contains("{{");
                rule.limited |= limits(stanza);
            }
        }
        let mut rules: Vec<Rule> = merged.into_values().collect();
        rules.sort_by_cached_key(Rule::strength);
        Self { rules, dialect }
    }

    /// The rules, the strongest first.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The index of the rule that a stanza is part of.
    #[must_use]
    pub fn rule_of(&self, stanza: StanzaRef) -> Option<usize> {
        self.rules.iter().position(|rule| rule.stanzas.contains(&stanza))
    }

    /// The same rules without one of them.
    #[must_use]
    pub fn without(&self, rule: usize) -> Self {
        let mut rules = self.rules.clone();
        if rule < rules.len() {
            rules.remove(rule);
        }
        Self { rules, dialect: self.dialect }
    }
}

fn merge(old: Capabilities, new: Capabilities) -> Capabilities {
    let both = old.union(new);
    if both.has(Capability::Deny) { Capabilities::of(&[Capability::Deny]) } else { both }
}

fn limits(stanza: &Stanza) -> bool {
    !(stanza.allowed_parameters.is_empty()
        && stanza.denied_parameters.is_empty()
        && stanza.required_parameters.is_empty()
        && stanza.others.is_empty())
        || stanza.min_wrapping_ttl > 0
        || stanza.max_wrapping_ttl > 0
}

fn kind(path: &str) -> Kind {
    if path == "+" || path.contains("/+") || path.starts_with("+/") {
        Kind::Segments
    } else if path.ends_with('*') {
        Kind::Prefix
    } else {
        Kind::Exact
    }
}

/// The path as stored, each unknown part as a text that is no wildcard and no separator.
fn path_text(text: &Text) -> String {
    let raw = text.raw();
    let path = if text.is_known() {
        raw.to_owned()
    } else {
        let mut holes = text.holes().iter();
        let mut path = String::new();
        for char in raw.chars() {
            match holes.as_slice().first() {
                Some(hole) if char == HOLE => {
                    holes.next();
                    let refs = hole.unknown.refs.join(", ").replace(['/', '*', '+'], "_");
                    path.extend(["${", &refs, "}"]);
                }
                _ => path.push(char),
            }
        }
        path
    };
    path.strip_prefix('/').map(str::to_owned).unwrap_or(path)
}

/// The capabilities that decide a request, all but `deny`.
const DECIDING: [Capability; 10] = [
    Capability::Create,
    Capability::Delete,
    Capability::List,
    Capability::Patch,
    Capability::Read,
    Capability::Recover,
    Capability::Scan,
    Capability::Subscribe,
    Capability::Sudo,
    Capability::Update,
];

/// Whether the capability is looked up as `list` is: for a path that ends in a slash, which
/// may be granted on the path without it.
fn lists(capability: Capability) -> bool {
    matches!(capability, Capability::List | Capability::Scan)
}

/// Whether requests for the capability are refused on a path that ends in a slash.
fn writes(capability: Capability) -> bool {
    matches!(capability, Capability::Create | Capability::Update | Capability::Patch)
}
