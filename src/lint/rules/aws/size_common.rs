//! How long a policy is, as AWS counts, and how long it may be.

use crate::aws::document::{Document, Item, PolicyKind, Statement};
use crate::carrier::declaration::{Carrier, Declaration};
use crate::lint::{DocumentContext, Inputs};
use crate::source::HOLE;
use crate::syntax::Text;

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

/// How long a policy is.
pub(super) struct Length {
    /// Characters (or bytes) as AWS counts them.
    pub(super) count: usize,
    /// Whether all of it was counted: it may be longer otherwise.
    pub(super) exact: bool,
}

impl Limit {
    /// The length of a policy if it is more than `least`: of its text if that is what AWS gets,
    /// else the fewest characters that what is known of it takes.
    pub(super) fn length_above(&self, least: usize, context: &DocumentContext<'_>) -> Option<Length> {
        let found = match text(context.inputs, context.declaration, context.document) {
            Some(text) if text.len() <= least => return None,
            Some(text) => Length { count: if self.all { text.len() } else { dense(text) }, exact: true },
            None => Length { count: fewest(context.document), exact: false },
        };
        (found.count > least).then_some(found)
    }
}

/// The characters of a document without white space, or as many of them as are known.
pub(super) fn characters(inputs: &Inputs<'_>, declaration: &Declaration, document: &Document) -> usize {
    text(inputs, declaration, document).map_or_else(|| fewest(document), dense)
}

/// The type of the resource that holds the document.
fn record<'a>(context: &DocumentContext<'a>) -> Option<&'a str> {
    context.inputs.record_around(context.document.span).map(|record| record.kind.as_str())
}

/// Characters that are no white space.
fn dense(text: &str) -> usize {
    if text.is_ascii() {
        // no more bytes than a byte can count: that is worked out many at a time
        let blank = |byte: &u8| u8::from(*byte == b' ') | u8::from(byte.wrapping_sub(b'\t') < 5);
        let blank: usize =
            text.as_bytes().chunks(224).map(|part| usize::from(part.iter().map(blank).sum::<u8>())).sum();
        return text.len() - blank;
    }
    text.chars().filter(|char| !char.is_whitespace()).count()
}

/// The document's text, if it is JSON as it will be sent, with nothing to fill in.
fn text<'a>(inputs: &Inputs<'a>, declaration: &Declaration, document: &Document) -> Option<&'a str> {
    if document.unknown || document.statements_unknown {
        return None;
    }
    let text = inputs.sources.slice(document.span).trim();
    let body = text.strip_prefix('{')?.trim_start();
    if !body.starts_with('"') || !text.ends_with('}') || memchr::memmem::find(text.as_bytes(), br#"\""#).is_some() {
        return None;
    }
    let verbatim = match declaration.carrier {
        Carrier::AwsPolicyFile | Carrier::AwsExport => true,
        Carrier::Terraform => !text.contains("${") && !text.contains("%{"),
        Carrier::CloudFormation => !text.contains("Fn::") && !text.contains("\"Ref\""),
        _ => false,
    };
    verbatim.then_some(text)
}

/// The fewest characters that a document takes as JSON without whitespace: what is not known
/// of it counts as nothing, and a list of one as its member.
fn fewest(document: &Document) -> usize {
    let mut sum = 2 + member("Version", document.version.as_ref().map(|(text, _)| text));
    sum += document.id.as_ref().map_or(0, |(id, _)| 1 + member("Id", Some(id)));
    sum += r#","Statement":[]"#.len() + document.statements.len().saturating_sub(1);
    sum + document.statements.iter().map(|one| statement(one)).sum::<usize>()
}

fn statement(statement: &Statement) -> usize {
    let mut sum = 2 + r#""Effect":"Deny""#.len();
    sum += statement.sid.as_ref().map_or(0, |(sid, _)| 1 + member("Sid", Some(sid)));
    let list = |key: &str, items: &[Item]| {
        let quoted: usize = items.iter().map(|item| 2 + letters(&item.text)).sum();
        let brackets = if items.len() == 1 { 0 } else { 2 + items.len().saturating_sub(1) };
        1 + key.len() + 3 + quoted + brackets
    };
    if let Some(action) = &statement.action {
        sum += list(if action.negated { "NotAction" } else { "Action" }, &action.items);
    }
    if let Some(resource) = &statement.resource {
        sum += list(if resource.negated { "NotResource" } else { "Resource" }, &resource.items);
    }
    if let Some(principal) = &statement.principal {
        let entries: usize = principal.entries.iter().map(|entry| 2 + letters(&entry.item.text)).sum();
        sum += 1 + principal.name().len() + 3 + entries;
    }
    let mut operators: Vec<&str> = Vec::new();
    for condition in &statement.conditions {
        if !operators.contains(&condition.operator.raw()) {
            operators.push(condition.operator.raw());
            sum += letters(&condition.operator) + r#""":{}"#.len();
        }
        let values: usize = condition.values.iter().map(|node| node.as_text().map_or(1, letters)).sum();
        sum += letters(&condition.key) + r#""":"#.len() + values;
    }
    sum + if operators.is_empty() { 0 } else { r#","Condition":{}"#.len() }
}

fn member(key: &str, value: Option<&Text>) -> usize {
    value.map_or(0, |text| key.len() + 5 + letters(text))
}

/// The characters of a text that are known and no whitespace.
fn letters(text: &Text) -> usize {
    text.raw().chars().filter(|c| !c.is_whitespace() && *c != HOLE).count()
}
