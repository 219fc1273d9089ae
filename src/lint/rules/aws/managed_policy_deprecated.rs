use super::managed_common::attached;
use crate::aws::managed_policy;
use crate::lint::{Check, Inputs, Sink};

pub(super) const CHECK: Check = Check::Model(check);

/// Policies that AWS has withdrawn, and what it names in their place.
/// Source: the services' guides, sections "updates to AWS managed policies".
const WITHDRAWN: &[(&str, &str)] = &[
    ("AWSBackupAdminPolicy", "AWSBackupFullAccess"),
    ("AWSBackupOperatorPolicy", "AWSBackupOperatorAccess"),
    ("AWSCloudTrailFullAccess", "AWSCloudTrail_FullAccess"),
    ("AWSCloudTrailReadOnlyAccess", "AWSCloudTrail_ReadOnlyAccess"),
    ("AWSCodePipelineFullAccess", "AWSCodePipeline_FullAccess"),
    ("AWSCodePipelineReadOnlyAccess", "AWSCodePipeline_ReadOnlyAccess"),
    ("AWSConfigRole", "AWS_ConfigRole"),
    ("AWSElasticBeanstalkFullAccess", "AdministratorAccess-AWSElasticBeanstalk"),
    ("AWSElasticBeanstalkReadOnlyAccess", "AWSElasticBeanstalkReadOnly"),
    ("AWSLambdaFullAccess", "AWSLambda_FullAccess"),
    ("AWSLambdaReadOnlyAccess", "AWSLambda_ReadOnlyAccess"),
    ("AWSOpsWorksFullAccess", "AWSOpsWorks_FullAccess"),
    ("AmazonConnectFullAccess", "AmazonConnect_FullAccess"),
    ("AmazonEC2ContainerServiceFullAccess", "AmazonECS_FullAccess"),
    ("AmazonEC2SpotFleetRole", "AmazonEC2SpotFleetTaggingRole"),
    ("AmazonElasticTranscoderFullAccess", "AmazonElasticTranscoder_FullAccess"),
    ("AmazonMachineLearningRoleforRedshiftDataSource", "AmazonMachineLearningRoleforRedshiftDataSourceV3"),
    ("ServiceCatalogAdminReadOnlyAccess", "AWSServiceCatalogAdminReadOnlyAccess"),
    ("ServiceCatalogEndUserAccess", "AWSServiceCatalogEndUserReadOnlyAccess"),
];

fn check(inputs: &Inputs<'_>, sink: &mut Sink<'_>) {
    for (declaration, place, span) in attached(inputs) {
        let name = place.rsplit('/').next().unwrap_or(place);
        let Some((_, instead)) = WITHDRAWN.iter().find(|(old, _)| *old == name) else { continue };
        let finding = sink.report(span, format!("AWS has withdrawn `{name}`: nothing can be given it any more"));
        let arn = managed_policy::arn(instead);
        finding.label("IAM refuses this").help(format!("attach `{arn}`, which is not the same: read it first"));
        finding.unit = declaration.span;
        finding.address = declaration.address.clone();
    }
}
