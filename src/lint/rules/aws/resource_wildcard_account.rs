use crate::lint::{Check, ResourceFact, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    if !context.grants() || facts.not_action || facts.not_resource {
        return;
    }
    let Some(action) = facts.actions.iter().find(|action| action.lower == "sts:assumerole") else { return };
    if facts.pinned_by(&[
        "aws:resourceaccount",
        "aws:resourceorgid",
        "aws:resourceorgpaths",
        "aws:resourcetag/*",
        "sts:externalid",
    ]) {
        return;
    }
    // a service that passes the call on has accounts of its own
    if facts.conditions.iter().any(|c| c.key.starts_with("aws:calledvia") || c.key == "aws:viaawsservice") {
        return;
    }
    let named = |resource: &&ResourceFact<'_>| {
        resource.field(4) == Some("*")
            && resource.field(5).is_some_and(|rest| rest.starts_with("role/") && rest != "role/*")
    };
    if let Some(resource) = facts.resources.iter().find(named) {
        let shown = resource.item.text.display();
        sink.report(
            resource.item.span,
            format!("`{shown}` is in strangers' accounts too: anybody may make such a role"),
        )
        .related(action.item.span, "may be assumed")
        .help("name the accounts, or pin `aws:ResourceOrgID` to your organization");
    }
}
