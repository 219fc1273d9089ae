use super::escalation_common::first;
use super::grant_common::Reach;
use crate::lint::holding::Holding;
use crate::lint::{Check, DocumentContext, Sink};

pub(super) const CHECK: Check = Check::AwsDocument(check);

const ACTIONS: &[&str] = &[
    "iam:deleteuserpermissionsboundary",
    "iam:deleterolepermissionsboundary",
    "iam:putuserpermissionsboundary",
    "iam:putrolepermissionsboundary",
];

fn check(context: &DocumentContext<'_>, sink: &mut Sink<'_>) {
    if context.grants_to_identity() {
        first(
            &Holding::of(context),
            ACTIONS,
            Reach::EveryOrSelf,
            sink,
            (
                |action: &str| {
                    format!("`{action}` lets the holder lift the permissions boundary that limits it or what it makes")
                },
                "deny it; to set boundaries, pin which one with `iam:PermissionsBoundary`",
            ),
        );
    }
}
