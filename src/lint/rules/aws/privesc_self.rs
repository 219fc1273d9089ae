use super::escalation_common::{Holding, Reach, first};
use crate::lint::{Check, DocumentContext, Sink};

pub(super) const CHECK: Check = Check::AwsDocument(check);

const ACTIONS: &[&str] = &[
    "iam:attachuserpolicy",
    "iam:attachgrouppolicy",
    "iam:attachrolepolicy",
    "iam:putuserpolicy",
    "iam:putgrouppolicy",
    "iam:putrolepolicy",
    "iam:createpolicyversion",
    "iam:setdefaultpolicyversion",
    "iam:addusertogroup",
];

fn check(context: &DocumentContext<'_>, sink: &mut Sink<'_>) {
    if context.grants_to_identity() {
        first(
            &Holding::of(context),
            ACTIONS,
            Reach::EveryOrSelf,
            sink,
            (
                |action: &str| format!("`{action}` lets the holder give itself any permission"),
                "limit it to a path that the holder is not under, and demand a boundary with `iam:PermissionsBoundary`",
            ),
        );
    }
}
