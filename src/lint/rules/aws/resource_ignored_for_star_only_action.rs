use crate::lint::{Check, ResourceFact, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

/// Services that check actions which list against an ARN of the account, though their reference
/// knows no resource for them, as their refusals show: `iam:ListUsers on resource:
/// arn:aws:iam::111122223333:user/`, `dynamodb:ListTables on resource: …:table/*`.
const LISTS_BY_ARN: [&str; 8] = ["cloudformation", "dynamodb", "eks", "iam", "s3", "sns", "sqs", "states"];

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    let open = facts.resources.iter().any(|resource| resource.all || !resource.item.text.is_known());
    let listed = facts.statement.resource.as_ref().is_some_and(|list| !list.unknown);
    if !context.grants() || facts.not_action || facts.not_resource || !listed || open || facts.resources.is_empty() {
        return;
    }
    for action in facts.actions.iter().filter(|action| !action.wildcard && action.item.text.is_known()) {
        let Some((_, known)) = action.known() else { continue };
        let by_arn = LISTS_BY_ARN.contains(&action.service());
        let all_of_a_type =
            || by_arn && facts.resources.iter().any(|r| r.field(2) == Some(action.service()) && names_none(r));
        if !known.takes_resource() && !all_of_a_type() {
            let shown = action.item.text.display();
            sink.report(
                action.item.span,
                format!("`{shown}` can only be allowed on `*`, so this statement does not grant it"),
            )
            .related(facts.statement.resource.as_ref().map_or(action.item.span, |list| list.span), "never `*`")
            .help("allow it in a statement of its own with `Resource: \"*\"`, or take it out");
        }
    }
}

/// Whether an ARN pattern stands for all of an account, or all of one type (`user/*`).
fn names_none(resource: &ResourceFact<'_>) -> bool {
    let Some(rest) = resource.field(5) else { return true };
    let name = rest.split_once(['/', ':']).map_or(rest, |(_, name)| name);
    name.contains('*') && name.bytes().all(|byte| matches!(byte, b'*' | b'/' | b':'))
}
