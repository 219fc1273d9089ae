use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

/// Keys about the holder of an identity policy that are the same in all its requests, in
/// lower case, with what is likely meant.
const KEYS: &[(&str, &str)] =
    &[("aws:principalorgid", "aws:ResourceOrgID"), ("aws:principalorgpaths", "aws:ResourceOrgPaths")];

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    if !context.grants() || context.document().policy.kind_guessed {
        return;
    }
    for condition in &facts.conditions {
        let Some((_, instead)) = KEYS.iter().find(|(key, _)| *key == condition.key) else { continue };
        let key = condition.condition.key.display();
        sink.report(
            condition.condition.key_span,
            format!("`{key}` is about the holder of this policy and not about what it reaches: `{instead}` is"),
        )
        .label("the same for every request")
        .help(format!("pin `{instead}` to keep the holder to resources of your own organization"));
    }
}
