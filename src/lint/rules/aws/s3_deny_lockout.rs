use super::resource_common::{everybody, service_of};
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    if !facts.deny || facts.conditional || !everybody(facts) || service_of(context.document) != Some("s3") {
        return;
    }
    let Some(action) = facts.applies_to("s3:putbucketpolicy").filter(|_| !facts.not_action) else { return };
    let bucket =
        facts.resources.iter().any(|r| r.all || r.text.splitn(6, ':').nth(5).is_some_and(|n| !n.contains('/')));
    if bucket && !facts.not_resource {
        sink.report(action, "nobody can change this policy any more: only the account's root user can remove it")
            .label("denied to everybody")
            .help("exempt an administrator by `ArnNotLike` on `aws:PrincipalArn`");
    }
}
