use super::redundancy_common as redundancy;
use crate::lint::{Check, DocumentContext, Sink};

pub(super) const CHECK: Check = Check::AwsDocument(check);

fn check(context: &DocumentContext<'_>, sink: &mut Sink<'_>) {
    for found in context.facts.dead_allows() {
        if !redundancy::contradicts(context, found) {
            let message = "this allows nothing: the same policy denies all of it";
            redundancy::report(context, found, message, "all of it is denied", sink);
        }
    }
}
