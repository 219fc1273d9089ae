use crate::aws::document::statement_name;
use crate::lint::{Check, ConditionFact, DocumentContext, Quantifier, Sink, StatementFacts};

pub(super) const CHECK: Check = Check::AwsDocument(check);

fn check(context: &DocumentContext<'_>, sink: &mut Sink<'_>) {
    for (index, later) in context.statements.iter().enumerate() {
        let Some(second) = only(later) else { continue };
        let earlier = context.statements.iter().take(index).find(|earlier| {
            earlier.allow == later.allow
                && earlier.deny == later.deny
                && only(earlier).is_some_and(|first| apart(first, second))
                && overlap(earlier, later)
        });
        let Some(earlier) = earlier else { continue };
        let Some(first) = only(earlier) else { continue };
        let word = if later.allow { "allows" } else { "denies" };
        let key = second.condition.key.display();
        let message = format!(
            "one of the two statements {word} whatever the value of `{key}` is: no value is in both lists, and each spares only its own"
        );
        let finding = sink.report(second.condition.values_span, message);
        finding.label("spared here only").related(first.condition.values_span, "and these there only");
        finding.unit = later.statement.span;
        finding.unit_name = statement_name(index, later.statement);
    }
}

/// The only condition of a statement, if it spares some values of a key.
fn only<'f, 'd>(facts: &'f StatementFacts<'d>) -> Option<&'f ConditionFact<'d>> {
    let [condition] = facts.conditions.as_slice() else { return None };
    let exact =
        matches!(condition.operator.as_str(), "stringnotequals" | "stringnotlike" | "arnnotequals" | "arnnotlike");
    let plain =
        condition.condition.values.iter().all(|node| node.as_str().is_some_and(|text| !text.contains(['*', '?', '$'])));
    let whole = !facts.statement.conditions_unknown && !condition.condition.values.is_empty();
    (exact && plain && whole && condition.quantifier == Quantifier::None).then_some(condition)
}

fn apart(a: &ConditionFact<'_>, b: &ConditionFact<'_>) -> bool {
    a.key == b.key && !a.values().any(|(value, _)| b.values().any(|(other, _)| other.eq_ignore_ascii_case(value)))
}

/// Whether both are about some of the same actions and resources, for everybody alike.
fn overlap(a: &StatementFacts<'_>, b: &StatementFacts<'_>) -> bool {
    let principals = |facts: &StatementFacts<'_>| facts.statement.principal.is_none() || facts.anyone().is_some();
    let actions = (a.not_action && b.not_action)
        || (!a.not_action && !b.not_action && a.actions.iter().any(|x| b.actions.iter().any(|y| y.meets(&x.lower))));
    let resources = (a.resources.is_empty() && b.resources.is_empty())
        || (!a.not_resource
            && !b.not_resource
            && a.resources.iter().any(|x| b.resources.iter().any(|y| y.meets(x.text))));
    principals(a) && principals(b) && actions && resources
}
