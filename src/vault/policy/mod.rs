//! A Vault policy as its author wrote it: stanzas in order, everything with its span.

mod control_group;
mod decode;
mod parse;
mod refuse;
mod stanza;
mod time;

use smol_str::SmolStr;

use super::capability::{Capabilities, Capability};
use crate::source::{Span, Unknown};
pub use crate::syntax::hcl1::SyntaxError;
pub(crate) use crate::syntax::hcl1::go_quote as quote;
use crate::syntax::{Node, Text};
pub use parse::parse;
pub use stanza::{stanza_keys, used_elsewhere};
pub use time::{SECOND, parse_duration};

/// A policy document. Stanzas are kept as written, not merged; [`Policy::problems`] holds
/// what the server would refuse or silently ignore.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    /// The `path` stanzas in source order.
    pub stanzas: Vec<Stanza>,
    /// What is wrong with the document, beyond syntax, in the order in which the server
    /// looks at it. The server stops at the first.
    pub problems: Vec<Problem>,
    /// What the server says about each problem, or about all wrong keys of one object,
    /// with the index of the (first) problem it is about.
    pub refusals: Vec<(usize, String)>,
    /// Parts of the text whose stanzas cannot be known.
    pub unknown: Vec<Unknown>,
}

impl Policy {
    /// What the server says when it refuses the document; none if it takes it. Some
    /// problems stop to matter when their stanza expires: `now` is in seconds since 1970.
    #[must_use]
    pub fn refusal(&self, now: Option<i64>) -> Option<&str> {
        let holds = |(index, _): &&(usize, String)| {
            let void = self.problems.get(*index).and_then(|problem| problem.void_after);
            void.zip(now).is_none_or(|(end, now)| now <= end)
        };
        self.refusals.iter().find(holds).map(|(_, text)| text.as_str())
    }
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
    /// Labels after the path: the server ignores them.
    pub extra_labels: Vec<(Text, Span)>,
    /// Each capability as written, unknown names included, with its place.
    pub capabilities: Vec<CapabilityItem>,
    /// Where the `capabilities` list stands (the whole list), if there is one.
    pub capabilities_span: Option<Span>,
    /// True where the capability list, or a member of it, is an expression whose value
    /// the carrier does not know: the stanza may grant more than is seen.
    pub capabilities_unknown: bool,
    /// What is unknown in the stanza, its path aside.
    pub unknown: Vec<Unknown>,
    /// True where a limit (parameters, wrapping, expiration) is not known: the stanza may
    /// grant less than is seen.
    pub constraints_unknown: bool,
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
    /// `mfa_methods`.
    pub mfa_methods: Vec<(Text, Span)>,
    /// `control_group`, if present.
    pub control_group: Option<ControlGroup>,
    /// `expiration` in seconds since 1970, if present: the stanza is void afterwards.
    pub expiration: Option<i64>,
    /// `pagination_limit`; zero or less where there is none.
    pub pagination_limit: i64,
    /// `list_scan_response_keys_filter_path`, if present and not empty.
    pub response_filter: Option<(Text, Span)>,
    /// Every other key of the stanza as written (`mfa_methods`, `control_group`,
    /// `expiration`, `comment`, `pagination_limit` …), with the key's place.
    pub others: Vec<(SmolStr, Span, Node)>,
}

impl Stanza {
    /// Whether the path holds `{{ … }}`: the server renders it for each token.
    #[must_use]
    pub fn is_templated(&self) -> bool {
        self.path.raw().contains("{{")
    }
}

/// Approvals that a request needs before it is answered.
#[derive(Debug, Clone, PartialEq)]
pub struct ControlGroup {
    /// Where it is declared.
    pub span: Span,
    /// Each factor's name and the capabilities it controls (none listed: all).
    pub factors: Vec<Factor>,
}

/// One factor of a control group.
#[derive(Debug, Clone, PartialEq)]
pub struct Factor {
    /// Its label.
    pub name: SmolStr,
    /// Capabilities it controls; empty for all.
    pub controlled: Vec<SmolStr>,
    /// Identity groups whose members approve, by name or id.
    pub groups: Vec<SmolStr>,
    /// How many approvals it takes.
    pub approvals: i64,
}

/// One member of a capabilities list.
#[derive(Debug, Clone)]
pub struct CapabilityItem {
    /// As written.
    pub name: Text,
    /// Where it stands, quotes included.
    pub span: Span,
    /// What it means, if any version of Vault or OpenBao knows the name.
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
    /// The expiration of its stanza, in seconds since 1970, where the server no longer
    /// looks at the stanza afterwards.
    pub void_after: Option<i64>,
}
