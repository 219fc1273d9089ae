use crate::aws::catalog::catalog;
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    for resource in context.facts.resources.iter().filter(|resource| resource.item.text.is_known()) {
        let (Some("arn"), Some(service), Some(_)) = (resource.field(0), resource.field(2), resource.field(5)) else {
            continue;
        };
        if service.bytes().any(|b| b.is_ascii_uppercase()) && catalog().has_service(service) {
            sink.report(resource.item.span, format!("ARNs compare with case, and no service is called `{service}`"))
                .label("matches nothing")
                .help(format!("write `{}`", service.to_ascii_lowercase()));
        }
    }
}
