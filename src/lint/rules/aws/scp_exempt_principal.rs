use super::condition_common::texts;
use crate::aws::document::PolicyKind;
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    if context.kind() != PolicyKind::Scp || !facts.deny {
        return;
    }
    for condition in facts.conditions.iter().filter(|condition| condition.pins()) {
        let values = || texts(condition).into_iter().map(|(value, _)| value);
        let whom = match condition.key.as_str() {
            "aws:principalarn" => {
                let linked = |value: &String| value.contains(":role/aws-service-role/");
                (values().count() > 0 && values().all(|value| linked(&value))).then_some("service-linked roles")
            }
            "aws:principalisawsservice" => values().any(|value| value == "true").then_some("AWS services"),
            "aws:principalservicename" => Some("AWS services"),
            _ => None,
        };
        if let Some(whom) = whom {
            sink.report(
                condition.condition.key_span,
                format!("service control policies do not bind {whom}, so this denies nothing"),
            )
            .label("never denied")
            .help("use a resource control policy, or the policy of the resource");
        }
    }
}
