use crate::carrier::declaration::Carrier;
use crate::lint::rules::record_common::{is_absent, is_made};
use crate::lint::{Check, RecordContext, Sink};

pub(super) const CHECK: Check = Check::Record(check);

fn check(context: &RecordContext<'_>, sink: &mut Sink<'_>) {
    let record = context.record;
    let (kept, help) = if record.carrier == Carrier::CloudFormation {
        ("what the stack hands on", "give the workload a role; if it must be a key, keep it in Secrets Manager")
    } else {
        ("the state", "give the workload a role; if it must be a key, encrypt it with `pgp_key`")
    };
    if record.kind == "aws_iam_access_key" && is_absent(&record.body, "pgp_key") && is_made(record) {
        sink.report(record.kind_span, format!("the secret of this access key lies in {kept}, and never expires"))
            .label("a long-lived credential")
            .help(help);
    }
}
