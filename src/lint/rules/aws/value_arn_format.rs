use super::condition_common::texts;
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    for condition in context.facts.conditions.iter().filter(|c| c.operator.starts_with("arn")) {
        // tags hold any text
        if condition.key.contains("tag/") {
            continue;
        }
        for (value, span) in texts(condition) {
            let placeholder = value.contains(['<', '{', '$', '%', '*', '?']);
            if !value.starts_with("arn:") && !placeholder {
                let operator = condition.condition.operator.display();
                sink.report(span, format!("`{operator}` compares ARNs, and `{value}` is none"))
                    .label("matches nothing")
                    .help("write the whole ARN, or use a text operator");
            }
        }
    }
}
