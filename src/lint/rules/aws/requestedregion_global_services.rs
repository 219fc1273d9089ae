use super::condition_common::{all_known, texts};
use crate::aws::document::PolicyKind;
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    let everything = !facts.not_action && facts.actions.iter().any(|action| action.is_all());
    // the policy of a resource is about its own service, an RCP about the few that have RCPs,
    // and what comes through an endpoint stays in the endpoint's Region
    let whole =
        matches!(context.kind(), PolicyKind::Identity | PolicyKind::Boundary | PolicyKind::Session | PolicyKind::Scp);
    let network =
        |key: &str| matches!(key, "aws:sourcevpc" | "aws:sourcevpce" | "aws:sourcevpcarn" | "aws:vpcsourceip");
    if !facts.deny || !everything || !whole || facts.conditions.iter().any(|c| !c.negated && network(&c.key)) {
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
