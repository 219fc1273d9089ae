//! Domains of `OpenSearch`: what stands before the access policy.

use super::bucket_common::is_on;
use crate::carrier::record::Record;
use crate::lint::StatementContext;
use crate::lint::rules::record_common::{directory, is_absent, is_made, is_to};
use crate::syntax::{Node, Value};

/// What decides beside the access policy who gets at a domain's indices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Domain {
    /// Nothing that is known here.
    Bare,
    /// The network: without a public endpoint, security groups say who connects.
    InVpc,
    /// Perhaps the one or the other: not all that the domain is given is known.
    Unclear,
    /// Fine-grained access control, which asks everybody who they are. The guide recommends
    /// an open access policy with it.
    Guarded,
}

/// What stands before the access policy that a statement is of. The settings of a domain,
/// on the ARN of the domain itself, are reached through AWS and not through its network.
pub(super) fn domain(context: &StatementContext<'_>) -> Domain {
    let (policy, facts) = (context.document().policy, context.facts);
    let inside = !facts.not_resource
        && !facts.resources.is_empty()
        && facts.resources.iter().all(|resource| resource.text.ends_with("/*"));
    if !inside || policy.service.as_deref() != Some("es") {
        return Domain::Bare;
    }
    let inputs = context.document().inputs;
    let at = context.document().document.span;
    let mut found = Domain::Bare;
    for record in inputs.records.iter().filter(|record| is_domain(record)) {
        let of = policy.attached_to.iter().any(|(name, _)| {
            let own = record.body.get("domain_name").and_then(Node::as_text);
            let mut references = name.holes().iter().flat_map(|hole| &hole.unknown.refs);
            own.is_some_and(|text| text.display() == name.display())
                || references.any(|reference| is_to(reference, record))
        });
        let inline = record.span.source == at.source && record.span.start <= at.start && at.end <= record.span.end;
        let beside = || of && directory(inputs, record.span) == directory(inputs, at);
        if !inline && !beside() {
            continue;
        }
        if asks(record) {
            return Domain::Guarded;
        }
        if record.body.get("vpc_options").is_none() && record.body.is_open() {
            found = Domain::Unclear;
        } else if !is_absent(&record.body, "vpc_options") {
            found = Domain::InVpc;
        }
    }
    found
}

fn is_domain(record: &Record) -> bool {
    matches!(record.kind.as_str(), "aws_opensearch_domain" | "aws_elasticsearch_domain") && is_made(record)
}

/// Whether fine-grained access control is on and admits nobody without a name.
fn asks(record: &Record) -> bool {
    let Some(options) = record.body.get("advanced_security_options") else { return false };
    let options = match &options.value {
        Value::List(items) => items.first(),
        _ => Some(options),
    };
    let is = |name: &str| options.is_some_and(|options| is_on(options, name) == Some(true));
    is("enabled") && !is("anonymous_auth_enabled")
}
