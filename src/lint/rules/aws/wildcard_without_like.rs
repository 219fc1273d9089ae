use super::condition_common::texts;
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    for condition in &context.facts.conditions {
        if !condition.operator.starts_with("string") || condition.operator.contains("like") {
            continue;
        }
        // subjects of OIDC tokens have a rule of their own
        if condition.key.ends_with(":sub") {
            continue;
        }
        for (value, span) in texts(condition).into_iter().filter(|(value, _)| value.contains('*') && value.len() > 1) {
            let operator = condition.condition.operator.display();
            let help = match (value.starts_with("arn:"), condition.negated) {
                (true, false) => "use `ArnLike`",
                (true, true) => "use `ArnNotLike`",
                (false, false) => "use `StringLike`",
                (false, true) => "use `StringNotLike`",
            };
            sink.report(span, format!("`{operator}` compares `{value}` letter by letter, `*` included"))
                .label(if condition.negated { "always passes" } else { "never matches" })
                .help(help);
        }
    }
}
