use crate::lint::{Check, Quantifier, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    if !facts.allow || facts.statement.conditions_unknown {
        return;
    }
    for condition in facts.conditions.iter().filter(|condition| condition.quantifier == Quantifier::ForAll) {
        let tested = facts.conditions_on(&condition.key).any(|other| other.operator == "null");
        let single = condition.known().is_some_and(|key| !key.kind.multi);
        if single && !tested && !condition.key.ends_with(":sub") && !condition.key.ends_with(":aud") {
            let name = condition.condition.key.display();
            sink.report(condition.condition.operator_span, format!("a request without `{name}` passes this test"))
                .label("true where the key is absent")
                .help("drop `ForAllValues:`; the key holds one value");
        }
    }
}
