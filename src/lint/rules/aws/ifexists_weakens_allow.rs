use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

/// Keys that are there to keep others out and are absent for some of them.
const KEYS: &[&str] = &[
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:sourcearn",
    "aws:sourceaccount",
    "aws:sourceorgid",
    "aws:principalaccount",
];

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    if !facts.allow {
        return;
    }
    for condition in facts.conditions.iter().filter(|c| c.if_exists && !c.negated && KEYS.contains(&c.key.as_str())) {
        // the same key pinned without the suffix makes it harmless
        if facts.pinned_by(&[condition.key.as_str()]) {
            continue;
        }
        let name = condition.condition.key.display();
        sink.report(condition.condition.operator_span, format!("a request without `{name}` is allowed"))
            .label("true where the key is absent")
            .help("drop `IfExists`");
    }
}
