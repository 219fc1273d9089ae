use super::size_common::measure;
use crate::lint::{Check, Confidence, DocumentContext, Severity, Sink};

pub(super) const CHECK: Check = Check::AwsDocument(check);

fn check(context: &DocumentContext<'_>, sink: &mut Sink<'_>) {
    let Some(size) = measure(context).filter(|size| size.length > size.limit) else { return };
    let span = context.document.version.as_ref().map_or(context.document.span, |(_, span)| *span);
    let message = format!(
        "the policy is {} characters long as AWS counts, and {} may have {}",
        size.length, size.what, size.limit
    );
    let finding = sink.report(span, message);
    finding.unit = context.document.span;
    if !size.sure {
        finding.severity(Severity::Low).confidence(Confidence::Low);
    }
}
