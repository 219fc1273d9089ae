use crate::aws::document::PolicyKind;
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    if context.kind() != PolicyKind::Rcp || !facts.deny || facts.statement.conditions_unknown {
        return;
    }
    let source = ["aws:sourceorgid", "aws:sourceaccount", "aws:sourceorgpaths", "aws:sourcearn"];
    let of_source = |c: &&crate::lint::ConditionFact<'_>| source.contains(&c.key.as_str());
    let Some(condition) = facts.conditions.iter().filter(of_source).find(|c| c.negated) else { return };
    let null = facts.conditions.iter().filter(of_source).any(|c| c.operator == "null");
    let service = facts.conditions_on("aws:principalisawsservice").next().is_some();
    if !(null && service) {
        let name = condition.condition.key.display();
        let missing = match (null, service) {
            (true, _) => "`\"Bool\": {\"aws:PrincipalIsAWSService\": \"true\"}`",
            (_, true) => "`\"Null\": {\"aws:SourceAccount\": \"false\"}`",
            _ => {
                "`\"Null\": {\"aws:SourceAccount\": \"false\"}` and `\"Bool\": {\"aws:PrincipalIsAWSService\": \"true\"}`"
            }
        };
        sink.report(
            condition.condition.key_span,
            format!("most requests have no `{name}`, and without it this denies them"),
        )
        .help(format!("add {missing}"));
    }
}
