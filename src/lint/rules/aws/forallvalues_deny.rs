use crate::aws::document::PolicyKind;
use crate::lint::{Check, Quantifier, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    if !facts.deny || facts.statement.conditions_unknown {
        return;
    }
    // what an RCP is about is always a resource of an account of the organization
    let rcp = context.kind() == PolicyKind::Rcp;
    let there = |key: &str| rcp && (key.starts_with("aws:resourceorg") || key == "aws:resourceaccount");
    for condition in
        facts.conditions.iter().filter(|c| c.quantifier == Quantifier::ForAll && !c.negated && c.operator != "null")
    {
        if !there(&condition.key) && !facts.conditions_on(&condition.key).any(|other| other.operator == "null") {
            let name = condition.condition.key.display();
            sink.report(condition.condition.operator_span, format!("this also denies every request without `{name}`"))
                .label("true where the key is absent")
                .help("use `ForAnyValue:`");
        }
    }
}
