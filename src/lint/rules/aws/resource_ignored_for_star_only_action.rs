use crate::lint::{Check, ResourceFact, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

/// Services that check such actions against `*` alone, as their refusals show. Others check what
/// lists against an ARN of the account, though their reference knows no resource for it:
/// `iam:ListUsers on resource: arn:aws:iam::111122223333:user/`, `…:table/*`, `…:stack/*/*`.
const BY_STAR: [&str; 6] = ["ec2", "ecs", "kms", "lambda", "secretsmanager", "tag"];

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    let open = facts.resources.iter().any(|resource| resource.all || !resource.item.text.is_known());
    let listed = facts.statement.resource.as_ref().is_some_and(|list| !list.unknown);
    if !context.grants() || facts.not_action || facts.not_resource || !listed || open || facts.resources.is_empty() {
        return;
    }
    for action in facts.actions.iter().filter(|action| !action.wildcard && action.item.text.is_known()) {
        let Some((_, known)) = action.known() else { continue };
        let may_be_asked = || {
            let own = |r: &&ResourceFact<'_>| r.field(2) == Some(action.service());
            !BY_STAR.contains(&action.service()) && facts.resources.iter().filter(own).any(names_none)
        };
        if !known.takes_resource() && !may_be_asked() {
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

/// Whether an ARN pattern ends in a wildcard for a whole name: all of an account, of a type
/// (`user/*`), of a path.
fn names_none(resource: &ResourceFact<'_>) -> bool {
    let Some(rest) = resource.field(5) else { return true };
    let last = rest.rsplit(['/', ':']).next().unwrap_or(rest);
    !last.is_empty() && last.bytes().all(|byte| byte == b'*')
}
