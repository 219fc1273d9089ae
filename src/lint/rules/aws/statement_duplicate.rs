use super::redundancy_common as redundancy;
use crate::lint::{Check, DocumentContext, Sink};

pub(super) const CHECK: Check = Check::AwsDocument(check);

fn check(context: &DocumentContext<'_>, sink: &mut Sink<'_>) {
    for allow in [true, false] {
        for found in redundancy::subsumed(context, allow) {
            // the first of the two stays
            if redundancy::twin(context, &found) && found.by.iter().all(|by| *by < found.statement) {
                redundancy::report(context, &found, "another statement says exactly the same", "said twice", sink);
            }
        }
    }
}
