use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    if !context.facts.deny {
        return;
    }
    for condition in context.facts.conditions.iter().filter(|c| c.operator == "stringnotequals") {
        let who = matches!(
            condition.key.as_str(),
            "aws:principalarn" | "aws:userid" | "aws:principalorgid" | "aws:principalaccount"
        );
        for (_, node) in condition.values().filter(|(value, _)| who && *value == "*") {
            sink.report(node.span, "`StringNotEquals` compares the letter `*`: this exempts nobody")
                .label("no principal is called `*`")
                .help("use `StringNotLike` or `ArnNotLike` with the principals that are meant");
        }
    }
}
