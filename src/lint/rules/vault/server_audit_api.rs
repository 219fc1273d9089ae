use super::listener_common::{Switch, report};
use crate::lint::{Check, ObjectContext, Sink};

pub(super) const CHECK: Check = Check::VaultObject(check);

const SWITCHES: &[Switch] = &[
    (
        "",
        "unsafe_allow_api_audit_creation",
        true,
        "whoever may write `sys/audit` has the server write files where they like",
    ),
    ("", "allow_audit_log_prefixing", true, "whoever may write `sys/audit` chooses how the files begin that it writes"),
];

fn check(context: &ObjectContext<'_>, sink: &mut Sink<'_>) {
    report("config", SWITCHES, context, sink);
}
