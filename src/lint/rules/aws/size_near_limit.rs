use super::size_common::limit;
use crate::lint::{Check, DocumentContext, Sink};

pub(super) const CHECK: Check = Check::AwsDocument(check);

fn check(context: &DocumentContext<'_>, sink: &mut Sink<'_>) {
    let Some(limit) = limit(context).filter(|limit| limit.sure) else { return };
    let Some(length) =
        limit.length_above(limit.most * 9 / 10, context).filter(|length| length.exact && length.count <= limit.most)
    else {
        return;
    };
    let span = context.document.version.as_ref().map_or(context.document.span, |(_, span)| *span);
    let length = length.count;
    let message = format!("the policy has {length} of the {} characters that {} may have", limit.most, limit.what);
    sink.report(span, message).unit = context.document.span;
}
