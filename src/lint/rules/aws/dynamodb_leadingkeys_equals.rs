use crate::lint::{Check, Quantifier, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    if !context.facts.allow {
        return;
    }
    let any = |c: &&crate::lint::ConditionFact<'_>| c.quantifier == Quantifier::ForAny && !c.negated;
    for condition in context.facts.conditions_on("dynamodb:leadingkeys").filter(any) {
        sink.report(
            condition.condition.operator_span,
            "one own key in a batch is enough: the rest may be the keys of others",
        )
        .help("use `ForAllValues:StringEquals`");
    }
}
