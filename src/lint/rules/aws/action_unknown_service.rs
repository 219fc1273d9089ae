use super::action_retired::RETIRED;
use crate::aws::catalog::catalog;
use crate::lint::{Check, Confidence, Severity, Sink, StatementContext, Traits};
use crate::suggest::closest;

pub(super) const CHECK: Check = Check::AwsStatement(check);

/// Prefixes that exist, or existed, and are neither in the reference nor known to be retired.
const UNLISTED: &[&str] = &[
    "alexaforbusiness",
    "application-cost-profiler",
    "awsmigrationhub",
    "iotthingsgraph",
    "macie",
    "sagemaker-groundtruth-synthetic",
];

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    if !context.facts.traits().any(Traits::NO_SERVICE) {
        return;
    }
    for action in &context.facts.actions {
        let prefix = action.service();
        let judged = action.item.text.is_known() && !prefix.is_empty() && !action.name().is_empty();
        if !judged
            || action.known_service().is_some()
            || prefix.contains(['*', '?', '$', ' ', '{', '<'])
            || UNLISTED.contains(&prefix)
            || RETIRED.iter().any(|(retired, _)| *retired == prefix)
        {
            continue;
        }
        let date = catalog().date();
        let near = closest(prefix, catalog().prefixes().iter().copied());
        let finding = sink.report(action.item.span, format!("`{prefix}` is no AWS service (as of {date})"));
        finding.label("matches nothing");
        match near {
            Some(near) => finding.help(format!("did you mean `{near}`?")),
            None => finding.confidence(Confidence::Low).severity(Severity::Low),
        };
    }
}
