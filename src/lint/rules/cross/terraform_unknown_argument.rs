//! See the page.

use super::notes_common::report;
use crate::lint::{Check, RecordContext, Sink};

pub(super) const CHECK: Check = Check::Record(check);

fn check(context: &RecordContext<'_>, sink: &mut Sink<'_>) {
    report("cross/terraform-unknown-argument", context, sink);
}
