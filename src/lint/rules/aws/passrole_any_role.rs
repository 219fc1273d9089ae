use crate::lint::holding::Holding;
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    if facts.not_resource || !context.grants() {
        return;
    }
    let Some(action) = facts.applies_to("iam:passrole") else { return };
    let every_role = |field: &str| matches!(field, "role/*" | "role*" | "*");
    let wide = facts.resources.iter().find(|resource| {
        !resource.all && resource.field(2) == Some("iam") && resource.field(5).is_some_and(every_role)
    });
    let Some(resource) = wide else { return };
    if facts.pinned_by(&["iam:passedtoservice", "iam:associatedresourcearn"]) {
        return;
    }
    let Some(capped) = Holding::of(context.document()).surely("iam:passrole", resource.text) else { return };
    let message = "this lets the holder hand any role of the account to any service and act with it";
    sink.report(action, message)
        .label("allows `iam:PassRole`")
        .related(resource.item.span, "every role of the account")
        .witness(format!("iam:PassRole on {}", resource.item.text.display()))
        .granted_by(action)
        .capped(capped);
}
