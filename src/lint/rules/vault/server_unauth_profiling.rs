use super::listener_common::{Switch, reached, report};
use crate::lint::{Check, ObjectContext, Sink};

pub(super) const CHECK: Check = Check::VaultObject(check);

const SWITCHES: &[Switch] = &[
    ("profiling", "unauthenticated_pprof_access", true, "whoever reaches the listener takes profiles of the server"),
    (
        "profiling",
        "unauthenticated_in_flight_request_access",
        true,
        "whoever reaches the listener sees the requests that are in flight",
    ),
    (
        "inflight_requests_logging",
        "unauthenticated_in_flight_requests_access",
        true,
        "whoever reaches the listener sees the requests that are in flight",
    ),
];

fn check(context: &ObjectContext<'_>, sink: &mut Sink<'_>) {
    if reached(context.body()) {
        report("listener", SWITCHES, context, sink);
    }
}
