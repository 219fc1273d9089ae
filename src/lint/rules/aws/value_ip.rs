use super::condition_common::{Block, Family, family, texts};
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    for condition in &context.facts.conditions {
        if family(condition) != Some(Family::Ip) {
            continue;
        }
        for (value, span) in texts(condition) {
            if Block::parse(&value).is_none() {
                sink.report(span, format!("`{value}` is neither an address nor a CIDR block")).label("matches nothing");
            }
        }
    }
}
