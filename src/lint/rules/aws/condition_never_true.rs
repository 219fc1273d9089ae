use rustc_hash::FxHashSet;

use crate::aws::condition::contradictions;
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = &context.facts.conditions;
    let mut seen = FxHashSet::default();
    if facts.iter().all(|condition| seen.insert(condition.key.as_str())) {
        return;
    }
    let conditions = &context.facts.statement.conditions;
    for (last, others) in contradictions(conditions, context.has_variables()) {
        let Some(condition) = conditions.get(last) else { continue };
        let name = condition.key.display();
        let tests = if others.len() == 1 { "both tests".to_owned() } else { format!("all {} tests", others.len() + 1) };
        let report = sink.report(
            condition.operator_span,
            format!("no value of `{name}` passes {tests}: the statement never applies"),
        );
        for other in others.iter().filter_map(|at| conditions.get(*at)) {
            report.related(other.operator_span, "the other test");
        }
    }
}
