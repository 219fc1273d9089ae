use crate::lint::{Check, Quantifier, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

/// Keys whose documented use is `ForAllValues` without a test of presence.
const DOCUMENTED: &[&str] = &["aws:tagkeys", "dynamodb:leadingkeys", "dynamodb:attributes"];

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    if !facts.allow || facts.statement.conditions_unknown {
        return;
    }
    for condition in facts.conditions.iter().filter(|c| c.quantifier == Quantifier::ForAll && !c.negated) {
        let tested = facts.conditions_on(&condition.key).any(|other| other.operator == "null");
        let multi = condition.key.starts_with("aws:") && condition.known().is_some_and(|k| k.kind.multi);
        if multi && !tested && !DOCUMENTED.contains(&condition.key.as_str()) {
            let name = condition.condition.key.display();
            sink.report(condition.condition.operator_span, format!("a request without `{name}` passes this test"))
                .label("true where the key is absent")
                .help(format!("add `\"Null\": {{\"{name}\": \"false\"}}`"));
        }
    }
}
