use super::condition_common::texts;
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    for condition in context.facts.conditions.iter().filter(|condition| condition.condition.values.len() > 1) {
        let values = texts(condition);
        for (index, (value, span)) in values.iter().enumerate() {
            if let Some((_, first)) = values.iter().take(index).find(|(other, _)| other == value) {
                sink.report(*span, format!("`{value}` is listed twice")).related(*first, "listed here first");
            }
        }
    }
}
