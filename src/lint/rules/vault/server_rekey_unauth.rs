use super::listener_common::{Switch, reached, report};
use crate::lint::{Check, ObjectContext, Sink};

pub(super) const CHECK: Check = Check::VaultObject(check);

const SWITCHES: &[Switch] = &[
    (
        "",
        "disable_unauthed_rekey_endpoints",
        false,
        "whoever reaches the listener starts and cancels rekeys, without a token",
    ),
    (
        "",
        "disable_unauthed_generate_root_endpoints",
        false,
        "whoever reaches the listener starts and cancels the making of root tokens, without a token",
    ),
];

fn check(context: &ObjectContext<'_>, sink: &mut Sink<'_>) {
    if reached(context.body()) {
        report("listener", SWITCHES, context, sink);
    }
}
