use super::condition_common::texts;
use super::service_common::services;
use crate::aws::document::PolicyKind;
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    let other = ["aws:sourceaccount", "aws:sourceorgid", "aws:sourceorgpaths", "sts:externalid"];
    let trust = context.kind() == PolicyKind::Trust && facts.allow;
    if !trust || facts.pinned_by(&other) || services(facts).next().is_none() {
        return;
    }
    for condition in facts.conditions_on("aws:sourcearn").filter(|c| !c.negated && c.operator != "null") {
        for (value, span) in texts(condition) {
            let account = value.split(':').nth(4);
            if account.is_none_or(|account| account.is_empty() || account.contains(['*', '?'])) {
                sink.report(span, format!("`{value}` names no account: the like of it may be in anybody's"))
                    .help("pin `aws:SourceAccount` as well");
            }
        }
    }
}
