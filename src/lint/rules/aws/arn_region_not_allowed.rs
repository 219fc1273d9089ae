use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    for resource in context.facts.resources.iter().filter(|resource| resource.item.text.is_known()) {
        let (Some(service), Some(region), Some(rest)) = (resource.field(2), resource.field(3), resource.field(5))
        else {
            continue;
        };
        let account = resource.field(4).unwrap_or("");
        let global = match service {
            "iam" | "route53" | "cloudfront" | "organizations" => true,
            // a bucket has neither Region nor account; what has both is an access point or the like
            "s3" => account.is_empty() && !rest.contains("accesspoint"),
            _ => false,
        };
        if global && !region.is_empty() && !region.contains(['*', '?', '$']) {
            sink.report(
                resource.item.span,
                format!("ARNs of `{service}` have no Region, so `{}` matches nothing", resource.text),
            )
            .help("leave the fourth field empty");
        }
    }
}
