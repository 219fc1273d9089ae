use crate::lint::rules::record_common::is_made;
use crate::lint::{Check, RecordContext, Sink};
use crate::vault::roles::field::{self, Fact};

pub(super) const CHECK: Check = Check::Record(check);

fn check(context: &RecordContext<'_>, sink: &mut Sink<'_>) {
    let record = context.record;
    if record.kind != "vault_policy" || !is_made(record) {
        return;
    }
    if let Fact::Known(true, span) = field::boolean(&record.body, &["allow_overwrite"]) {
        sink.report(span, "a policy of this name that somebody else keeps is replaced without a word")
            .help("set it to false, and import the policy if it is there already");
    }
}
