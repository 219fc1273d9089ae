use super::escalation_common::first;
use super::grant_common::Reach;
use crate::lint::holding::Holding;
use crate::lint::{Check, DocumentContext, Sink};

pub(super) const CHECK: Check = Check::AwsDocument(check);

const ACTIONS: &[&str] = &[
    "sso:putinlinepolicytopermissionset",
    "sso:attachmanagedpolicytopermissionset",
    "sso:attachcustomermanagedpolicyreferencetopermissionset",
    "sso:createaccountassignment",
];

fn check(context: &DocumentContext<'_>, sink: &mut Sink<'_>) {
    if context.grants_to_identity() {
        first(
            &Holding::of(context),
            ACTIONS,
            Reach::Every,
            sink,
            (
                |action: &str| {
                    format!("`{action}` lets the holder give itself any access in the accounts of the organization")
                },
                "leave it to the administrators of IAM Identity Center",
            ),
        );
    }
}
