use super::size_common::measure;
use crate::lint::{Check, DocumentContext, Sink};

pub(super) const CHECK: Check = Check::AwsDocument(check);

fn check(context: &DocumentContext<'_>, sink: &mut Sink<'_>) {
    let near = |length: usize, limit: usize| length <= limit && length.saturating_mul(10) > limit.saturating_mul(9);
    let Some(size) = measure(context).filter(|size| size.sure && near(size.length, size.limit)) else { return };
    let span = context.document.version.as_ref().map_or(context.document.span, |(_, span)| *span);
    let message =
        format!("the policy has {} of the {} characters that {} may have", size.length, size.limit, size.what);
    sink.report(span, message).unit = context.document.span;
}
