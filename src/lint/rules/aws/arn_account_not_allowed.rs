use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    for resource in context.facts.resources.iter().filter(|resource| resource.item.text.is_known()) {
        let (Some(service), Some(account), Some(rest)) = (resource.field(2), resource.field(4), resource.field(5))
        else {
            continue;
        };
        let digits = account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit());
        let none = match service {
            // what has an account is an access point, a job, a lens …
            "s3" => resource.field(3) == Some("") && !rest.contains("accesspoint") && !rest.starts_with(['*', '?']),
            "route53" => {
                rest.starts_with("hostedzone/") || rest.starts_with("change/") || rest.starts_with("healthcheck/")
            }
            _ => false,
        };
        if digits && none {
            let what = if service == "s3" { "buckets and objects" } else { "hosted zones, changes and health checks" };
            sink.report(
                resource.item.span,
                format!("ARNs of {what} have no account, so `{}` matches nothing", resource.text),
            )
            .help("leave the fifth field empty; `aws:ResourceAccount` limits to an account");
        }
    }
}
