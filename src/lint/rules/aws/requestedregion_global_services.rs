use super::condition_common::{all_known, texts};
use crate::lint::{ActionFact, Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    let everything = !facts.not_action && facts.actions.iter().any(ActionFact::is_all);
    if !facts.deny || !everything {
        return;
    }
    for condition in facts.conditions_on("aws:requestedregion").filter(|c| c.negated && all_known(c)) {
        let global = |value: &str| {
            value == "us-east-1" || value.contains('*') || value.starts_with("us-gov") || value.starts_with("cn-")
        };
        if !texts(condition).iter().any(|(value, _)| global(value)) {
            sink.report(
                condition.condition.key_span,
                "this also denies IAM, Route 53, CloudFront and other global services, which answer in `us-east-1`",
            )
            .help("use `NotAction` with the global services");
        }
    }
}
