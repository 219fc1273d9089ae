//! What the resource types of AWS Organizations declare: policies, what they are attached to,
//! and the units and accounts of an organization.

use smol_str::SmolStr;

use super::aws::{AwsPolicyParts, policy};
use super::{Sink, named, named_list};
use crate::aws::document::PolicyKind;
use crate::carrier::declaration::{AwsOrganizationPart, AwsOrganizationPartKind, AwsTarget, Item, management_account};
use crate::carrier::record::Record;
use crate::syntax::{Node, Value};

/// Whether the type has a mapping here.
pub(super) fn supports(kind: &str) -> bool {
    kind == "aws_organizations_policy" || kind == "aws_organizations_policy_attachment" || part_kind(kind).is_some()
}

fn part_kind(kind: &str) -> Option<AwsOrganizationPartKind> {
    Some(match kind {
        "aws_organizations_organization" => AwsOrganizationPartKind::Organization,
        "aws_organizations_organizational_unit" => AwsOrganizationPartKind::Unit,
        "aws_organizations_account" => AwsOrganizationPartKind::Account,
        _ => return None,
    })
}

/// Declares one `aws_organizations_*` resource.
pub(super) fn declare(record: &Record, sink: &mut Sink<'_>) {
    match (record.kind.as_str(), part_kind(&record.kind)) {
        (_, Some(kind)) => part(record, kind, sink),
        ("aws_organizations_policy", None) => organization_policy(record, sink),
        _ => {
            if let (Some(policy), Some(target)) = (named(record, "policy_id"), named(record, "target_id")) {
                sink.push(record, Item::AwsTarget(AwsTarget { policy, target }));
            }
        }
    }
}

fn organization_policy(record: &Record, sink: &mut Sink<'_>) {
    let kind = match record.body.get("type").map(|node| (node.as_str(), &node.value)) {
        None | Some((Some("SERVICE_CONTROL_POLICY"), _) | (None, Value::Null)) => PolicyKind::Scp,
        Some((Some("RESOURCE_CONTROL_POLICY"), _)) => PolicyKind::Rcp,
        // Tag, backup and AI opt-out policies are no access control; an unknown type could
        // be any of them.
        Some(_) => return,
    };
    let arn = record.body.get("arn").and_then(Node::as_str);
    if let Some(management) = arn.and_then(management_account) {
        let kind = AwsOrganizationPartKind::Organization;
        let part = AwsOrganizationPart { kind, id: None, parent: None, management: Some(management) };
        sink.push(record, Item::AwsOrganizationPart(part));
    }
    if let Some(content) = record.body.get("content") {
        let (name, id, attached_to) = (named(record, "name"), named(record, "id"), named_list(record, "target_ids"));
        policy(record, sink, content, AwsPolicyParts { kind, service: "", name, id, attached_to });
    }
}

fn part(record: &Record, kind: AwsOrganizationPartKind, sink: &mut Sink<'_>) {
    // CloudFormation takes a list of at most one parent
    // (<https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-organizations-account.html>).
    let parent = match named_list(record, "parent_id").as_slice() {
        [one] => Some(one.clone()),
        _ => None,
    };
    let text = |argument: &str| record.body.get(argument).and_then(Node::as_str);
    let management = text("master_account_id").map(SmolStr::new).or_else(|| management_account(text("arn")?));
    let item = AwsOrganizationPart { kind, id: named(record, "id"), parent, management };
    sink.push(record, Item::AwsOrganizationPart(item));
}
