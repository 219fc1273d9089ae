//! An IAM policy document as its author wrote it, everything with its span.
//!
//! [`parse`] makes the typed document and finds what is wrong with it wherever it is
//! attached; [`check`] finds what a kind of policy forbids in addition.

mod check;
mod condition;
mod kind;
mod known;
mod moved;
mod parse;
mod refuse;
mod value;
mod words;

pub use check::check;
pub use kind::guess_kind;
pub(crate) use known::Print;
pub use known::{Library, Reading};
pub use parse::{parse, parse_among};

use std::sync::Arc;

use smol_str::SmolStr;

use crate::source::{Span, Unknown};
use crate::syntax::{Node, Text};

/// What a policy document is attached to, which decides its grammar and its effect
/// (spec: aws-evaluation, section 1.14).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PolicyKind {
    /// Attached to a user, group or role; also managed policies.
    Identity,
    /// On a resource: a bucket, key, queue …
    Resource,
    /// A role's trust (assume-role) policy.
    Trust,
    /// Service control policy.
    Scp,
    /// Resource control policy.
    Rcp,
    /// Permissions boundary.
    Boundary,
    /// Session policy.
    Session,
    /// VPC endpoint policy.
    Endpoint,
}

impl PolicyKind {
    /// As requests and configuration spell it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Identity => "identity",
            Self::Resource => "resource",
            Self::Trust => "trust",
            Self::Scp => "scp",
            Self::Rcp => "rcp",
            Self::Boundary => "boundary",
            Self::Session => "session",
            Self::Endpoint => "endpoint",
        }
    }

    /// The kind of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "identity" | "managed" | "inline" => Self::Identity,
            "resource" => Self::Resource,
            "trust" | "assume-role" => Self::Trust,
            "scp" => Self::Scp,
            "rcp" => Self::Rcp,
            "boundary" => Self::Boundary,
            "session" => Self::Session,
            "endpoint" | "vpce" => Self::Endpoint,
            _ => return None,
        })
    }
}

/// A policy document. Statements are kept as written; [`Document::problems`] holds what
/// AWS would refuse.
#[derive(Debug, Clone)]
pub struct Document {
    /// The whole document.
    pub span: Span,
    /// `Version` as written, with its place.
    pub version: Option<(Text, Span)>,
    /// `Id` as written, with its place.
    pub id: Option<(Text, Span)>,
    /// The statements in source order.
    pub statements: Vec<Arc<Statement>>,
    /// True where `Statement` or a member of it is an expression whose value the carrier
    /// does not know: the document may hold more than is seen.
    pub statements_unknown: bool,
    /// True where the document may have elements that are not seen: nothing may be called
    /// missing then.
    pub unknown: bool,
    /// What is wrong with the document whatever it is attached to.
    pub problems: Vec<Problem>,
}

impl Document {
    /// Whether policy variables are variables: only in version 2012-10-17
    /// (spec: aws-evaluation, section 1.3). A version that is not known counts as the
    /// current one.
    #[must_use]
    pub fn has_variables(&self) -> bool {
        self.version.as_ref().is_some_and(|(version, _)| version.known().is_none_or(|v| v == "2012-10-17"))
    }
}

/// Whether a statement allows or denies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Effect {
    /// `Allow`
    Allow,
    /// `Deny`
    Deny,
}

/// One statement.
#[derive(Debug, Clone)]
pub struct Statement {
    /// The whole statement.
    pub span: Span,
    /// `Sid`, with the value's place.
    pub sid: Option<(Text, Span)>,
    /// `Effect`; none where it is missing, invalid (see problems) or unknown.
    pub effect: Option<Effect>,
    /// Where the `Effect` value stands.
    pub effect_span: Option<Span>,
    /// True where the effect is an unknown expression.
    pub effect_unknown: bool,
    /// `Principal` or `NotPrincipal`.
    pub principal: Option<PrincipalElement>,
    /// `Action` or `NotAction`.
    pub action: Option<ListElement>,
    /// `Resource` or `NotResource`.
    pub resource: Option<ListElement>,
    /// `Condition`, flattened to one entry per operator and key, in source order.
    pub conditions: Vec<Condition>,
    /// Where the `Condition` value stands.
    pub condition_span: Option<Span>,
    /// True where the condition block, or part of it, is an unknown expression.
    pub conditions_unknown: bool,
    /// True where the statement may have elements that are not seen, or elements whose
    /// value is an unknown expression as a whole: nothing may be called missing then.
    pub unknown: bool,
    /// What it shares with the statements that were read from the same text.
    pub(crate) print: Print,
}

/// `Action`/`NotAction` or `Resource`/`NotResource`.
#[derive(Debug, Clone)]
pub struct ListElement {
    /// True for the `Not…` form.
    pub negated: bool,
    /// Where the element's key stands.
    pub key_span: Span,
    /// Where the element's value stands.
    pub span: Span,
    /// The values, in order.
    pub items: Vec<Item>,
    /// True where there is nothing but letters in the items to look for: every action is
    /// `service:Name` in letters, digits and `-_.*?`, every resource printable ASCII without
    /// `$`, `{` and `<`, which variables and placeholders begin with.
    pub plain: bool,
    /// True where the list, or a member of it, is an unknown expression.
    pub unknown: bool,
    /// Those expressions, where the list or a member of it is one.
    pub unknowns: Vec<Unknown>,
}

/// One action pattern, resource pattern or principal.
#[derive(Debug, Clone)]
pub struct Item {
    /// As written.
    pub text: Text,
    /// Where it stands, quotes included.
    pub span: Span,
}

/// `Principal` or `NotPrincipal`.
#[derive(Debug, Clone)]
pub struct PrincipalElement {
    /// True for `NotPrincipal`.
    pub negated: bool,
    /// Where the element's key stands.
    pub key_span: Span,
    /// Where the element's value stands.
    pub span: Span,
    /// True for the bare string `"*"`.
    pub star: bool,
    /// The members of the map form: type and value.
    pub entries: Vec<PrincipalEntry>,
    /// True where part of the element is an unknown expression.
    pub unknown: bool,
    /// Those expressions, where a type, the values of one or a member of them are one.
    pub unknowns: Vec<Unknown>,
}

impl PrincipalElement {
    /// The element's key.
    #[must_use]
    pub fn name(&self) -> &'static str {
        if self.negated { "NotPrincipal" } else { "Principal" }
    }
}

/// One principal of the map form.
#[derive(Debug, Clone)]
pub struct PrincipalEntry {
    /// `AWS`, `Service`, `Federated` or `CanonicalUser`.
    pub kind: PrincipalKind,
    /// Where the type key stands.
    pub key_span: Span,
    /// The value.
    pub item: Item,
}

/// The type key of a principal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PrincipalKind {
    /// An account, user, role, session or `*`.
    Aws,
    /// A service principal such as `ec2.amazonaws.com`.
    Service,
    /// An identity provider.
    Federated,
    /// An S3 canonical user id.
    CanonicalUser,
}

/// One operator and key of a condition block, with its values.
#[derive(Debug, Clone)]
pub struct Condition {
    /// The operator as written (`ForAllValues:StringLikeIfExists`).
    pub operator: Text,
    /// Where the operator stands, quotes included.
    pub operator_span: Span,
    /// The condition key as written.
    pub key: Text,
    /// Where the key stands, quotes included.
    pub key_span: Span,
    /// The values: strings, numbers or booleans.
    pub values: Vec<Node>,
    /// Where the value or list of values stands.
    pub values_span: Span,
    /// True where the values, or one of them, are an unknown expression.
    pub unknown: bool,
}

/// Something wrong with a document that parses as JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The rule that reports it, without the system prefix: `effect-invalid`.
    pub rule: &'static str,
    /// True where AWS refuses the document; false where it takes the document, which then
    /// does not do what it says.
    pub refused: bool,
    /// Whether it is a number or Boolean where a text is due, which reads as its text.
    pub scalar: bool,
    /// Whether it is a placeholder, or a template's, which has still to be replaced.
    pub blank: bool,
    /// One lower-case sentence.
    pub message: String,
    /// Where.
    pub span: Span,
    /// What to do, if there is something better than the rule page's advice.
    pub help: Option<String>,
}

impl Problem {
    /// Something AWS refuses.
    #[must_use]
    pub fn refused(rule: &'static str, message: impl Into<String>, span: Span) -> Self {
        Self { rule, refused: true, scalar: false, blank: false, message: message.into(), span, help: None }
    }

    /// Something AWS takes although it cannot mean what it says.
    #[must_use]
    pub fn tolerated(rule: &'static str, message: impl Into<String>, span: Span) -> Self {
        Self { rule, refused: false, scalar: false, blank: false, message: message.into(), span, help: None }
    }

    /// The same of a text that may be a placeholder.
    fn about(self, text: &str) -> Self {
        Self { blank: crate::aws::placeholder::find(text).is_some(), ..self }
    }

    /// The same with advice.
    #[must_use]
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// A name for messages: the Sid if there is one, else the statement's index.
#[must_use]
pub fn statement_name(index: usize, statement: &Statement) -> SmolStr {
    match statement.sid.as_ref().and_then(|(sid, _)| sid.known()) {
        Some(sid) if !sid.is_empty() => SmolStr::new(sid),
        _ => SmolStr::from(format!("statement {index}")),
    }
}
