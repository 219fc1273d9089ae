use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    for condition in facts.conditions_on("s3:prefix").filter(|c| c.operator != "null") {
        if (facts.deny && !condition.negated) || (facts.allow && condition.negated) {
            sink.report(condition.condition.key_span, "a listing with a shorter prefix, or none, shows the same keys")
                .help("allow the prefixes that are meant instead");
        }
    }
}
