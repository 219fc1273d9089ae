//! The one resource record that Terraform, plans, Pulumi and CloudFormation share.

use smol_str::SmolStr;

use super::declaration::{Carrier, Named};
use crate::source::{Span, Unknown};
use crate::syntax::Node;

/// A resource as a carrier declares it, in Terraform's words whatever the carrier: a
/// Pulumi or CloudFormation resource is brought to the Terraform type name and argument
/// names that mean the same, so that one mapping to declarations serves all.
#[derive(Debug, Clone)]
pub struct Record {
    /// The format it came in.
    pub carrier: Carrier,
    /// Unique within its program or module, and what references to it start with:
    /// `aws_iam_role.app`, `module.x.vault_policy.p["a"]`, `urn:…`, a logical id.
    pub address: SmolStr,
    /// Terraform type name (`aws_iam_role`, `vault_policy`); for a type Terraform does
    /// not have, the carrier's own token.
    pub kind: SmolStr,
    /// Where the type stands.
    pub kind_span: Span,
    /// A resource to be made, or data that is only read.
    pub mode: Mode,
    /// The name its author gave the resource.
    pub label: Option<Named>,
    /// The whole resource.
    pub span: Span,
    /// The arguments: a map node with snake-case Terraform names. Blocks are maps, or
    /// lists of maps where a block repeats. Policy documents given as objects stay maps;
    /// given as text they stay strings. What cannot be known is [`Value::Unknown`]
    /// (with refs such as `aws_s3_bucket.logs.arn` that start with another record's
    /// address) or a hole in a text; never absent.
    ///
    /// [`Value::Unknown`]: crate::syntax::Value::Unknown
    pub body: Node,
    /// What it depends on, where it is only made in some cases (see
    /// [`Declaration::condition`](super::declaration::Declaration::condition)).
    pub condition: Option<Unknown>,
    /// What the carrier found wrong with the resource while reading it: an argument its
    /// class does not have, a class that does not exist.
    pub notes: Vec<RecordNote>,
}

/// Something a carrier found wrong with a resource; the rule of that name reports it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordNote {
    /// The rule that reports it, as `system/slug`.
    pub rule: &'static str,
    /// One lower-case sentence.
    pub message: String,
    /// Where.
    pub span: Span,
    /// What to do, if there is something better than the rule page's advice.
    pub help: Option<String>,
}

/// Managed by the program, or only looked up by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    /// A resource.
    Managed,
    /// A data source.
    Data,
}
