use super::condition_common::{Block, Family, family, texts};
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    for condition in &context.facts.conditions {
        if condition.key != "aws:sourceip" || family(condition) != Some(Family::Ip) {
            continue;
        }
        let values = texts(condition);
        let private = |value: &str| Block::parse(value).is_some_and(Block::is_private);
        if values.iter().all(|(value, _)| private(value)) {
            continue;
        }
        for (value, span) in values.iter().filter(|(value, _)| private(value)) {
            sink.report(*span, format!("`{value}` is private, and `aws:SourceIp` never is")).label("never matches");
        }
    }
}
