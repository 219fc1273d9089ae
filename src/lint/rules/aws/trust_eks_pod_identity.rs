use super::service_common::{name, services};
use super::session_common::{allowed, whole_trust};
use crate::lint::{Check, DocumentContext, Sink};

pub(super) const CHECK: Check = Check::AwsDocument(check);

/// What the service does with a role.
const NEEDED: &[&str] = &["sts:AssumeRole", "sts:TagSession"];

fn check(context: &DocumentContext<'_>, sink: &mut Sink<'_>) {
    if !whole_trust(context) {
        return;
    }
    let allows = context.statements.iter().filter(|facts| facts.allow);
    let found = allows.flat_map(|facts| services(facts)).find(|(_, text)| name(text).as_deref() == Some("pods.eks"));
    let Some((entry, _)) = found else { return };
    let missing: Vec<&str> =
        NEEDED.iter().copied().filter(|action| !allowed(context, &action.to_ascii_lowercase())).collect();
    if !missing.is_empty() {
        let missing = missing.join("` and `");
        sink.report(entry.item.span, format!("EKS Pod Identity needs `{missing}` too: nobody gets this role"))
            .help(format!("allow `{}`", NEEDED.join("`, `")));
    }
}
