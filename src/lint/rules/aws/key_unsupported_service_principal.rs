use crate::aws::document::PrincipalKind;
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

/// Keys about the caller that no service has when it calls by itself, in lower case, with
/// the key that says for whom it calls. Source: IAM, global condition context keys.
const KEYS: &[(&str, &str)] = &[
    ("aws:principalorgid", "aws:SourceOrgID"),
    ("aws:principalorgpaths", "aws:SourceOrgPaths"),
    ("aws:principalaccount", "aws:SourceAccount"),
];

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    if !facts.allow || !context.document().names_principals() {
        return;
    }
    let Some(principal) = facts.statement.principal.as_ref().filter(|p| !p.negated && !p.unknown && !p.star) else {
        return;
    };
    let service = |entry: &crate::aws::document::PrincipalEntry| entry.kind == PrincipalKind::Service;
    if principal.entries.is_empty() || !principal.entries.iter().all(service) {
        return;
    }
    for condition in facts.conditions.iter().filter(|condition| condition.pins()) {
        let Some((_, instead)) = KEYS.iter().find(|(key, _)| *key == condition.key) else { continue };
        let key = condition.condition.key.display();
        sink.report(
            condition.condition.key_span,
            format!("a service has no `{key}` when it calls by itself, so this grants nothing"),
        )
        .label("never in such a request")
        .related(principal.span, "only services")
        .help(format!("pin `{instead}`: for whom the service acts"));
    }
}
