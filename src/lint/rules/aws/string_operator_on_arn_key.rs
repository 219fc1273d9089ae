use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

/// Keys that tell who calls, or for what, in lower case.
const KEYS: &[&str] = &["aws:principalarn", "aws:sourcearn", "aws:sourceidentityarn", "aws:sourcevpcarn"];

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    for condition in
        context.facts.conditions.iter().filter(|c| matches!(c.operator.as_str(), "stringlike" | "stringnotlike"))
    {
        // where a value that is too wide lets more in
        let opens = if condition.negated { context.facts.deny } else { context.facts.allow };
        if !opens || !KEYS.contains(&condition.key.as_str()) {
            continue;
        }
        let inner = |value: &str| value.trim_end_matches('*').contains(['*', '?']) && !value.ends_with(":root");
        if condition.values().any(|(value, _)| value.starts_with("arn:") && inner(value)) {
            let (operator, name) = (condition.condition.operator.display(), condition.condition.key.display());
            sink.report(
                condition.condition.key_span,
                format!("`{name}` holds ARNs, and `*` of `{operator}` runs past the fields it stands in"),
            )
            .help(format!("use `{}`", if condition.negated { "ArnNotLike" } else { "ArnLike" }));
        }
    }
}
