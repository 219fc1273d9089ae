use super::condition_common::{Block, Family, family, texts};
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    for condition in &context.facts.conditions {
        if family(condition) != Some(Family::Ip) || condition.negated {
            continue;
        }
        for (value, span) in texts(condition) {
            if Block::parse(&value).is_some_and(|block| block.prefix <= 1) {
                sink.report(span, format!("`{value}` lets every address pass")).label("no limit");
            }
        }
    }
}
