use super::escalation_common::first;
use super::grant_common::Reach;
use crate::lint::holding::Holding;
use crate::lint::{Check, DocumentContext, Sink};

pub(super) const CHECK: Check = Check::AwsDocument(check);

const ACTIONS: &[&str] =
    &["iam:createaccesskey", "iam:createloginprofile", "iam:updateloginprofile", "iam:updateassumerolepolicy"];

fn check(context: &DocumentContext<'_>, sink: &mut Sink<'_>) {
    if context.grants_to_identity() {
        first(
            &Holding::of(context),
            ACTIONS,
            Reach::Every,
            sink,
            (
                |action: &str| format!("`{action}` lets the holder act as any other user or role of the account"),
                "limit it to the caller's own user, `user/${aws:username}`, or to a path without administrators",
            ),
        );
    }
}
