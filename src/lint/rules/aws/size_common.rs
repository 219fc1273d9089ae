//! How long a policy is, as AWS counts, and how long it may be.

use crate::aws::document::PolicyKind;
use crate::carrier::declaration::Carrier;
use crate::lint::DocumentContext;

/// How long a policy may be.
pub(super) struct Limit {
    /// Characters (or bytes) as AWS counts them.
    pub(super) most: usize,
    /// What the limit is for.
    pub(super) what: &'static str,
    /// Whether it is known what the policy is attached to.
    pub(super) sure: bool,
    /// Whether white space counts.
    all: bool,
}

/// The limit of a policy. Source: IAM and AWS STS quotas; AWS Organizations quotas (10,240
/// characters for service control policies since May 2026).
pub(super) fn limit(context: &DocumentContext<'_>) -> Option<Limit> {
    let declared = !context.policy.kind_guessed;
    let dense = |most, what, sure| Some(Limit { most, what, sure, all: false });
    let all = |most, what| Some(Limit { most, what, sure: true, all: true });
    match context.kind {
        PolicyKind::Trust => dense(2_048, "a role's trust policy", true),
        PolicyKind::Scp if declared => dense(10_240, "a service control policy", true),
        PolicyKind::Rcp if declared => dense(5_120, "a resource control policy", true),
        PolicyKind::Session => dense(2_048, "a session policy", declared),
        PolicyKind::Identity | PolicyKind::Boundary => match record(context) {
            Some("aws_iam_policy" | "AWS::IAM::ManagedPolicy") => dense(6_144, "a managed policy", true),
            Some("aws_iam_user_policy") => dense(2_048, "all inline policies of a user", true),
            Some("aws_iam_group_policy") => dense(5_120, "all inline policies of a group", true),
            Some("aws_iam_role_policy") => dense(10_240, "all inline policies of a role", true),
            _ => dense(10_240, "any policy of one's own", false),
        },
        PolicyKind::Resource => match context.policy.service.as_deref() {
            Some("s3") => all(20_480, "a bucket policy"),
            Some("kms") => all(32_768, "a key policy"),
            _ => None,
        },
        _ => None,
    }
}

impl Limit {
    /// The length of a policy whose whole text is at hand, if it is more than `least`.
    pub(super) fn length_above(&self, least: usize, context: &DocumentContext<'_>) -> Option<usize> {
        let text = text(context).filter(|text| text.len() > least)?;
        let length = if self.all { text.len() } else { dense(text) };
        (length > least).then_some(length)
    }
}

/// The type of the resource that holds the document.
fn record<'a>(context: &DocumentContext<'a>) -> Option<&'a str> {
    let around = |span: crate::source::Span| span.contains(context.document.span);
    context.inputs.records.iter().find(|record| around(record.span)).map(|record| record.kind.as_str())
}

/// Characters that are no white space.
fn dense(text: &str) -> usize {
    if text.is_ascii() {
        return text.bytes().filter(|byte| !matches!(byte, b' ' | b'\t'..=b'\r')).count();
    }
    text.chars().filter(|char| !char.is_whitespace()).count()
}

/// The document's text, if it is JSON as it will be sent, with nothing to fill in.
fn text<'a>(context: &DocumentContext<'a>) -> Option<&'a str> {
    let document = context.document;
    if document.unknown || document.statements_unknown {
        return None;
    }
    let text = context.inputs.sources.slice(document.span).trim();
    let body = text.strip_prefix('{')?.trim_start();
    if !body.starts_with('"') || !text.ends_with('}') || text.contains("\\\"") {
        return None;
    }
    let verbatim = match context.declaration.carrier {
        Carrier::AwsPolicyFile | Carrier::AwsExport => true,
        Carrier::Terraform => !text.contains("${") && !text.contains("%{"),
        Carrier::CloudFormation => !text.contains("Fn::") && !text.contains("\"Ref\""),
        _ => false,
    };
    verbatim.then_some(text)
}
