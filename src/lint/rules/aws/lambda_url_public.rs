use crate::lint::rules::record_common::is_made;
use crate::lint::{Check, RecordContext, Sink};

pub(super) const CHECK: Check = Check::Record(check);

fn check(context: &RecordContext<'_>, sink: &mut Sink<'_>) {
    let record = context.record;
    if record.kind != "aws_lambda_function_url" {
        return;
    }
    let node = record.body.get("authorization_type");
    let Some(node) = node.filter(|node| node.as_str() == Some("NONE") && is_made(record)) else { return };
    if node.as_text().is_some() {
        sink.report(
            node.span,
            format!("everybody on the internet may call `{}`: nobody is asked who they are", record.address),
        )
        .label("no authentication")
        .help("use `AWS_IAM`, or put CloudFront or an API with an authorizer before it");
    }
}
