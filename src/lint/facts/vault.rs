//! Facts about a stanza of a Vault policy.

use std::cell::OnceCell;
use std::cmp::Reverse;

use crate::pattern::path::PathLang;
use crate::source::{HOLE, Span};
use crate::vault::capability::{Capabilities, Capability};
use crate::vault::policy::Stanza;

/// Facts about one Vault stanza.
#[derive(Debug, Clone)]
#[allow(clippy::struct_excessive_bools, reason = "each is a fact of its own that rules ask for")]
pub struct StanzaFacts<'a> {
    /// The stanza.
    pub stanza: &'a Stanza,
    /// The path as the server compares it: without a leading slash
    /// (spec: vault-acl, section a.2).
    pub path: &'a str,
    /// The paths it stands for.
    pub lang: PathLang,
    /// Whether the path ends in `*`.
    pub glob: bool,
    /// Whether a whole segment is `+`.
    pub plus: bool,
    /// Whether part of the path comes from the request's identity (`{{identity…}}`).
    pub template: bool,
    /// Whether part of the path is not known from the text.
    pub unknown: bool,
    /// What it grants: nothing for a stanza that denies.
    pub grants: Capabilities,
    /// Whether it denies.
    pub denies: bool,
    /// Its place in the order of strength, as far as the path itself does not decide.
    strength: (usize, bool, Reverse<usize>, usize),
    /// Which stanzas may decide a path in its stead, once that was asked.
    above: OnceCell<Vec<usize>>,
}

impl<'a> StanzaFacts<'a> {
    /// Works them out.
    #[must_use]
    pub fn new(stanza: &'a Stanza) -> Self {
        let raw = stanza.path.raw();
        let path = raw.strip_prefix('/').unwrap_or(raw);
        let denies = stanza.granted.has(Capability::Deny);
        let glob = path.ends_with('*');
        Self {
            strength: strength(path, glob),
            above: OnceCell::new(),
            stanza,
            path,
            lang: PathLang::parse(path),
            glob,
            plus: path.contains('+') && path.split('/').any(|segment| segment == "+"),
            template: path.contains("{{"),
            unknown: path.contains(HOLE),
            grants: if denies { Capabilities::NONE } else { stanza.granted },
            denies,
        }
    }

    /// Whether this stanza rather than the other decides a path that both stand for: an
    /// exact path before patterns, then the later first wildcard, not ending in `*`, fewer
    /// `+`, longer, lexicographically greater (spec: vault-acl, section b).
    #[must_use]
    pub fn outranks(&self, other: &Self) -> bool {
        (self.strength, self.path) > (other.strength, other.path)
    }

    /// The stanzas of its policy that decide paths it stands for in its stead.
    pub fn above<'s>(&'s self, all: &'s [Self]) -> impl Iterator<Item = &'s Self> + Clone + use<'a, 's> {
        let stronger = |other: &Self| other.outranks(self) || (other.path == self.path && other.denies);
        let decides = |other: &Self| stronger(other) && other.lang.meets(&self.lang);
        let find = || all.iter().enumerate().filter(|(_, other)| decides(other)).map(|(at, _)| at).collect();
        self.above.get_or_init(find).iter().filter_map(|at| all.get(*at))
    }

    /// Whether the path starts with `+` and goes on with what no mount has: it can only be
    /// about child namespaces.
    #[must_use]
    pub fn below_children(&self) -> bool {
        let next = self.path.strip_prefix("+/").and_then(|rest| rest.split('/').next());
        matches!(next, Some("auth" | "cubbyhole" | "identity" | "sys"))
    }

    /// Whether one stanza stands for many paths.
    #[must_use]
    pub fn wildcard(&self) -> bool {
        self.glob || self.plus
    }

    /// The place that grants a capability: its word in the list, the shorthand, or the
    /// path label.
    #[must_use]
    pub fn span_of(&self, capability: Capability) -> Span {
        let items = &self.stanza.capabilities;
        items
            .iter()
            .find(|item| item.capability == Some(capability))
            .map(|item| item.span)
            .or(self.stanza.shorthand.as_ref().map(|node| node.span))
            .unwrap_or(self.stanza.path_span)
    }

    /// The first of these capabilities, in source order, that the stanza grants.
    #[must_use]
    pub fn first_of(&self, wanted: Capabilities) -> Option<Capability> {
        let meets = self.grants.intersection(wanted);
        if meets.is_empty() {
            return None;
        }
        let listed = self.stanza.capabilities.iter().filter_map(|item| item.capability);
        listed.into_iter().find(|c| meets.has(*c)).or_else(|| meets.iter().next())
    }

    /// Whether the parameter may only be given with listed values, or not at all.
    #[must_use]
    pub fn restricts_parameter(&self, name: &str) -> bool {
        let allowed = &self.stanza.allowed_parameters;
        let named = allowed.iter().find(|p| p.name.raw().eq_ignore_ascii_case(name));
        let star = allowed.iter().any(|p| p.name.raw() == "*");
        match named {
            Some(parameter) => !parameter.values.is_empty(),
            None => !allowed.is_empty() && !star,
        }
    }
}

/// The first wildcard, whether it ends in `*`, how many `+` it has, its length.
fn strength(path: &str, glob: bool) -> (usize, bool, Reverse<usize>, usize) {
    let mut at = 0;
    let mut first = None;
    let mut pluses = 0;
    for segment in path.split('/') {
        if segment == "+" {
            first = first.or(Some(at));
            pluses += 1;
        }
        at += segment.len() + 1;
    }
    let end = if glob { path.len() - 1 } else { usize::MAX };
    (first.unwrap_or(end), !glob, Reverse(pluses), path.len())
}

/// Capabilities that change something.
pub const WRITES: Capabilities =
    Capabilities::of(&[Capability::Create, Capability::Update, Capability::Patch, Capability::Delete]);
