use super::size_common::limit;
use crate::lint::{Check, Confidence, DocumentContext, Severity, Sink};

pub(super) const CHECK: Check = Check::AwsDocument(check);

fn check(context: &DocumentContext<'_>, sink: &mut Sink<'_>) {
    let Some(limit) = limit(context) else { return };
    let Some(length) = limit.length_above(limit.most, context) else { return };
    let span = context.document.version.as_ref().map_or(context.document.span, |(_, span)| *span);
    let (least, count) = (if length.exact { "" } else { "at least " }, length.count);
    let message = format!(
        "the policy is {least}{count} characters long as AWS counts, and {} may have {}",
        limit.what, limit.most
    );
    let finding = sink.report(span, message);
    finding.unit = context.document.span;
    if !limit.sure {
        finding.severity(Severity::Low).confidence(Confidence::Low);
    }
}
