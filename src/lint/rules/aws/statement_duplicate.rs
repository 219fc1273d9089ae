use super::redundancy_common as redundancy;
use crate::lint::{Check, DocumentContext, Sink};

pub(super) const CHECK: Check = Check::AwsDocument(check);

fn check(context: &DocumentContext<'_>, sink: &mut Sink<'_>) {
    for found in context.facts.needless_allows().iter().chain(context.facts.needless_denies()) {
        // the first of the two stays
        if redundancy::twin(context, found) && found.by.iter().all(|by| *by < found.statement) {
            redundancy::report(context, found, "another statement says exactly the same", "said twice", sink);
        }
    }
}
