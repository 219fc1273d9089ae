use crate::aws::document::PolicyKind;
use crate::lint::{Check, DocumentContext, Sink};
use crate::source::HOLE;

pub(super) const CHECK: Check = Check::AwsDocument(check);

fn check(context: &DocumentContext<'_>, sink: &mut Sink<'_>) {
    let policy = context.policy;
    if context.kind != PolicyKind::Resource || policy.kind_guessed || policy.service.as_deref() != Some("s3") {
        return;
    }
    let [(attached, place)] = policy.attached_to.as_slice() else { return };
    let bucket = attached.known().filter(|name| !name.contains([':', '/', '$', '{']));
    // what the bucket is called by reference: `aws_s3_bucket.data`
    let own = attached.holes().iter().flat_map(|hole| &hole.unknown.refs).map(|r| base(r)).next();
    for resource in context.statements.iter().flat_map(|facts| &facts.resources) {
        let text = resource.text;
        let literal = text.split_once(":s3:::").map(|(_, rest)| rest.split('/').next().unwrap_or(""));
        let foreign = match (bucket, literal, own) {
            (Some(bucket), Some(name), _) if !name.contains(['*', '?', '$', '{', '<', HOLE]) => name != bucket,
            _ => {
                let other = resource.item.text.holes().first().and_then(|hole| hole.unknown.refs.first());
                let bucket_ref = |reference: &&str| reference.starts_with("aws_s3_bucket.") && !reference.contains('[');
                text.starts_with(HOLE)
                    && own
                        .filter(bucket_ref)
                        .is_some_and(|own| other.map(|r| base(r)).filter(bucket_ref).is_some_and(|other| other != own))
            }
        };
        if foreign {
            let shown = resource.item.text.display();
            let finding = sink.report(
                resource.item.span,
                format!("`{shown}` is not of the bucket that this policy is on: S3 refuses the policy"),
            );
            finding.label("another bucket").related(*place, "the bucket of the policy");
        }
    }
}

/// `aws_s3_bucket.data` of `aws_s3_bucket.data.arn`.
fn base(reference: &str) -> &str {
    let mut dots = reference.match_indices('.').map(|(at, _)| at);
    dots.nth(1).and_then(|at| reference.get(..at)).unwrap_or(reference)
}
