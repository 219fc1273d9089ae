//! CloudFormation resource types and properties in Terraform's words.

/// A resource type: what Terraform calls it, and those of its properties whose Terraform
/// argument is not the same name in snake case.
pub(super) struct Type {
    pub(super) name: &'static str,
    pub(super) terraform: &'static str,
    pub(super) renamed: &'static [(&'static str, &'static str)],
}

const fn row(name: &'static str, terraform: &'static str, renamed: &'static [(&'static str, &'static str)]) -> Type {
    Type { name, terraform, renamed }
}

const POLICY: (&str, &str) = ("PolicyDocument", "policy");
const INLINE: (&str, &str) = ("Policies", "inline_policy");

/// Sorted by name. A type that Terraform does not have keeps its own name.
const TYPES: &[Type] = &[
    row("AWS::ApiGateway::DomainNameV2", "aws_api_gateway_domain_name", &[]),
    row("AWS::ApiGateway::RestApi", "aws_api_gateway_rest_api", &[]),
    row("AWS::AppRunner::Service", "aws_apprunner_service", &[]),
    row("AWS::Backup::BackupVault", "aws_backup_vault_policy", &[("AccessPolicy", "policy")]),
    row("AWS::BedrockAgentCore::CodeInterpreterCustom", "aws_bedrockagentcore_code_interpreter", &[]),
    row("AWS::CloudTrail::ResourcePolicy", "AWS::CloudTrail::ResourcePolicy", &[("ResourcePolicy", "policy")]),
    row(
        "AWS::CodeArtifact::Domain",
        "aws_codeartifact_domain_permissions_policy",
        &[("PermissionsPolicyDocument", "policy_document"), ("DomainName", "domain")],
    ),
    row(
        "AWS::CodeArtifact::Repository",
        "aws_codeartifact_repository_permissions_policy",
        &[("PermissionsPolicyDocument", "policy_document"), ("RepositoryName", "repository")],
    ),
    row("AWS::CodeBuild::Project", "aws_codebuild_project", &[]),
    row("AWS::DynamoDB::GlobalTable", "AWS::DynamoDB::Table", &[]),
    row("AWS::DynamoDB::Table", "AWS::DynamoDB::Table", &[]),
    row("AWS::EC2::Instance", "AWS::EC2::Instance", &[]),
    row("AWS::EC2::VPCEndpoint", "aws_vpc_endpoint", &[POLICY]),
    row(
        "AWS::ECR::PublicRepository",
        "aws_ecrpublic_repository_policy",
        &[("RepositoryPolicyText", "policy"), ("RepositoryName", "repository_name")],
    ),
    row("AWS::ECR::RegistryPolicy", "aws_ecr_registry_policy", &[("PolicyText", "policy")]),
    row(
        "AWS::ECR::Repository",
        "aws_ecr_repository_policy",
        &[("RepositoryPolicyText", "policy"), ("RepositoryName", "repository")],
    ),
    row("AWS::ECS::Cluster", "aws_ecs_cluster", &[("ClusterName", "name")]),
    row("AWS::ECS::Service", "aws_ecs_service", &[]),
    row("AWS::ECS::TaskDefinition", "aws_ecs_task_definition", &[]),
    row("AWS::EFS::FileSystem", "aws_efs_file_system_policy", &[("FileSystemPolicy", "policy")]),
    row("AWS::Elasticsearch::Domain", "aws_elasticsearch_domain", &[]),
    row("AWS::EventSchemas::RegistryPolicy", "aws_schemas_registry_policy", &[]),
    row("AWS::Events::EventBus", "aws_cloudwatch_event_bus_policy", &[("Name", "event_bus_name")]),
    row("AWS::Events::EventBusPolicy", "aws_cloudwatch_event_bus_policy", &[("Statement", "policy")]),
    row("AWS::Glue::DevEndpoint", "aws_glue_dev_endpoint", &[("EndpointName", "name")]),
    row("AWS::IAM::AccessKey", "aws_iam_access_key", &[("UserName", "user")]),
    row("AWS::IAM::Group", "aws_iam_group", &[("GroupName", "name"), INLINE]),
    row("AWS::IAM::GroupPolicy", "aws_iam_group_policy", &[("PolicyName", "name"), POLICY, ("GroupName", "group")]),
    row("AWS::IAM::InstanceProfile", "aws_iam_instance_profile", &[("InstanceProfileName", "name"), ("Roles", "role")]),
    row("AWS::IAM::ManagedPolicy", "AWS::IAM::ManagedPolicy", &[("ManagedPolicyName", "name"), POLICY]),
    row("AWS::IAM::Policy", "AWS::IAM::Policy", &[("PolicyName", "name"), POLICY]),
    row(
        "AWS::IAM::Role",
        "aws_iam_role",
        &[("RoleName", "name"), ("AssumeRolePolicyDocument", "assume_role_policy"), INLINE],
    ),
    row("AWS::IAM::RolePolicy", "aws_iam_role_policy", &[("PolicyName", "name"), POLICY, ("RoleName", "role")]),
    row("AWS::IAM::User", "aws_iam_user", &[("UserName", "name"), INLINE]),
    row("AWS::IAM::UserPolicy", "aws_iam_user_policy", &[("PolicyName", "name"), POLICY, ("UserName", "user")]),
    row("AWS::IAM::UserToGroupAddition", "aws_iam_group_membership", &[("GroupName", "group")]),
    row("AWS::IoT::Policy", "aws_iot_policy", &[("PolicyName", "name"), POLICY]),
    row("AWS::KMS::Key", "aws_kms_key", &[("KeyPolicy", "policy")]),
    row("AWS::KMS::ReplicaKey", "aws_kms_replica_key", &[("KeyPolicy", "policy")]),
    row("AWS::Kinesis::ResourcePolicy", "aws_kinesis_resource_policy", &[("ResourcePolicy", "policy")]),
    row("AWS::Lambda::Function", "aws_lambda_function", &[]),
    row("AWS::Lambda::Permission", "aws_lambda_permission", &[]),
    row("AWS::Lambda::Url", "aws_lambda_function_url", &[("AuthType", "authorization_type")]),
    row("AWS::Logs::Destination", "aws_cloudwatch_log_destination_policy", &[("DestinationPolicy", "access_policy")]),
    row("AWS::Logs::ResourcePolicy", "aws_cloudwatch_log_resource_policy", &[]),
    row("AWS::MSK::ClusterPolicy", "aws_msk_cluster_policy", &[]),
    row("AWS::MediaStore::Container", "aws_media_store_container_policy", &[]),
    row("AWS::OpenSearchService::Domain", "aws_opensearch_domain", &[]),
    row(
        "AWS::Organizations::Account",
        "aws_organizations_account",
        &[("AccountName", "name"), ("ParentIds", "parent_id")],
    ),
    row("AWS::Organizations::Organization", "aws_organizations_organization", &[]),
    row("AWS::Organizations::OrganizationalUnit", "aws_organizations_organizational_unit", &[]),
    row("AWS::Organizations::Policy", "aws_organizations_policy", &[]),
    row("AWS::Organizations::ResourcePolicy", "aws_organizations_resource_policy", &[]),
    row(
        "AWS::Redshift::Cluster",
        "aws_redshift_resource_policy",
        &[("NamespaceResourcePolicy", "policy"), ("ClusterIdentifier", "resource_arn")],
    ),
    row(
        "AWS::RedshiftServerless::Namespace",
        "aws_redshiftserverless_resource_policy",
        &[("NamespaceResourcePolicy", "policy"), ("NamespaceName", "resource_arn")],
    ),
    row("AWS::S3::AccessPoint", "aws_s3_access_point", &[]),
    row("AWS::S3::Bucket", "aws_s3_bucket", &[("BucketName", "bucket"), ("AccessControl", "acl")]),
    row("AWS::S3::BucketPolicy", "aws_s3_bucket_policy", &[POLICY]),
    row("AWS::S3::MultiRegionAccessPointPolicy", "AWS::S3::MultiRegionAccessPointPolicy", &[("MrapName", "name")]),
    row("AWS::S3Express::BucketPolicy", "AWS::S3Express::BucketPolicy", &[POLICY]),
    row(
        "AWS::S3ObjectLambda::AccessPointPolicy",
        "aws_s3control_object_lambda_access_point_policy",
        &[POLICY, ("ObjectLambdaAccessPoint", "name")],
    ),
    row("AWS::S3Outposts::BucketPolicy", "aws_s3control_bucket_policy", &[POLICY]),
    row(
        "AWS::S3Tables::TableBucketPolicy",
        "aws_s3tables_table_bucket_policy",
        &[("TableBucketARN", "table_bucket_arn")],
    ),
    row("AWS::S3Tables::TablePolicy", "aws_s3tables_table_policy", &[("TableARN", "name")]),
    row("AWS::SNS::TopicInlinePolicy", "aws_sns_topic_policy", &[POLICY, ("TopicArn", "arn")]),
    row("AWS::SNS::TopicPolicy", "aws_sns_topic_policy", &[POLICY, ("Topics", "arn")]),
    row("AWS::SQS::QueueInlinePolicy", "aws_sqs_queue_policy", &[POLICY, ("Queue", "queue_url")]),
    row("AWS::SQS::QueuePolicy", "aws_sqs_queue_policy", &[POLICY, ("Queues", "queue_url")]),
    row("AWS::SSO::PermissionSet", "aws_ssoadmin_permission_set_inline_policy", &[("Name", "permission_set_arn")]),
    row("AWS::SageMaker::NotebookInstance", "aws_sagemaker_notebook_instance", &[("NotebookInstanceName", "name")]),
    row(
        "AWS::SecretsManager::ResourcePolicy",
        "aws_secretsmanager_secret_policy",
        &[("ResourcePolicy", "policy"), ("SecretId", "secret_arn")],
    ),
    row("AWS::StepFunctions::StateMachine", "aws_sfn_state_machine", &[("StateMachineName", "name")]),
    row("AWS::VpcLattice::AuthPolicy", "aws_vpclattice_auth_policy", &[]),
    row("AWS::VpcLattice::ResourcePolicy", "aws_vpclattice_resource_policy", &[]),
    row("AWS::XRay::ResourcePolicy", "aws_xray_resource_policy", &[]),
];

/// The mapping of a type.
pub(super) fn find(name: &str) -> Option<&'static Type> {
    let at = TYPES.binary_search_by(|row| row.name.cmp(name)).ok()?;
    TYPES.get(at)
}

/// The classes of Pulumi's `aws_native`, which are these types with their properties in
/// snake case, as a table of its kind: path, Terraform type, arguments.
pub(in crate::carrier) fn native_table() -> String {
    let mut rows: Vec<String> = Vec::with_capacity(TYPES.len());
    for row in TYPES {
        let mut parts = row.name.split("::").skip(1);
        let (Some(service), Some(class)) = (parts.next(), parts.next()) else { continue };
        let module = match service.to_ascii_lowercase().as_str() {
            "lambda" => "lambda_".to_owned(),
            module => module.to_owned(),
        };
        let names: Vec<String> = row.renamed.iter().map(|(from, to)| format!("{}>{to}", snake(from))).collect();
        rows.push(format!("{module}.{class}\t{}\t{}", row.terraform, names.join(" ")));
    }
    rows.sort();
    rows.join("\n")
}

/// `ManagedPolicyArns` → `managed_policy_arns`
pub(super) fn snake(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    let mut before = None;
    let mut characters = name.chars().peekable();
    while let Some(character) = characters.next() {
        let starts = character.is_ascii_uppercase()
            && before.is_some_and(|b: char| {
                b.is_ascii_lowercase()
                    || b.is_ascii_digit()
                    || b.is_ascii_uppercase() && characters.peek().is_some_and(char::is_ascii_lowercase)
            });
        if starts {
            out.push('_');
        }
        out.push(character.to_ascii_lowercase());
        before = Some(character);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_for_lookup() {
        assert!(TYPES.is_sorted_by(|a, b| a.name < b.name));
    }

    #[test]
    fn names_become_snake_case() {
        let table = [
            ("ManagedPolicyArns", "managed_policy_arns"),
            ("KMSKeyId", "kms_key_id"),
            ("Path", "path"),
            ("IPv6", "i_pv6"),
        ];
        for (name, expected) in table {
            assert_eq!(snake(name), expected);
        }
    }
}
