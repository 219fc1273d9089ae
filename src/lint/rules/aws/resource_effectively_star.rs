use crate::lint::{Check, ResourceFact, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    if !context.grants()
        || facts.not_action
        || facts.not_resource
        || facts.conditional
        || facts.any_resource().is_some()
    {
        return;
    }
    let Some(resource) = facts.resources.iter().find(|resource| open(resource)) else { return };
    // reading and listing of everything is the business of other rules; every function writes logs
    let own = |service: &str| resource.field(2) == Some(service) && !matches!(service, "logs" | "execute-api");
    let writes = facts
        .actions
        .iter()
        .find(|action| own(action.service()) && action.known().is_some_and(|(_, known)| known.level.mutates()));
    let Some(action) = writes else { return };
    let (shown, what) = (resource.item.text.display(), action.item.text.display());
    sink.report(resource.item.span, format!("`{shown}` is every resource there is: `{what}` is not limited by it"))
        .label("as good as `*`")
        .related(action.item.span, "on all of them")
        .help("name the account and the resources that are meant");
}

/// Whether every part of an ARN that tells resources apart is open.
fn open(resource: &ResourceFact<'_>) -> bool {
    let star = |text: &str| !text.is_empty() && text.bytes().all(|b| b == b'*' || b == b'/' || b == b':');
    let (Some(service), Some(region), Some(account), Some(rest)) =
        (resource.field(2), resource.field(3), resource.field(4), resource.field(5))
    else {
        return false;
    };
    let nowhere = account.is_empty() && region.is_empty() && service == "s3";
    let anywhere = matches!(account, "*") && (region.is_empty() || region == "*");
    (nowhere || anywhere) && star(rest) && !resource.all
}
