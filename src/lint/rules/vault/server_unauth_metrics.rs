use super::listener_common::{Switch, reached, report};
use crate::lint::{Check, ObjectContext, Sink};
use crate::vault::roles::field;

pub(super) const CHECK: Check = Check::VaultObject(check);

const SWITCHES: &[Switch] = &[(
    "telemetry",
    "unauthenticated_metrics_access",
    true,
    "whoever reaches the listener reads the metrics, names of mounts, namespaces and policies among them",
)];

fn check(context: &ObjectContext<'_>, sink: &mut Sink<'_>) {
    let listener = context.body();
    let telemetry = listener.each_of("telemetry");
    // A listener of its own is how metrics are kept apart.
    let apart = telemetry.iter().any(|block| field::boolean(block, &["metrics_only"]).known() == Some(&true));
    if reached(listener) && !apart {
        report("listener", SWITCHES, context, sink);
    }
}
