use crate::lint::rules::record_common::{is_absent, is_made, written};
use crate::lint::{Check, RecordContext, Sink};
use crate::syntax::{Node, Value};

pub(super) const CHECK: Check = Check::Record(check);

fn check(context: &RecordContext<'_>, sink: &mut Sink<'_>) {
    let record = context.record;
    let body = &record.body;
    if record.kind != "aws_kms_key" || !is_made(record) || body.as_map().is_none() {
        return;
    }
    // AWS rotates only symmetric keys for encryption whose material it made itself.
    let plain =
        |name: &str, default: &str| is_absent(body, name) || body.get(name).and_then(Node::as_str) == Some(default);
    let rotates = plain("customer_master_key_spec", "SYMMETRIC_DEFAULT")
        && plain("key_spec", "SYMMETRIC_DEFAULT")
        && plain("key_usage", "ENCRYPT_DECRYPT")
        && plain("origin", "AWS_KMS")
        && is_absent(body, "custom_key_store_id");
    if !rotates {
        return;
    }
    let span = match body.get("enable_key_rotation").map(|node| (&node.value, node.span)) {
        None | Some((Value::Null, _)) => record.kind_span,
        Some((Value::Bool(false), span)) => span,
        Some(_) => return,
    };
    let argument = written(context.inputs, record, "enable_key_rotation");
    sink.report(span, format!("the material of `{}` is never changed", record.address))
        .label("not rotated")
        .help(format!("set `{argument}` to true; what was encrypted before stays readable"));
}
