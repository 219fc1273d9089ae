use super::escalation_common::{report, spelled};
use super::grant_common::{Reach, grant};
use crate::lint::holding::Holding;
use crate::lint::{Check, DocumentContext, Sink};

pub(super) const CHECK: Check = Check::AwsDocument(check);

const CHANGES: [&str; 4] =
    ["iam:attachrolepolicy", "iam:putrolepolicy", "iam:updateassumerolepolicy", "iam:createpolicyversion"];

fn check(context: &DocumentContext<'_>, sink: &mut Sink<'_>) {
    if !context.grants_to_identity() {
        return;
    }
    let holding = Holding::of(context);
    let Some(assume) = grant(&holding, "sts:assumerole", Reach::Every) else { return };
    let changes = CHANGES.iter().filter_map(|action| grant(&holding, action, Reach::Any));
    if let Some(change) = changes.min_by_key(|grant| (grant.lowered, grant.span.start)) {
        let changes = spelled(change.action);
        let message =
            format!("`{changes}` with `sts:AssumeRole` on every role lets the holder raise a role and become it");
        let help = "name the roles to assume, and let none of them be among those that may be changed";
        report(&[change, assume], change, (message, help), sink.severity(), sink);
    }
}
