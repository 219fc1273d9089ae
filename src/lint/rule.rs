//! What is known of a rule apart from its check: what its page says.

use std::borrow::Cow;

use smol_str::SmolStr;

use super::{Confidence, Severity};
use crate::pattern::glob;

/// What kind of trouble a rule is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Category {
    /// Vault or AWS refuses it, or drops a part of it.
    Validity,
    /// Grants more than anybody needs at once.
    OverBroad,
    /// Lets its holder gain more than it says.
    Escalation,
    /// Opens something to strangers: the public, other accounts, any workload.
    Exposure,
    /// Does not do what it looks like: dead, shadowed, outranked, never true, dangling.
    Ineffective,
    /// A limit that should be there is not: lifetimes, networks, conditions.
    Hardening,
    /// A credential in the clear.
    Secret,
    /// Redundant or hard to read.
    Hygiene,
}

impl Category {
    /// All, in the order of the declaration.
    pub const ALL: [Self; 8] = [
        Self::Validity,
        Self::OverBroad,
        Self::Escalation,
        Self::Exposure,
        Self::Ineffective,
        Self::Hardening,
        Self::Secret,
        Self::Hygiene,
    ];

    /// As pages and reports spell it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Validity => "validity",
            Self::OverBroad => "over-broad",
            Self::Escalation => "escalation",
            Self::Exposure => "exposure",
            Self::Ineffective => "ineffective",
            Self::Hardening => "hardening",
            Self::Secret => "secret",
            Self::Hygiene => "hygiene",
        }
    }

    /// The category of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|c| c.name() == name)
    }
}

/// How much a rule's finding says at once. Of the findings about one grant the broadest
/// speaks for all: `path "*"` gives one finding, not one for each dangerous path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Breadth {
    /// About one danger.
    #[default]
    One,
    /// About an area: all of a mount, a service, an API (`auth/token/*`, `s3:*`).
    Area,
    /// About a system's controls as a whole: `sys/*`, `auth/*`, `iam:*`.
    System,
    /// About everything: `path "*"`, `Action: "*"`.
    Everything,
}

impl Breadth {
    /// The breadth of that name: `one`, `area`, `system`, `everything`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "one" => Some(Self::One),
            "area" => Some(Self::Area),
            "system" => Some(Self::System),
            "everything" => Some(Self::Everything),
            _ => None,
        }
    }
}

/// A rule as its page describes it.
#[derive(Debug, Clone)]
pub struct Rule {
    /// `vault/path-star-all`: the page's path without `rules/` and `.md`.
    pub id: SmolStr,
    /// One line, sentence case, no final period.
    pub title: Cow<'static, str>,
    /// Severity of its findings unless the check says otherwise.
    pub severity: Severity,
    /// Confidence of its findings unless the check says otherwise.
    pub confidence: Confidence,
    /// What kind of trouble.
    pub category: Category,
    /// The version that brought it.
    pub since: Cow<'static, str>,
    /// Free words to select by, sorted.
    pub tags: Vec<Cow<'static, str>>,
    /// Where to read on: addresses.
    pub references: Vec<Cow<'static, str>>,
    /// Rules whose finding on the same unit, or on one around it, makes this one's
    /// superfluous: ids or patterns.
    pub unless: Vec<SmolStr>,
    /// How much its finding says at once.
    pub breadth: Breadth,
    /// False where no comment or configuration may silence it.
    pub ignorable: bool,
    /// True for a rule of the user's own.
    pub custom: bool,
    /// The page's Markdown after the front matter.
    pub body: Cow<'static, str>,
}

impl Rule {
    /// The part of the id before the slash: `vault`, `aws`, `cross`.
    #[must_use]
    pub fn system(&self) -> &str {
        self.id.split_once('/').map_or("", |(system, _)| system)
    }

    /// The part of the id after the slash.
    #[must_use]
    pub fn slug(&self) -> &str {
        self.id.split_once('/').map_or(self.id.as_str(), |(_, slug)| slug)
    }

    /// Whether this rule keeps silent where `other` has said something about the unit.
    #[must_use]
    pub fn yields_to(&self, other: &Self) -> bool {
        self.id != other.id && self.unless.iter().any(|name| other.is_named_by(name))
    }

    /// Whether a user's word for rules means this one: its id, its slug, a pattern with
    /// `*` over the id, a tag, or a category.
    #[must_use]
    pub fn is_named_by(&self, name: &str) -> bool {
        if name.contains('*') {
            return glob::matches(name, &self.id);
        }
        self.id == name
            || self.slug() == name
            || self.category.name() == name
            || self.tags.iter().any(|tag| tag == name)
    }
}
