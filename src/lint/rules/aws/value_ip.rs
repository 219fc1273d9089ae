use super::condition_common::{Block, Family, family, report_form, texts};
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    for condition in &context.facts.conditions {
        if family(condition) != Some(Family::Ip) {
            continue;
        }
        for (value, span) in texts(condition) {
            if Block::parse(&value).is_none() {
                report_form(&value, span, "address or CIDR block", sink);
            }
        }
    }
}
