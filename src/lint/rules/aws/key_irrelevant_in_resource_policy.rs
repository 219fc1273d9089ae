use crate::aws::document::PolicyKind;
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

/// Keys about the resource that its own policy need not ask for, in lower case, with what
/// is likely meant.
const KEYS: &[(&str, &str)] = &[
    ("aws:resourceorgid", "aws:PrincipalOrgID"),
    ("aws:resourceorgpaths", "aws:PrincipalOrgPaths"),
    ("aws:resourceaccount", "aws:PrincipalAccount"),
    ("s3:resourceaccount", "aws:PrincipalAccount"),
];

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    if context.kind() != PolicyKind::Resource || context.document().policy.kind_guessed {
        return;
    }
    for condition in facts.conditions.iter().filter(|condition| condition.operator != "null") {
        let Some((_, instead)) = KEYS.iter().find(|(key, _)| *key == condition.key) else { continue };
        // compared with what the caller is, it does say something
        if condition.values().any(|(value, _)| value.contains("${")) {
            continue;
        }
        let key = condition.condition.key.display();
        sink.report(
            condition.condition.key_span,
            format!("`{key}` is always that of the resource this policy is on: it says nothing of who calls"),
        )
        .label("the same for every request")
        .help(format!("`{instead}` is about the caller"));
    }
}
