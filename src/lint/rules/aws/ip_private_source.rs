use super::condition_common::{Block, Family, all_known, family, texts};
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    for condition in &context.facts.conditions {
        if condition.key != "aws:sourceip" || family(condition) != Some(Family::Ip) || !all_known(condition) {
            continue;
        }
        let values = texts(condition);
        if !values.is_empty() && values.iter().all(|(value, _)| Block::parse(value).is_some_and(Block::is_private)) {
            let never =
                if condition.negated { "every request passes this test" } else { "no request passes this test" };
            sink.report(condition.condition.key_span, format!("`aws:SourceIp` is never a private address: {never}"))
                .related(condition.condition.values_span, "private addresses only")
                .help("use the public addresses of the network, or `aws:VpcSourceIp` with `aws:SourceVpc`");
        }
    }
}
