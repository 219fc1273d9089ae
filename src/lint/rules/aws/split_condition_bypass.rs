use super::redundancy_common as redundancy;
use crate::aws::document::statement_name;
use crate::lint::{Check, DocumentContext, Severity, Sink};

pub(super) const CHECK: Check = Check::AwsDocument(check);

fn check(context: &DocumentContext<'_>, sink: &mut Sink<'_>) {
    if !context.statements.iter().any(|facts| facts.allow && facts.conditional) {
        return;
    }
    for found in context.facts.needless_allows() {
        if !redundancy::bypassed(context, found) {
            continue;
        }
        let Some(facts) = context.statements.get(found.statement) else { continue };
        let Some(span) = facts.statement.condition_span else { continue };
        let reads = facts.actions.iter().all(|item| reads(&item.lower));
        let severity = if reads { Severity::Low } else { sink.severity() };
        let finding = sink.report(
            span,
            "this condition has no effect: the policy allows the same actions on the same resources without it",
        );
        finding
            .label("restricts nothing")
            .severity(severity)
            .help("take the actions out of the other statement, or drop this one if no condition is meant");
        finding.unit = facts.statement.span;
        finding.unit_name = statement_name(found.statement, facts.statement);
        for by in &found.by {
            if let Some(other) = context.statements.get(*by) {
                finding.related(redundancy::place(other), "allowed here without condition");
            }
        }
    }
}

/// Whether an action or pattern only lists or describes.
fn reads(action: &str) -> bool {
    let name = action.split_once(':').map_or("", |(_, name)| name);
    ["get", "list", "describe", "batchget", "search", "lookup"].iter().any(|verb| name.starts_with(verb))
}
