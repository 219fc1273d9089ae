use super::resource_common::service_of;
use super::service_common::{name, report_services, services, tells_source};
use crate::lint::{ActionFact, Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

/// Services that send no source when they use a key. Source: their guides.
const SILENT: &[&str] = &["events", "cloudwatch", "autoscaling", "ses", "delivery.logs", "codestar-notifications"];

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    if !facts.allow || service_of(context.document()) != Some("kms") || tells_source(facts) {
        return;
    }
    // what only shows the key does not use it: `kms:DescribeKey`
    if !facts.not_action && !facts.actions.iter().any(uses) {
        return;
    }
    let limits = ["kms:encryptioncontext*", "kms:viaservice", "kms:calleraccount", "kms:grantisforawsresource"];
    if facts.pinned_by(&limits) {
        return;
    }
    let deputies = services(facts).filter(|(_, text)| !name(text).is_some_and(|n| SILENT.contains(&n.as_str())));
    report_services(deputies, "use this key for any AWS account", sink, |finding| {
        finding.label("for whom?").help("pin `aws:SourceAccount`, `aws:SourceArn` or the encryption context");
    });
}

/// Whether an action may do more than show a key.
fn uses(action: &ActionFact<'_>) -> bool {
    action.is_all() || action.held().is_empty() || action.held().iter().any(|known| known.level.mutates())
}
