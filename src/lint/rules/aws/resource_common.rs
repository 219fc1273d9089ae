//! Policies of resources: which service they belong to, and their principals.

use crate::aws::catalog::ResourceType;
use crate::aws::document::{PolicyKind, PrincipalKind};
use crate::lint::{DocumentContext, StatementFacts};
use crate::source::HOLE;

/// The service that a resource policy belongs to: as declared, or that of its actions if
/// all are of one.
pub(super) fn service_of<'c>(context: &'c DocumentContext<'_>) -> Option<&'c str> {
    if context.kind != PolicyKind::Resource {
        return None;
    }
    if let Some(service) = &context.policy.service {
        return Some(service);
    }
    let mut actions = context.statements.iter().flat_map(|facts| &facts.actions).map(|action| action.service());
    let first = actions.next().filter(|service| !service.is_empty())?;
    actions.all(|service| service == first).then_some(first)
}

/// Whether a statement is for everybody (`"*"`, `{"AWS": "*"}`).
pub(super) fn everybody(facts: &StatementFacts<'_>) -> bool {
    facts.anyone().is_some()
}

/// Whether an AWS principal stands for a whole account.
pub(super) fn is_account(kind: PrincipalKind, text: &str) -> bool {
    kind == PrincipalKind::Aws && (text.ends_with(":root") || text.bytes().all(|b| b.is_ascii_digit()))
}

/// Whether everything in the document is seen.
pub(super) fn whole(context: &DocumentContext<'_>) -> bool {
    let unseen = |facts: &StatementFacts<'_>| {
        let statement = facts.statement;
        let list = |list: &Option<crate::aws::document::ListElement>| list.as_ref().is_some_and(|list| list.unknown);
        let principal = statement.principal.as_ref().is_some_and(|p| p.unknown);
        statement.unknown
            || statement.effect_unknown
            || list(&statement.action)
            || list(&statement.resource)
            || principal
    };
    !context.document.statements_unknown && !context.document.unknown && !context.statements.iter().any(unseen)
}

/// Whether an ARN pattern of a policy may match ARNs of a type. Says yes where wildcards of
/// both are entangled, never no wrongly.
pub(super) fn may_be(pattern: &str, kind: &ResourceType) -> bool {
    let mut own = pattern.splitn(6, ':');
    // most types are told apart by how their last field starts
    let fifth = memchr::memchr_iter(b':', pattern.as_bytes()).nth(4);
    if let Some(last) = fifth.and_then(|at| pattern.get(at + 1..)).filter(|last| !last.is_empty()) {
        let start = last.get(..wild(last).unwrap_or(last.len())).unwrap_or("");
        let head = kind.head();
        let within = head.starts_with(start) && start.len() < last.len();
        if !start.starts_with(head) && !within {
            return false;
        }
    }
    for index in 0..6 {
        match own.next() {
            Some(own) if fits(own, kind.field(index)) => {}
            // a pattern of fewer fields may run over several
            None => return pattern.ends_with('*'),
            Some(_) => return false,
        }
    }
    true
}

/// A template as an example: `arn:aws:sns:<region>:<account>:<topic-name>`.
pub(super) fn example(template: &str) -> String {
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((head, tail)) = rest.split_once("${") {
        out.push_str(head);
        let (name, after) = tail.split_once('}').unwrap_or((tail, ""));
        match name {
            "Partition" => out.push_str("aws"),
            _ => out.extend(["<", name, ">"]),
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// Where the first of what varies in a pattern is: `*`, `?`, `$`, a hole.
fn wild(pattern: &str) -> Option<usize> {
    // as do some characters that no ARN holds
    const HOLE_STARTS: u8 = 0xF4;
    pattern.bytes().position(|byte| matches!(byte, b'*' | b'?' | b'$' | HOLE_STARTS))
}

/// The same of one field.
fn fits(own: &str, field: &str) -> bool {
    if own.is_empty() {
        return field.is_empty();
    }
    let Some(wild) = wild(own) else { return instance(own, field) };
    let (head, tail) = match (field.find('$'), field.rfind('}')) {
        (Some(start), Some(end)) => (field.get(..start).unwrap_or(""), field.get(end + 1..).unwrap_or("")),
        _ => (field, field),
    };
    let start = own.get(..wild).unwrap_or("");
    let end = own.rsplit(['*', '?', '}', HOLE]).next().unwrap_or("");
    (start.starts_with(head) || head.starts_with(start)) && (end.ends_with(tail) || tail.ends_with(end))
}

/// Whether a text has the form of a template: its fixed parts in order.
fn instance(text: &str, template: &str) -> bool {
    // most fields are fixed, or one part that varies
    match template.find('$') {
        None => return text == template,
        Some(0) if template.find('}') == Some(template.len() - 1) => return true,
        Some(_) => {}
    }
    let mut parts = template.split("${");
    let Some(mut rest) = text.strip_prefix(parts.next().unwrap_or("")) else { return false };
    let mut open = false;
    for part in parts {
        let fixed = part.split_once('}').map_or("", |(_, fixed)| fixed);
        open = fixed.is_empty();
        let Some(at) = rest.find(fixed) else { return false };
        rest = rest.get(at + fixed.len()..).unwrap_or("");
    }
    open || rest.is_empty()
        || template.rsplit('}').next().is_some_and(|tail| text.ends_with(tail) && template.contains('$'))
}

#[cfg(test)]
mod tests {
    use super::may_be;
    use crate::aws::catalog::catalog;

    #[test]
    fn patterns_meet_templates_field_by_field() {
        let table = [
            ("arn:aws:ec2:eu-west-1:111122223333:volume/*", "ec2 instance", false),
            ("arn:aws:ec2:eu-west-1:111122223333:volume/*", "ec2 volume", true),
            ("arn:aws:ec2:*:*:vol*", "ec2 volume", true),
            ("arn:aws:ec2:*:*:*/i-1", "ec2 volume", true),
            ("arn:aws:ec2:*", "ec2 volume", true),
            ("arn:aws:sns:*:*:t", "ec2 volume", false),
            ("arn:aws:dynamodb:*:*:table/t", "dynamodb index", false),
            ("arn:aws:dynamodb:*:*:table/t*", "dynamodb index", true),
            ("arn:aws:s3:::b/k", "s3 object", true),
            ("arn:aws:iam::1:role/a", "iam role", true),
            ("arn:aws:sqs:eu-west-1::q", "sqs queue", false),
            ("arn:aws:kms:*:*:alias/x", "kms key", false),
        ];
        for (pattern, name, expected) in table {
            let (service, kind) = name.split_once(' ').unwrap();
            let kinds = &catalog().service(service).unwrap().resources;
            let kind = kinds.iter().find(|known| known.name == kind).unwrap();
            assert_eq!(may_be(pattern, kind), expected, "{pattern} {}", kind.arn);
        }
    }
}
