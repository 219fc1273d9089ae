//! Actions that the service does not have.

use crate::aws::catalog::{Service, catalog};
use crate::lint::{ActionFact, Sink};
use crate::suggest::closest;

/// API operations that are no IAM actions, with the action that allows them, in lower
/// case. Source: each service's API reference, section on required permissions.
const API_NAMES: &[(&str, &str)] = &[
    ("s3:listobjects", "s3:ListBucket"),
    ("s3:listobjectsv2", "s3:ListBucket"),
    ("s3:headbucket", "s3:ListBucket"),
    ("s3:headobject", "s3:GetObject"),
    ("s3:copyobject", "s3:GetObject and s3:PutObject"),
    ("s3:uploadpart", "s3:PutObject"),
    ("s3:uploadpartcopy", "s3:PutObject"),
    ("s3:createmultipartupload", "s3:PutObject"),
    ("s3:completemultipartupload", "s3:PutObject"),
    ("s3:listbuckets", "s3:ListAllMyBuckets"),
    ("s3:deleteobjects", "s3:DeleteObject"),
    ("s3:getbucketlifecycle", "s3:GetLifecycleConfiguration"),
    ("s3:putbucketlifecycle", "s3:PutLifecycleConfiguration"),
    ("s3:listmultipartuploads", "s3:ListBucketMultipartUploads"),
    ("s3:listparts", "s3:ListMultipartUploadParts"),
    ("s3:listobjectversions", "s3:ListBucketVersions"),
    ("s3:selectobjectcontent", "s3:GetObject"),
    ("s3:getbucketencryption", "s3:GetEncryptionConfiguration"),
    ("s3:putbucketencryption", "s3:PutEncryptionConfiguration"),
    ("s3:deletebucketencryption", "s3:PutEncryptionConfiguration"),
    ("s3:getbucketreplication", "s3:GetReplicationConfiguration"),
    ("bedrock:converse", "bedrock:InvokeModel"),
    ("bedrock:conversestream", "bedrock:InvokeModelWithResponseStream"),
    ("lambda:invoke", "lambda:InvokeFunction"),
    ("sqs:sendmessagebatch", "sqs:SendMessage"),
    ("sqs:deletemessagebatch", "sqs:DeleteMessage"),
    ("sqs:changemessagevisibilitybatch", "sqs:ChangeMessageVisibility"),
    ("sns:publishbatch", "sns:Publish"),
    ("dynamodb:transactgetitems", "dynamodb:GetItem"),
    ("dynamodb:transactwriteitems", "dynamodb:PutItem, UpdateItem, DeleteItem and ConditionCheckItem"),
    ("dynamodb:executestatement", "dynamodb:PartiQLSelect and its siblings"),
    ("iam:getrolepolicies", "iam:ListRolePolicies"),
];

/// What AWS itself writes though the reference does not have it: the default policy of every
/// topic lists the first, and the examples made from that; `MediaLive` needs the
/// others in the role that it takes flows with. Source: AWS CDK RFCs, constructs for `MediaLive`.
const WRITTEN_BY_AWS: [&str; 4] = [
    "sns:receive",
    "mediaconnect:managedaddoutput",
    "mediaconnect:manageddescribeflow",
    "mediaconnect:managedremoveoutput",
];

/// Whether the action names a service that exists and no action of it.
pub(super) fn unknown(action: &ActionFact<'_>) -> bool {
    // what the catalogue has, as most are, is told first
    if action.wildcard || !action.held().is_empty() || action.known_service().is_none() {
        return false;
    }
    let passed = action.name().is_empty() || WRITTEN_BY_AWS.contains(&action.lower.as_str());
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    !passed && action.item.text.is_known() && action.name().bytes().all(plain)
}

/// Reports it with what was meant.
pub(super) fn report(action: &ActionFact<'_>, sink: &mut Sink<'_>, effect: &str) {
    let shown = action.item.text.display();
    let instead = API_NAMES.iter().find(|(name, _)| *name == action.lower.as_str()).map(|(_, instead)| *instead);
    if let Some(instead) = instead {
        let message = format!("`{shown}` is an API operation and no IAM action: {effect}");
        sink.report(action.item.span, message).label("matches nothing").help(format!("the operation needs {instead}"));
        return;
    }
    let Some(service) = catalog().service(action.service()) else { return };
    let message =
        format!("`{}` has no action `{}` (as of {}): {effect}", service.prefix, name_of(&shown), catalog().date());
    let finding = sink.report(action.item.span, message);
    finding.label("matches nothing");
    if let Some(meant) = action.meant(|name| meant(service, name)) {
        finding.help(format!("did you mean `{meant}`?"));
    }
}

/// The action that is likely meant by a name that the service does not have.
fn meant(service: &Service, name: &str) -> Option<String> {
    let near = closest(name, service.actions.iter().map(|known| known.name.as_str()));
    near.map(|near| format!("{}:{near}", service.prefix)).or_else(|| elsewhere(service.prefix.as_str(), name))
}

/// The action of that name of the one other service that has it. Names that several
/// services have tell nothing.
fn elsewhere(prefix: &str, name: &str) -> Option<String> {
    let name = name.to_ascii_lowercase();
    let others = catalog().prefixes().iter().filter(|other| **other != prefix);
    let mut found = others.filter_map(|other| Some((other, catalog().service(other)?.action(&name)?)));
    let (service, action) = found.next()?;
    found.next().is_none().then(|| format!("{service}:{}", action.name))
}

fn name_of(action: &str) -> &str {
    action.split_once(':').map_or(action, |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::elsewhere;

    #[test]
    fn an_action_of_one_other_service_is_meant() {
        let table = [
            ("kinesis", "PutRecordBatch", Some("firehose:PutRecordBatch")),
            ("ec2", "invokefunction", Some("lambda:InvokeFunction")),
            // many services have it
            ("s3", "ListTagsForResource", None),
            ("s3", "NoSuchThing", None),
        ];
        for (prefix, name, meant) in table {
            assert_eq!(elsewhere(prefix, name).as_deref(), meant, "{prefix}:{name}");
        }
    }
}
