use crate::lint::{Check, ResourceFact, Severity, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    if !context.grants() || facts.not_action || facts.not_resource {
        return;
    }
    let Some(resource) = facts.resources.iter().find(|resource| open_start(resource)) else { return };
    if facts.pinned_by(&["aws:resourceaccount", "aws:resourceorgid", "aws:resourceorgpaths", "s3:resourceaccount"]) {
        return;
    }
    let writes = facts.actions.iter().find(|action| action.meets("s3:putobject"));
    let reads = facts.actions.iter().find(|action| action.meets("s3:getobject"));
    let Some(action) = writes.or(reads) else { return };
    let shown = resource.item.text.display();
    let risk = if writes.is_some() {
        "what is written may go to a stranger's bucket of such a name"
    } else {
        "what is read may come from a stranger's bucket of such a name"
    };
    let severity = if writes.is_some() { sink.severity() } else { Severity::Low };
    sink.report(resource.item.span, format!("`{shown}` starts with a wildcard: {risk}"))
        .label("anybody may make one")
        .severity(severity)
        .related(action.item.span, "allowed here")
        .help("start with a prefix of your own, or pin `aws:ResourceAccount`");
}

/// Whether a bucket's name starts with a wildcard and has letters of its own behind.
fn open_start(resource: &ResourceFact<'_>) -> bool {
    let Some(rest) = resource.text.split_once(":s3:::").map(|(_, rest)| rest) else { return false };
    let bucket = rest.split('/').next().unwrap_or("");
    bucket.starts_with(['*', '?']) && bucket.bytes().any(|b| b.is_ascii_alphanumeric())
}
