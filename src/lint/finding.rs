//! What a rule says about one place.

use std::fmt;

use smol_str::SmolStr;

use crate::source::Span;

/// How bad it is if a finding is true. Documents that Vault or AWS would refuse are
/// [`Category::Validity`](super::Category) findings of severity high: they grant nothing,
/// but the change that holds them fails, or an older version stays in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing; nothing to fix by itself.
    Info,
    /// A habit that makes accidents likelier.
    Low,
    /// Wider than needed, or not doing what it looks like.
    Medium,
    /// One more mistake away from a breach, or refused by the server.
    High,
    /// The holder owns the system, or everybody holds it.
    Critical,
}

impl Severity {
    /// From mildest to worst.
    pub const ALL: [Self; 5] = [Self::Info, Self::Low, Self::Medium, Self::High, Self::Critical];

    /// As pages, configuration and reports spell it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// One step milder.
    #[must_use]
    pub(crate) fn milder(self) -> Self {
        match self {
            Self::Critical => Self::High,
            Self::High => Self::Medium,
            Self::Medium => Self::Low,
            Self::Low | Self::Info => Self::Info,
        }
    }

    /// The severity of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.name() == name)
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// How sure a rule is that its finding is true.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Confidence {
    /// A guess from names or habits.
    Low,
    /// True unless something outside what was read says otherwise.
    Medium,
    /// Follows from what was read alone.
    High,
}

impl Confidence {
    /// From least to most sure.
    pub const ALL: [Self; 3] = [Self::Low, Self::Medium, Self::High];

    /// As pages, configuration and reports spell it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }

    /// The confidence of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|c| c.name() == name)
    }
}

impl fmt::Display for Confidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// One place where a rule fires.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule's id, `vault/path-star-all`.
    pub rule: SmolStr,
    /// How bad.
    pub severity: Severity,
    /// How sure.
    pub confidence: Confidence,
    /// One sentence, lower case, no final period, user input in backticks. Enough to act
    /// on by itself.
    pub message: String,
    /// The narrowest place: the capability, the action, the principal.
    pub span: Span,
    /// What stands at the span, in a few words, for the text under the marked place; may
    /// be empty.
    pub label: String,
    /// Further places that take part, each with a few words.
    pub related: Vec<(Span, String)>,
    /// A concrete request that shows it: `update sys/policies/acl/x`,
    /// `iam:PassRole on arn:aws:iam::111122223333:role/admin`.
    pub witness: Option<String>,
    /// A change that removes the finding.
    pub fix: Option<Fix>,
    /// What to do, where it is more precise than the page's advice.
    pub help: Option<String>,
    /// Who holds it, from the principal down to the policy: `auth/ci/role/deploy`,
    /// `policy deploy`, `stanza sys/*`. Empty where one document tells it all.
    pub chain: Vec<String>,
    /// Further rules that the same grant breaks and that this finding speaks for, ids:
    /// one grant gives one finding, the worst.
    pub also: Vec<SmolStr>,
    /// What grants it (a Vault stanza, one action pattern). Findings of one grant are
    /// folded into one; none stands for itself.
    pub grant: Option<Span>,
    /// The stanza, statement or object the finding is about: what a fingerprint hashes
    /// and a whole-statement ignore covers. Contains [`Finding::span`].
    pub unit: Span,
    /// The statement, stanza or object that was looked at, where the finding is about a
    /// value that it has from elsewhere, so that [`Finding::unit`] cannot hold it.
    pub home: Option<Span>,
    /// The unit's name as its author knows it: a Vault path, a `Sid`, `statement 2`, a
    /// role name. Ignores in the configuration may name it.
    pub unit_name: SmolStr,
    /// The declaration that holds the unit, as its author refers to it:
    /// `vault_policy.app`, `auth/ci/role/deploy`, a file's stem. Empty if there is none.
    pub address: SmolStr,
}

impl Finding {
    /// A finding with its place and message; the rest is empty. Rules use
    /// [`Sink`](super::Sink) instead, which knows the rule and the unit.
    #[must_use]
    pub fn new(rule: impl Into<SmolStr>, severity: Severity, message: impl Into<String>, span: Span) -> Self {
        Self {
            rule: rule.into(),
            severity,
            confidence: Confidence::High,
            message: message.into(),
            span,
            label: String::new(),
            related: Vec::new(),
            witness: None,
            fix: None,
            help: None,
            chain: Vec::new(),
            also: Vec::new(),
            grant: None,
            unit: span,
            home: None,
            unit_name: SmolStr::default(),
            address: SmolStr::default(),
        }
    }

    /// Says what stands at the place.
    pub fn label(&mut self, label: impl Into<String>) -> &mut Self {
        self.label = label.into();
        self
    }

    /// Adds another place that takes part.
    pub fn related(&mut self, span: Span, text: impl Into<String>) -> &mut Self {
        self.related.push((span, text.into()));
        self
    }

    /// Gives a request that shows it.
    pub fn witness(&mut self, request: impl Into<String>) -> &mut Self {
        self.witness = Some(request.into());
        self
    }

    /// Gives a change that removes it.
    pub fn fix(&mut self, title: impl Into<String>, edits: Vec<Edit>, safety: Safety) -> &mut Self {
        self.fix = Some(Fix { title: title.into(), edits, safety });
        self
    }

    /// Says what to do, more precisely than the page.
    pub fn help(&mut self, help: impl Into<String>) -> &mut Self {
        self.help = Some(help.into());
        self
    }

    /// Says who holds it, from the principal down.
    pub fn chain(&mut self, chain: Vec<String>) -> &mut Self {
        self.chain = chain;
        self
    }

    /// Another severity than the page's.
    pub fn severity(&mut self, severity: Severity) -> &mut Self {
        self.severity = severity;
        self
    }

    /// Another confidence than the page's.
    pub fn confidence(&mut self, confidence: Confidence) -> &mut Self {
        self.confidence = confidence;
        self
    }

    /// Folds it with the other findings about the same grant (an action pattern's or a
    /// stanza's span): only the broadest and worst is kept.
    pub fn granted_by(&mut self, grant: Span) -> &mut Self {
        self.grant = Some(grant);
        self
    }

    /// The order of reports: by place, worst first at one place, then by rule and text,
    /// so that no two different findings compare equal.
    #[must_use]
    pub fn order(&self, other: &Self) -> std::cmp::Ordering {
        self.span
            .source
            .cmp(&other.span.source)
            .then(self.span.start.cmp(&other.span.start))
            .then(other.severity.cmp(&self.severity))
            .then_with(|| self.rule.cmp(&other.rule))
            .then(self.span.end.cmp(&other.span.end))
            .then_with(|| self.message.cmp(&other.message))
    }
}

/// A change of the text that removes a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What the change does, one lower-case imperative sentence: ``replace `raed` with `read` ``.
    pub title: String,
    /// Replacements; they do not overlap and all lie in one source.
    pub edits: Vec<Edit>,
    /// Whether it may be applied unseen.
    pub safety: Safety,
}

/// One replacement of a [`Fix`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// What to replace; empty to insert.
    pub span: Span,
    /// The new text, escaped for where it stands.
    pub text: String,
}

/// Whether a [`Fix`] may be applied unseen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Safety {
    /// Every decision stays what it was, or the document was refused before.
    Safe,
    /// Decisions change: narrower by intent, but somebody may rely on them.
    Unsafe,
}
