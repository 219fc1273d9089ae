use super::redundancy_common as redundancy;
use crate::lint::{Check, DocumentContext, Sink};

pub(super) const CHECK: Check = Check::AwsDocument(check);

fn check(context: &DocumentContext<'_>, sink: &mut Sink<'_>) {
    for found in context.facts.needless_allows() {
        if redundancy::twin(context, found) || redundancy::bypassed(context, found) {
            continue;
        }
        let message = "other statements allow all that this one does: it can go";
        redundancy::report(context, found, message, "allowed anyway", sink);
    }
}
