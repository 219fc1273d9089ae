use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

const PARTITIONS: &[&str] =
    &["aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "aws-eusc"];

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    for resource in context.facts.resources.iter().filter(|resource| resource.item.text.is_known()) {
        let (Some("arn"), Some(partition), Some(_)) = (resource.field(0), resource.field(1), resource.field(2)) else {
            continue;
        };
        let variable = partition.is_empty() || partition.contains(['*', '?', '$', '{', '<']);
        if !variable && !PARTITIONS.contains(&partition) {
            sink.report(resource.item.span, format!("`{partition}` is no AWS partition"))
                .label("matches nothing")
                .help("write `aws`");
        }
    }
}
