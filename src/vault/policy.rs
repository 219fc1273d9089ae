//! A Vault policy as its author wrote it: stanzas in order, everything with its span.

use smol_str::SmolStr;

use super::capability::{Capabilities, Capability};
use crate::source::Span;
use crate::syntax::{Node, Text};

/// A policy document. Stanzas are kept as written, not merged; [`Policy::problems`] holds
/// what the server would refuse or silently ignore.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    /// The `path` stanzas in source order.
    pub stanzas: Vec<Stanza>,
    /// What is wrong with the document, beyond syntax.
    pub problems: Vec<Problem>,
}

/// One `path "…" { … }` stanza.
#[derive(Debug, Clone)]
pub struct Stanza {
    /// The path label as written (leading slash and templates included).
    pub path: Text,
    /// Where the label stands, quotes included; the whole stanza where it has no label.
    pub path_span: Span,
    /// The whole stanza.
    pub span: Span,
    /// Each capability as written, unknown names included, with its place.
    pub capabilities: Vec<CapabilityItem>,
    /// Where the `capabilities` list stands (the whole list), if there is one.
    pub capabilities_span: Option<Span>,
    /// True where the capability list, or a member of it, is an expression whose value
    /// the carrier does not know: the stanza may grant more than is seen.
    pub capabilities_unknown: bool,
    /// The legacy shorthand `policy = "write"`, if present.
    pub shorthand: Option<Node>,
    /// What the stanza grants, shorthand included; deny-only where it denies.
    pub granted: Capabilities,
    /// `allowed_parameters`; a parameter's empty list means any value.
    pub allowed_parameters: Vec<Parameter>,
    /// `denied_parameters`.
    pub denied_parameters: Vec<Parameter>,
    /// `required_parameters`, lower-cased by the server when it compares.
    pub required_parameters: Vec<(Text, Span)>,
    /// `min_wrapping_ttl` in nanoseconds; zero where absent.
    pub min_wrapping_ttl: i64,
    /// `max_wrapping_ttl` in nanoseconds; zero where absent.
    pub max_wrapping_ttl: i64,
    /// Every other key of the stanza as written (`mfa_methods`, `control_group`,
    /// `expiration`, `comment`, `pagination_limit` …), with the key's place.
    pub others: Vec<(SmolStr, Span, Node)>,
}

/// One member of a capabilities list.
#[derive(Debug, Clone)]
pub struct CapabilityItem {
    /// As written.
    pub name: Text,
    /// Where it stands, quotes included.
    pub span: Span,
    /// What it means, if Vault or OpenBao knows the name.
    pub capability: Option<Capability>,
}

/// A parameter constraint: the parameter's name and the values listed for it.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// Name as written; the server compares it lower-cased.
    pub name: Text,
    /// Where the name stands.
    pub span: Span,
    /// Values listed; none means any value.
    pub values: Vec<Node>,
}

/// Something the server refuses in a policy that parses as HCL or JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The rule that reports it, without the system prefix: `unknown-capability`.
    pub rule: &'static str,
    /// The message as the server words it.
    pub server_message: String,
    /// The message as we word it: one lower-case sentence.
    pub message: String,
    /// Where.
    pub span: Span,
    /// What to do, if there is something better than the rule page's advice
    /// (``did you mean `read`?``).
    pub help: Option<String>,
}
