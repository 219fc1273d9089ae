use super::redundancy_common as redundancy;
use crate::lint::{Check, DocumentContext, Sink};

pub(super) const CHECK: Check = Check::AwsDocument(check);

fn check(context: &DocumentContext<'_>, sink: &mut Sink<'_>) {
    for found in context.facts.dead_allows() {
        if redundancy::contradicts(context, found) {
            let message = "the same requests are allowed here and denied by the same policy: the denial wins";
            redundancy::report(context, found, message, "allowed and denied", sink);
        }
    }
}
