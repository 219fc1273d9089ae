use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    let vpc = |key: &str| key.starts_with("aws:sourcevpc") || key.starts_with("aws:vpce");
    if !facts.allow || facts.statement.conditions_unknown || facts.conditions.iter().any(|c| vpc(&c.key)) {
        return;
    }
    for condition in facts.conditions_on("aws:vpcsourceip") {
        sink.report(condition.condition.key_span, "private addresses are the same in every VPC, a stranger's included")
            .help("pin `aws:SourceVpc` or `aws:SourceVpce` beside it");
    }
}
