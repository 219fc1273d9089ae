//! What a native rule is: a plain function at the level it needs.
//!
//! The runner walks each document once and calls every selected check of a level there;
//! a check looks at what its context gives and says what it found through the [`Sink`].

use std::cell::Cell;

use smol_str::SmolStr;

use super::mentions::Mentions;
use super::{DocumentFacts, Finding, Rule, Severity, StanzaFacts, StatementFacts};
use crate::aws::document::{Document, PolicyKind};
use crate::carrier::declaration::{AwsPolicy, AwsPrincipal, Declaration, VaultObject, VaultPolicy};
use crate::carrier::record::Record;
use crate::model::{Model, Mount, Role, TokenRole};
use crate::source::{HOLE, SourceId, SourceMap, Span};
use crate::syntax::Node;
use crate::vault::dialect::Dialect;

/// Everything the rules look at.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'a> {
    /// The texts.
    pub sources: &'a SourceMap,
    /// All declarations, linked.
    pub model: &'a Model,
    /// The resource records that declarations were made from, sorted by source.
    pub records: &'a [Record],
    /// The Vault server that is meant.
    pub dialect: Dialect,
}

/// How many records of a source, and how many before a place, are looked at for the one that
/// holds it.
const LOOKED_AT: usize = 1000;

impl<'a> Inputs<'a> {
    /// The records of one source.
    pub(crate) fn records_of(&self, source: SourceId) -> &'a [Record] {
        let from = self.records.partition_point(|record| record.span.source < source);
        let to = self.records.partition_point(|record| record.span.source <= source);
        self.records.get(from..to).unwrap_or_default()
    }

    /// The record that a span lies in. Records mostly stand in the order of their text, so
    /// that of many only a few are looked at.
    pub(crate) fn record_around(&self, span: Span) -> Option<&'a Record> {
        let records = self.records_of(span.source);
        let around = |record: &&Record| record.span.contains(span);
        let first = records.iter().take(LOOKED_AT).find(around);
        first.or_else(|| {
            let from = records.partition_point(|record| record.span.start <= span.start).saturating_sub(LOOKED_AT);
            records.iter().skip(from).take(LOOKED_AT).find(around)
        })
    }
}

/// A native rule's function, by the level it is called at.
#[derive(Debug, Clone, Copy)]
pub enum Check {
    /// Once for each text that was read.
    Text(fn(&TextContext<'_>, &mut Sink<'_>)),
    /// Once for each resource record of Terraform, Pulumi or CloudFormation.
    Record(fn(&RecordContext<'_>, &mut Sink<'_>)),
    /// Once for each Vault policy.
    VaultPolicy(fn(&VaultPolicyContext<'_>, &mut Sink<'_>)),
    /// Once for each stanza of each Vault policy.
    VaultStanza(fn(&StanzaContext<'_>, &mut Sink<'_>)),
    /// Once for each auth role, user or mapping of these methods (`jwt`, `approle` …; none
    /// for all).
    AuthRole(&'static [&'static str], fn(&RoleContext<'_>, &mut Sink<'_>)),
    /// Once for each token role.
    TokenRole(fn(&TokenRoleContext<'_>, &mut Sink<'_>)),
    /// Once for each role of these secrets engines (`aws`, `pki` …; none for all).
    SecretsRole(&'static [&'static str], fn(&ObjectContext<'_>, &mut Sink<'_>)),
    /// Once for each mount of these types (`kv`, `approle` …; none for all).
    Mount(&'static [&'static str], fn(&MountContext<'_>, &mut Sink<'_>)),
    /// Once for each thing written to Vault other than an ACL policy, roles included.
    VaultObject(fn(&ObjectContext<'_>, &mut Sink<'_>)),
    /// Once for each AWS policy document.
    AwsDocument(fn(&DocumentContext<'_>, &mut Sink<'_>)),
    /// Once for each statement of each AWS policy document.
    AwsStatement(fn(&StatementContext<'_>, &mut Sink<'_>)),
    /// Once for each IAM user, group or role.
    AwsPrincipal(fn(&PrincipalContext<'_>, &mut Sink<'_>)),
    /// Once, over the whole model.
    Model(fn(&Inputs<'_>, &mut Sink<'_>)),
}

/// A text that was read.
#[derive(Debug, Clone, Copy)]
pub struct TextContext<'a> {
    /// Everything.
    pub inputs: &'a Inputs<'a>,
    /// Which text.
    pub source: SourceId,
    /// Its display name.
    pub name: &'a str,
    /// The text.
    pub text: &'a str,
    /// Which kinds of credential it has words of.
    pub(in crate::lint) mentions: Mentions,
}

impl TextContext<'_> {
    /// The span of a byte range of the text.
    #[must_use]
    pub fn span(&self, range: std::ops::Range<usize>) -> Span {
        Span::new(self.source, range.start, range.end)
    }
}

/// A resource record.
#[derive(Debug, Clone, Copy)]
pub struct RecordContext<'a> {
    /// Everything.
    pub inputs: &'a Inputs<'a>,
    /// The record.
    pub record: &'a Record,
}

/// A Vault policy.
#[derive(Debug, Clone, Copy)]
pub struct VaultPolicyContext<'a> {
    /// Everything.
    pub inputs: &'a Inputs<'a>,
    /// Where it is declared.
    pub declaration: &'a Declaration,
    /// The policy with its name.
    pub policy: &'a VaultPolicy,
    /// Facts about each stanza, in source order.
    pub stanzas: &'a [StanzaFacts<'a>],
}

/// A stanza of a Vault policy.
#[derive(Debug, Clone, Copy)]
pub struct StanzaContext<'a> {
    /// Everything.
    pub inputs: &'a Inputs<'a>,
    /// The policy it is part of.
    pub policy: &'a VaultPolicyContext<'a>,
    /// Its index in [`VaultPolicyContext::stanzas`].
    pub index: usize,
    /// Facts about it; the stanza itself is [`StanzaFacts::stanza`].
    pub facts: &'a StanzaFacts<'a>,
}

impl<'a> StanzaContext<'a> {
    /// The other stanzas of the policy.
    pub fn others(&self) -> impl Iterator<Item = &'a StanzaFacts<'a>> + use<'a> {
        let index = self.index;
        self.policy.stanzas.iter().enumerate().filter(move |(at, _)| *at != index).map(|(_, facts)| facts)
    }
}

/// An auth role, user or mapping.
#[derive(Debug, Clone, Copy)]
pub struct RoleContext<'a> {
    /// Everything.
    pub inputs: &'a Inputs<'a>,
    /// Where it is declared.
    pub declaration: &'a Declaration,
    /// The role, linked.
    pub role: &'a Role,
    /// Its fields under the API's names.
    pub body: &'a Node,
}

/// A token role.
#[derive(Debug, Clone, Copy)]
pub struct TokenRoleContext<'a> {
    /// Everything.
    pub inputs: &'a Inputs<'a>,
    /// Where it is declared.
    pub declaration: &'a Declaration,
    /// The role, linked.
    pub role: &'a TokenRole,
    /// Its fields under the API's names.
    pub body: &'a Node,
}

/// Something written to Vault.
#[derive(Debug, Clone, Copy)]
pub struct ObjectContext<'a> {
    /// Everything.
    pub inputs: &'a Inputs<'a>,
    /// Where it is declared.
    pub declaration: &'a Declaration,
    /// The object: kind, mount, name, body.
    pub object: &'a VaultObject,
}

impl<'a> ObjectContext<'a> {
    /// Its fields under the API's names.
    #[must_use]
    pub fn body(&self) -> &'a Node {
        &self.object.body
    }
}

/// A declared mount.
#[derive(Debug, Clone, Copy)]
pub struct MountContext<'a> {
    /// Everything.
    pub inputs: &'a Inputs<'a>,
    /// Where it is declared.
    pub declaration: &'a Declaration,
    /// The mount, linked.
    pub mount: &'a Mount,
    /// Its fields under the API's names.
    pub body: &'a Node,
}

/// An AWS policy document.
#[derive(Debug, Clone, Copy)]
pub struct DocumentContext<'a> {
    /// Everything.
    pub inputs: &'a Inputs<'a>,
    /// Where it is declared.
    pub declaration: &'a Declaration,
    /// The policy: what it is attached to, its name.
    pub policy: &'a AwsPolicy,
    /// The document.
    pub document: &'a Document,
    /// What it is attached to, as far as is known or guessed.
    pub kind: PolicyKind,
    /// Facts about each statement, in source order.
    pub statements: &'a [StatementFacts<'a>],
    /// Facts about the whole.
    pub facts: &'a DocumentFacts<'a>,
}

impl DocumentContext<'_> {
    /// Whether an `Allow` of the document grants anything to a principal: it is attached
    /// to a user, group or role, or used as a session's policy. Boundaries, SCPs, RCPs and
    /// endpoint policies only limit.
    #[must_use]
    pub fn grants_to_identity(&self) -> bool {
        self.kind == PolicyKind::Identity
    }

    /// Whether the document says who may act: a resource or trust policy.
    #[must_use]
    pub fn names_principals(&self) -> bool {
        matches!(self.kind, PolicyKind::Resource | PolicyKind::Trust)
    }

    /// The `Version` as written, if all of it is known.
    #[must_use]
    pub fn version(&self) -> Option<&str> {
        self.document.version.as_ref().and_then(|(text, _)| text.known())
    }
}

/// A statement of an AWS policy document. What a check sees beyond its words, the kind of the
/// document and whether that has variables is noted, as it may differ where the same words
/// stand elsewhere.
#[derive(Debug, Clone, Copy)]
pub struct StatementContext<'a> {
    document: &'a DocumentContext<'a>,
    index: usize,
    /// Facts about it; the statement itself is [`StatementFacts::statement`].
    pub facts: &'a StatementFacts<'a>,
    looked_around: &'a Cell<bool>,
}

impl<'a> StatementContext<'a> {
    pub(super) fn new(document: &'a DocumentContext<'a>, index: usize, looked_around: &'a Cell<bool>) -> Option<Self> {
        Some(Self { document, index, facts: document.statements.get(index)?, looked_around })
    }

    /// Everything.
    #[must_use]
    pub fn inputs(&self) -> &'a Inputs<'a> {
        self.document().inputs
    }

    /// The document it is part of.
    #[must_use]
    pub fn document(&self) -> &'a DocumentContext<'a> {
        self.looked_around.set(true);
        self.document
    }

    /// Its index in [`DocumentContext::statements`].
    #[must_use]
    pub fn index(&self) -> usize {
        self.looked_around.set(true);
        self.index
    }

    /// What the document is attached to.
    #[must_use]
    pub fn kind(&self) -> PolicyKind {
        self.document.kind
    }

    /// Whether policy variables are variables in the document.
    #[must_use]
    pub fn has_variables(&self) -> bool {
        self.document.document.has_variables()
    }

    /// Whether it is an `Allow` that gives a user, group or role something.
    #[must_use]
    pub fn grants(&self) -> bool {
        self.facts.allow && self.document.grants_to_identity()
    }
}

/// An IAM user, group or role.
#[derive(Debug, Clone, Copy)]
pub struct PrincipalContext<'a> {
    /// Everything.
    pub inputs: &'a Inputs<'a>,
    /// Where it is declared.
    pub declaration: &'a Declaration,
    /// The principal.
    pub principal: &'a AwsPrincipal,
}

/// Where a check says what it found. It knows the rule and the unit that is looked at.
#[derive(Debug)]
pub struct Sink<'a> {
    pub(super) rule: &'a Rule,
    pub(super) severity: Severity,
    pub(super) unit: Option<Span>,
    pub(super) unit_name: &'a str,
    pub(super) address: &'a str,
    pub(super) findings: &'a mut Vec<Finding>,
}

impl Sink<'_> {
    /// The page's severity.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.severity
    }

    /// The finding that was reported last by anybody, to be completed.
    pub(crate) fn last(&mut self) -> Option<&mut Finding> {
        self.findings.last_mut()
    }

    /// Reports a place with one sentence: lower case, no final period, user input in
    /// backticks. The finding that comes back takes labels, witness, fix and so on.
    pub fn report(&mut self, span: Span, message: impl Into<String>) -> &mut Finding {
        let mut message: String = message.into();
        // Rules show texts by their display; what slips through is still no character to print.
        if message.contains(HOLE) {
            message = message.replace(HOLE, "${…}");
        }
        let mut finding = Finding::new(self.rule.id.clone(), self.severity, message, span);
        finding.confidence = self.rule.confidence;
        finding.unit = self.unit.filter(|unit| unit.contains(span)).unwrap_or(span);
        finding.home = self.unit.filter(|unit| !unit.contains(span));
        finding.unit_name = SmolStr::new(self.unit_name);
        finding.address = SmolStr::new(self.address);
        let at = self.findings.len();
        self.findings.push(finding);
        #[allow(clippy::indexing_slicing, reason = "the finding was pushed at this index one line above")]
        &mut self.findings[at]
    }
}
