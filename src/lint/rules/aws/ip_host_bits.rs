use super::condition_common::{Block, Family, family, texts};
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    for condition in &context.facts.conditions {
        if family(condition) != Some(Family::Ip) {
            continue;
        }
        for (value, span) in texts(condition) {
            let Some(block) = Block::parse(&value).filter(|block| block.network() != block.address) else { continue };
            let whole = format!("{}/{}", block.network(), block.prefix);
            sink.report(span, format!("`{value}` means all of `{whole}`")).label("bits below the mask are ignored");
        }
    }
}
