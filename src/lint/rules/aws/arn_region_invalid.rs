use super::service_common::is_region;
use crate::lint::{Check, Sink, StatementContext};
use crate::suggest::closest;

pub(super) const CHECK: Check = Check::AwsStatement(check);

/// Regions that a misspelt one may mean; new ones are recognised by their shape.
const REGIONS: &[&str] = &[
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "eu-central-1",
    "eu-central-2",
    "eu-north-1",
    "eu-south-1",
    "eu-south-2",
    "ap-south-1",
    "ap-south-2",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-east-1",
    "ca-central-1",
    "ca-west-1",
    "sa-east-1",
    "af-south-1",
    "me-south-1",
    "me-central-1",
    "il-central-1",
    "cn-north-1",
    "cn-northwest-1",
    "us-gov-east-1",
    "us-gov-west-1",
];

const SIDES: &[&str] =
    &["north", "south", "east", "west", "central", "northeast", "northwest", "southeast", "southwest"];

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    for resource in context.facts.resources.iter().filter(|resource| resource.item.text.is_known()) {
        let (Some("arn"), Some(region), Some(_)) = (resource.field(0), resource.field(3), resource.field(5)) else {
            continue;
        };
        let plain = region.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        let shaped = is_region(region) && region.split('-').any(|part| SIDES.contains(&part));
        if region.is_empty() || !plain || shaped || !region.bytes().any(|b| b.is_ascii_digit()) {
            continue;
        }
        if let Some(near) = closest(region, REGIONS.iter().copied()) {
            sink.report(resource.item.span, format!("`{region}` is no Region"))
                .label("matches nothing")
                .help(format!("did you mean `{near}`?"));
        }
    }
}
