use super::resource_common::{everybody, service_of};
use crate::lint::{Check, Confidence, Sink, StatementContext};
use crate::source::HOLE;

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    if !facts.deny || facts.conditional || !everybody(facts) || service_of(context.document()) != Some("s3") {
        return;
    }
    let Some(action) = facts.applies_to("s3:putbucketpolicy") else { return };
    // an ARN that is wholly a reference is that of the bucket: those of objects have a slash
    let whole = |text: &str| text.chars().eq([HOLE]);
    let named = |text: &str| text.splitn(6, ':').nth(5).is_some_and(|name| !name.contains('/'));
    let bucket = facts.resources.iter().any(|r| r.all || whole(r.text) || named(r.text));
    // of what is an expression the bucket is most likely part: its objects are written `…/*`
    let maybe = facts.statement.resource.as_ref().is_some_and(|list| list.unknown);
    if (bucket || maybe) && !facts.not_resource {
        let finding =
            sink.report(action, "nobody can change this policy any more: only the account's root user can remove it");
        finding.label("denied to everybody").help("exempt an administrator by `ArnNotLike` on `aws:PrincipalArn`");
        if !bucket {
            finding.confidence(Confidence::Medium);
        }
    }
}
