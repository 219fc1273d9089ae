use super::escalation_common::{limited, listed, pass_set, report};
use crate::lint::holding::Holding;
use crate::lint::{Check, DocumentContext, Sink};

pub(super) const CHECK: Check = Check::AwsDocument(check);

fn check(context: &DocumentContext<'_>, sink: &mut Sink<'_>) {
    if !context.grants_to_identity() {
        return;
    }
    let holding = Holding::of(context);
    let Some(set) = pass_set(&holding) else { return };
    let Some((pass, others)) = set.split_first() else { return };
    let mut severity = sink.severity();
    if limited(&set) && !set.iter().any(|grant| grant.lowered) {
        severity = severity.milder();
    }
    let message = format!("with {} this runs the holder's code as any role that the service may take", listed(others));
    let help = "name the roles in `Resource` that may be passed, and pin the service with `iam:PassedToService`";
    report(&set, *pass, (message, help), severity, sink);
}
