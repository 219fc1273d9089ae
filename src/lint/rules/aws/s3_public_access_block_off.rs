use super::bucket_common::{block_of, flag_span, is_on};
use crate::lint::rules::record_common::written;
use crate::lint::{Check, RecordContext, Severity, Sink};

pub(super) const CHECK: Check = Check::Record(check);

/// The flags, those about policies first.
const FLAGS: [&str; 4] = ["block_public_policy", "restrict_public_buckets", "block_public_acls", "ignore_public_acls"];

fn check(context: &RecordContext<'_>, sink: &mut Sink<'_>) {
    let record = context.record;
    let Some(block) = block_of(record).filter(|block| block.as_map().is_some()) else { return };
    let off: Vec<&str> = FLAGS.into_iter().filter(|flag| is_on(block, flag) == Some(false)).collect();
    let Some(first) = off.first() else { return };
    // either of the two flags keeps lists from opening the bucket
    let lists = off.iter().filter(|flag| flag.ends_with("acls")).count();
    let policies = off.len() - lists;
    if policies == 0 && lists < 2 {
        return;
    }
    let listed: Vec<String> = off.iter().map(|flag| format!("`{}`", written(context.inputs, record, flag))).collect();
    let what = if policies == 0 { "an access control list" } else { "a policy" };
    let finding = sink.report(
        flag_span(block, first, record.kind_span),
        format!("{} off: {what} may open `{}` to everybody", is_are(&listed), record.address),
    );
    finding.label("not blocked").help("set all four to true, which new buckets have without this");
    if policies < 2 {
        finding.severity(Severity::Low);
    }
}

fn is_are(names: &[String]) -> String {
    match names {
        [one] => format!("{one} is"),
        [rest @ .., last] => format!("{} and {last} are", rest.join(", ")),
        [] => String::new(),
    }
}
