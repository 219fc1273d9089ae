//! What the resource types of Terraform's `aws` provider declare.

use super::{Sink, aws_document, compute, named, named_list, own_reference, text_of};
use crate::aws::document::{PolicyKind, guess_kind};
use crate::carrier::declaration::{AwsAttachment, AwsPolicy, AwsPrincipal, AwsPrincipalKind, Carrier, Item, Named};
use crate::carrier::record::Record;
use crate::source::{HOLE, Span};
use crate::syntax::{Entry, Node, Text, TextBuilder, Value};

/// A resource type with an argument that holds a policy document.
struct Holder {
    /// Resource type.
    kind: &'static str,
    /// The argument, or block and argument.
    argument: &'static str,
    /// What the document is.
    policy: PolicyKind,
    /// The service of a resource policy.
    service: &'static str,
    /// The argument that names what it is attached to; empty for the resource itself.
    attached_to: &'static str,
}

const fn resource(
    kind: &'static str,
    argument: &'static str,
    service: &'static str,
    attached_to: &'static str,
) -> Holder {
    Holder { kind, argument, policy: PolicyKind::Resource, service, attached_to }
}

/// Every type whose argument is a policy document, apart from those of IAM itself, sorted
/// by type.
const HOLDERS: &[Holder] = &[
    resource("AWS::CloudTrail::ResourcePolicy", "policy", "cloudtrail", "resource_arn"),
    resource("AWS::DynamoDB::Table", "resource_policy.policy_document", "dynamodb", "table_name"),
    resource("AWS::S3::MultiRegionAccessPointPolicy", "policy", "s3", "name"),
    resource("AWS::S3Express::BucketPolicy", "policy", "s3express", "bucket"),
    resource("aws_acmpca_policy", "policy", "acm-pca", "resource_arn"),
    resource("aws_api_gateway_domain_name", "policy", "execute-api", "domain_name"),
    resource("aws_api_gateway_rest_api", "policy", "execute-api", ""),
    resource("aws_api_gateway_rest_api_policy", "policy", "execute-api", "rest_api_id"),
    resource("aws_backup_vault_policy", "policy", "backup", "backup_vault_name"),
    resource("aws_cloudsearch_domain_service_access_policy", "access_policy", "cloudsearch", "domain_name"),
    resource("aws_cloudtrail_event_data_store", "policy", "cloudtrail", "name"),
    resource("aws_cloudwatch_event_bus_policy", "policy", "events", "event_bus_name"),
    resource("aws_cloudwatch_log_destination_policy", "access_policy", "logs", "destination_name"),
    resource("aws_cloudwatch_log_resource_policy", "policy_document", "logs", ""),
    resource("aws_codeartifact_domain_permissions_policy", "policy_document", "codeartifact", "domain"),
    resource("aws_codeartifact_repository_permissions_policy", "policy_document", "codeartifact", "repository"),
    resource("aws_codebuild_resource_policy", "policy", "codebuild", "resource_arn"),
    resource("aws_dynamodb_resource_policy", "policy", "dynamodb", "resource_arn"),
    resource("aws_ecr_registry_policy", "policy", "ecr", ""),
    resource("aws_ecr_repository_policy", "policy", "ecr", "repository"),
    resource("aws_ecrpublic_repository_policy", "policy", "ecr-public", "repository_name"),
    resource("aws_efs_file_system_policy", "policy", "elasticfilesystem", "file_system_id"),
    resource("aws_elasticsearch_domain", "access_policies", "es", "domain_name"),
    resource("aws_elasticsearch_domain_policy", "access_policies", "es", "domain_name"),
    resource("aws_glacier_vault", "access_policy", "glacier", "name"),
    resource("aws_glacier_vault_lock", "policy", "glacier", "vault_name"),
    resource("aws_glue_resource_policy", "policy", "glue", ""),
    Holder {
        kind: "aws_iot_policy",
        argument: "policy",
        policy: PolicyKind::Identity,
        service: "iot",
        attached_to: "name",
    },
    resource("aws_kinesis_resource_policy", "policy", "kinesis", "resource_arn"),
    resource("aws_kms_external_key", "policy", "kms", ""),
    resource("aws_kms_key", "policy", "kms", ""),
    resource("aws_kms_key_policy", "policy", "kms", "key_id"),
    resource("aws_kms_replica_external_key", "policy", "kms", ""),
    resource("aws_kms_replica_key", "policy", "kms", ""),
    resource("aws_media_store_container_policy", "policy", "mediastore", "container_name"),
    resource("aws_msk_cluster_policy", "policy", "kafka", "cluster_arn"),
    resource("aws_networkfirewall_resource_policy", "policy", "network-firewall", "resource_arn"),
    resource("aws_opensearch_domain", "access_policies", "es", "domain_name"),
    resource("aws_opensearch_domain_policy", "access_policies", "es", "domain_name"),
    resource("aws_organizations_resource_policy", "content", "organizations", ""),
    resource("aws_redshift_resource_policy", "policy", "redshift", "resource_arn"),
    resource("aws_redshiftserverless_resource_policy", "policy", "redshift-serverless", "resource_arn"),
    resource("aws_rekognition_project_policy", "policy_document", "rekognition", "project_arn"),
    resource("aws_s3_access_point", "policy", "s3", "name"),
    resource("aws_s3_bucket", "policy", "s3", "bucket"),
    resource("aws_s3_bucket_policy", "policy", "s3", "bucket"),
    resource("aws_s3control_access_point_policy", "policy", "s3", "access_point_arn"),
    resource("aws_s3control_bucket_policy", "policy", "s3-outposts", "bucket"),
    resource("aws_s3control_multi_region_access_point_policy", "details.policy", "s3", "details.name"),
    resource("aws_s3control_object_lambda_access_point_policy", "policy", "s3-object-lambda", "name"),
    resource("aws_s3tables_table_bucket_policy", "resource_policy", "s3tables", "table_bucket_arn"),
    resource("aws_s3tables_table_policy", "resource_policy", "s3tables", "name"),
    resource("aws_schemas_registry_policy", "policy", "schemas", "registry_name"),
    resource("aws_secretsmanager_secret", "policy", "secretsmanager", "name"),
    resource("aws_secretsmanager_secret_policy", "policy", "secretsmanager", "secret_arn"),
    resource("aws_ses_identity_policy", "policy", "ses", "identity"),
    resource("aws_sesv2_email_identity_policy", "policy", "ses", "email_identity"),
    resource("aws_sns_topic", "policy", "sns", "name"),
    resource("aws_sns_topic_policy", "policy", "sns", "arn"),
    resource("aws_sqs_queue", "policy", "sqs", "name"),
    resource("aws_sqs_queue_policy", "policy", "sqs", "queue_url"),
    Holder {
        kind: "aws_ssoadmin_permission_set_inline_policy",
        argument: "inline_policy",
        policy: PolicyKind::Identity,
        service: "",
        attached_to: "permission_set_arn",
    },
    Holder {
        kind: "aws_vpc_endpoint",
        argument: "policy",
        policy: PolicyKind::Endpoint,
        service: "",
        attached_to: "service_name",
    },
    Holder {
        kind: "aws_vpc_endpoint_policy",
        argument: "policy",
        policy: PolicyKind::Endpoint,
        service: "",
        attached_to: "vpc_endpoint_id",
    },
    resource("aws_vpclattice_auth_policy", "policy", "vpc-lattice", "resource_identifier"),
    resource("aws_vpclattice_resource_policy", "policy", "vpc-lattice", "resource_arn"),
    resource("aws_xray_resource_policy", "policy_document", "xray", ""),
];

/// Types that declare nothing and that rules look at.
const WATCHED: &[&str] = &[
    "aws_lambda_function_url",
    "aws_s3_account_public_access_block",
    "aws_s3_bucket_acl",
    "aws_s3_bucket_public_access_block",
];

/// Whether the type has a mapping, or is of interest without one.
pub(super) fn supports(kind: &str) -> bool {
    WATCHED.contains(&kind)
        || compute::supports(kind)
        || kind.starts_with("aws_iam_")
        || kind == "aws_lambda_permission"
        || HOLDERS.binary_search_by(|holder| holder.kind.cmp(kind)).is_ok()
}

/// Declares one `aws_*` resource.
pub(super) fn declare(record: &Record, sink: &mut Sink<'_>) {
    use AwsPrincipalKind::{Group, Role, User};
    match record.kind.as_str() {
        "aws_iam_role" => role(record, sink),
        "aws_iam_user" => principal(record, User, sink),
        "aws_iam_group" => principal(record, Group, sink),
        "aws_iam_policy" => managed_policy(record, sink),
        "aws_iam_role_policy" => inline_policy(record, "role", sink),
        "AWS::IAM::Policy" => shared_policy(record, sink),
        "AWS::IAM::ManagedPolicy" => {
            managed_policy(record, sink);
            let policy = own_reference(record, "");
            attach(record, &[(User, "users"), (Role, "roles"), (Group, "groups")], vec![policy], sink);
        }
        "aws_iam_user_policy" => inline_policy(record, "user", sink),
        "aws_iam_group_policy" => inline_policy(record, "group", sink),
        "aws_iam_role_policy_attachment" => attachment(record, &[(Role, "role")], "policy_arn", sink),
        "aws_iam_user_policy_attachment" => attachment(record, &[(User, "user")], "policy_arn", sink),
        "aws_iam_group_policy_attachment" => attachment(record, &[(Group, "group")], "policy_arn", sink),
        "aws_iam_role_policy_attachments_exclusive" => attachment(record, &[(Role, "role_name")], "policy_arns", sink),
        "aws_iam_user_policy_attachments_exclusive" => attachment(record, &[(User, "user_name")], "policy_arns", sink),
        "aws_iam_group_policy_attachments_exclusive" => {
            attachment(record, &[(Group, "group_name")], "policy_arns", sink);
        }
        "aws_iam_policy_attachment" => {
            attachment(record, &[(User, "users"), (Role, "roles"), (Group, "groups")], "policy_arn", sink);
        }
        "aws_iam_user_group_membership" => membership(record, named_list(record, "user"), "groups", sink),
        "aws_iam_group_membership" => membership(record, named_list(record, "users"), "group", sink),
        "aws_lambda_permission" => lambda_permission(record, sink),
        kind if compute::supports(kind) => compute::declare(record, sink),
        kind => {
            if let Ok(at) = HOLDERS.binary_search_by(|holder| holder.kind.cmp(kind))
                && let Some(holder) = HOLDERS.get(at)
            {
                held(record, holder, sink);
            }
        }
    }
}

pub(super) fn policy(record: &Record, sink: &mut Sink<'_>, node: &Node, policy: AwsPolicyParts) {
    // what the provider reads where there is none
    let none = matches!(record.carrier, Carrier::TerraformPlan | Carrier::PulumiState) && node.as_str() == Some("");
    if none || matches!(node.value, Value::Null) {
        return;
    }
    let (document, diagnostics) = aws_document(node);
    sink.out.diagnostics.extend(diagnostics);
    let AwsPolicyParts { kind, service, name, id, attached_to } = policy;
    let service = (!service.is_empty()).then(|| service.into());
    let item = AwsPolicy { kind, kind_guessed: false, service, name, id, attached_to, document };
    sink.push(record, Item::AwsPolicy(item));
}

pub(super) struct AwsPolicyParts {
    pub(super) kind: PolicyKind,
    pub(super) service: &'static str,
    pub(super) name: Option<Named>,
    pub(super) id: Option<Named>,
    pub(super) attached_to: Vec<Named>,
}

fn identity(name: Option<Named>, attached_to: Vec<Named>) -> AwsPolicyParts {
    AwsPolicyParts { kind: PolicyKind::Identity, service: "", name, id: None, attached_to }
}

/// The name of the resource, or a reference to it where it has none.
fn own_name(record: &Record) -> Named {
    named(record, "name").unwrap_or_else(|| own_reference(record, "name"))
}

fn principal(record: &Record, kind: AwsPrincipalKind, sink: &mut Sink<'_>) {
    let item = AwsPrincipal {
        kind,
        name: Some(own_name(record)),
        arn: named(record, "arn"),
        groups: named_list(record, "groups"),
        managed_policies: named_list(record, "managed_policy_arns"),
        boundary: named(record, "permissions_boundary"),
        body: record.body.clone(),
    };
    sink.push(record, Item::AwsPrincipal(item));
    let name = own_name(record);
    for block in record.body.each_of("inline_policy") {
        // `aws_native` has CloudFormation's names in snake case.
        if let Some(document) = block.get("policy").or_else(|| block.get("policy_document")) {
            let own = block.get("name").or_else(|| block.get("policy_name"));
            let parts = identity(own.and_then(text_of), vec![name.clone()]);
            policy(record, sink, document, parts);
        }
    }
}

fn role(record: &Record, sink: &mut Sink<'_>) {
    let name = own_name(record);
    if let Some(trust) = record.body.get("assume_role_policy") {
        let parts = AwsPolicyParts {
            kind: PolicyKind::Trust,
            service: "sts",
            name: None,
            id: None,
            attached_to: vec![name.clone()],
        };
        policy(record, sink, trust, parts);
    }
    principal(record, AwsPrincipalKind::Role, sink);
}

fn managed_policy(record: &Record, sink: &mut Sink<'_>) {
    if let Some(document) = record.body.get("policy") {
        policy(record, sink, document, identity(Some(own_name(record)), Vec::new()));
    }
}

fn inline_policy(record: &Record, attached_to: &str, sink: &mut Sink<'_>) {
    if let Some(document) = record.body.get("policy") {
        let parts = identity(named(record, "name"), named(record, attached_to).into_iter().collect());
        policy(record, sink, document, parts);
    }
}

/// CloudFormation's inline policy: one document put on several principals.
fn shared_policy(record: &Record, sink: &mut Sink<'_>) {
    if let Some(document) = record.body.get("policy") {
        let attached_to = ["roles", "users", "groups"].iter().flat_map(|argument| named_list(record, argument));
        policy(record, sink, document, identity(named(record, "name"), attached_to.collect()));
    }
}

fn attachment(record: &Record, arguments: &[(AwsPrincipalKind, &str)], policy_argument: &str, sink: &mut Sink<'_>) {
    attach(record, arguments, named_list(record, policy_argument), sink);
}

fn attach(record: &Record, arguments: &[(AwsPrincipalKind, &str)], policies: Vec<Named>, sink: &mut Sink<'_>) {
    let mut principals = Vec::new();
    for (kind, argument) in arguments {
        principals.extend(named_list(record, argument).into_iter().map(|name| (*kind, name)));
    }
    if principals.is_empty() {
        return;
    }
    for policy in policies {
        sink.push(record, Item::AwsAttachment(AwsAttachment { principals: principals.clone(), policy }));
    }
}

/// Group membership declared apart from user and group: a user of that name with those
/// groups and nothing else.
fn membership(record: &Record, users: Vec<Named>, groups: &str, sink: &mut Sink<'_>) {
    for user in users {
        let item = AwsPrincipal {
            kind: AwsPrincipalKind::User,
            name: Some(user),
            arn: None,
            groups: named_list(record, groups),
            managed_policies: Vec::new(),
            boundary: None,
            body: Node::new(record.span, Value::Map(Vec::new())),
        };
        sink.push(record, Item::AwsPrincipal(item));
    }
}

/// A statement of a function's resource policy, as Lambda writes it: the principal by its
/// form, the sources as conditions
/// (<https://docs.aws.amazon.com/lambda/latest/api/API_AddPermission.html>).
fn lambda_permission(record: &Record, sink: &mut Sink<'_>) {
    let given = |argument: &str| record.body.entry(argument).filter(|e| !matches!(e.value.value, Value::Null));
    let (Some(action), Some(principal), Some(function)) = (given("action"), given("principal"), given("function_name"))
    else {
        return;
    };
    let member =
        |key: &'static str, key_span: Span, value: Node| Entry { key: Text::atomic(key, key_span), key_span, value };
    let map = |span: Span, entries: Vec<Entry>| Node::new(span, Value::Map(entries));
    // An account may be written as a number; CloudFormation makes a text of it.
    let as_number = |node: &Node| match &node.value {
        Value::Number(number) => Some(Node::new(node.span, Value::String(Text::atomic(number.clone(), node.span)))),
        _ => None,
    };
    let principal =
        &Entry { value: as_number(&principal.value).unwrap_or(principal.value.clone()), ..principal.clone() };
    let who = match principal.value.as_text().filter(|text| text.is_known()).map(Text::raw) {
        None | Some("*") => principal.value.clone(),
        Some(name) => {
            let kind = if name.contains(".amazonaws.com") { "Service" } else { "AWS" };
            map(principal.value.span, vec![member(kind, principal.value.span, principal.value.clone())])
        }
    };
    let resource = match function.value.as_text() {
        // What begins with something unknown may be an ARN.
        Some(name) if !name.raw().starts_with("arn:") && !name.raw().starts_with(HOLE) => {
            // A name may have the account before it: `111122223333:function:name`.
            let from = name.raw().rfind(':').map_or(0, |colon| colon + 1);
            let span = function.value.span;
            let mut arn = TextBuilder::new(span.source);
            arn.push("arn:aws:lambda:*:*:function:", span);
            arn.splice(&name.sub(span, from, name.raw().len()), span, span);
            Node::new(span, Value::String(arn.finish(span)))
        }
        _ => function.value.clone(),
    };
    let mut conditions: Vec<Entry> = Vec::new();
    for (argument, operator, key) in [
        ("source_arn", "ArnLike", "AWS:SourceArn"),
        ("source_account", "StringEquals", "AWS:SourceAccount"),
        ("principal_org_id", "StringEquals", "aws:PrincipalOrgID"),
        ("function_url_auth_type", "StringEquals", "lambda:FunctionUrlAuthType"),
        ("event_source_token", "StringEquals", "lambda:EventSourceToken"),
    ] {
        let Some(entry) = given(argument) else { continue };
        let test = member(key, entry.key_span, entry.value.clone());
        match conditions.iter_mut().find(|known| known.key.raw() == operator) {
            Some(Entry { value: Node { value: Value::Map(keys), .. }, .. }) => keys.push(test),
            _ => conditions.push(member(operator, entry.key_span, map(entry.value.span, vec![test]))),
        }
    }
    let allow = Node::new(record.kind_span, Value::String(Text::atomic("Allow", record.kind_span)));
    let mut statement = vec![
        member("Effect", record.kind_span, allow),
        member("Action", action.key_span, action.value.clone()),
        member("Principal", principal.key_span, who),
        member("Resource", function.key_span, resource),
    ];
    if !conditions.is_empty() {
        statement.push(member("Condition", record.kind_span, map(record.span, conditions)));
    }
    let statement = map(record.span, statement);
    let list = Node::new(record.span, Value::List(vec![statement]));
    let version = Node::new(record.kind_span, Value::String(Text::atomic("2012-10-17", record.kind_span)));
    let entries = vec![member("Version", record.kind_span, version), member("Statement", record.kind_span, list)];
    let attached_to = text_of(&function.value).into_iter().collect();
    let parts = AwsPolicyParts { kind: PolicyKind::Resource, service: "lambda", name: None, id: None, attached_to };
    policy(record, sink, &map(record.span, entries), parts);
}

/// A policy document data source that nothing in the program uses; `body.json` is the
/// document. What it will be attached to shows in its content alone.
pub(super) fn unused_document(record: &Record, sink: &mut Sink<'_>) {
    let Some(node) = record.body.get("json") else { return };
    let (document, diagnostics) = aws_document(node);
    sink.out.diagnostics.extend(diagnostics);
    let item = AwsPolicy {
        kind: guess_kind(&document),
        kind_guessed: true,
        service: None,
        name: record.label.clone(),
        id: None,
        attached_to: Vec::new(),
        document,
    };
    sink.push(record, Item::AwsPolicy(item));
}

/// An argument of the record or of a block in it (`details.policy`).
fn argument<'a>(record: &'a Record, path: &str) -> Option<&'a Node> {
    match path.split_once('.') {
        None => record.body.get(path),
        Some((block, argument)) => record.body.each_of(block).first()?.get(argument),
    }
}

fn held(record: &Record, holder: &Holder, sink: &mut Sink<'_>) {
    let Some(document) = argument(record, holder.argument) else { return };
    let target = argument(record, holder.attached_to);
    let mut attached_to: Vec<Named> = match target.map(|node| (node, &node.value)) {
        Some((_, Value::List(items))) => items.iter().filter_map(text_of).collect(),
        Some((node, _)) => text_of(node).into_iter().collect(),
        None => Vec::new(),
    };
    if attached_to.is_empty() {
        attached_to.push(own_reference(record, "arn"));
    }
    let name =
        if holder.kind.ends_with("_policy") { named(record, "name").or(named(record, "policy_name")) } else { None };
    let parts = AwsPolicyParts { kind: holder.policy, service: holder.service, name, id: None, attached_to };
    policy(record, sink, document, parts);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_for_lookup() {
        assert!(HOLDERS.is_sorted_by(|a, b| a.kind < b.kind));
    }
}
