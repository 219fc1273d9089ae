use crate::aws::catalog::catalog;
use crate::lint::{Check, Sink, StatementContext};
use crate::suggest::closest;

pub(super) const CHECK: Check = Check::AwsStatement(check);

/// Services that ARNs name and no action does.
const OTHERS: &[&str] = &["cloudtrail-data", "elasticmapreduce", "mobiletargeting", "pinpoint", "opensearch"];

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    for resource in context.facts.resources.iter().filter(|resource| resource.item.text.is_known() && !resource.all) {
        let (Some("arn"), Some(service), Some(_)) = (resource.field(0), resource.field(2), resource.field(5)) else {
            continue;
        };
        let plain = service.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if service.len() < 2 || !plain || catalog().has_service(service) || OTHERS.contains(&service) {
            continue;
        }
        // the ARNs of some services are called otherwise than their actions
        let used = context.facts.actions.iter().filter_map(|action| catalog().service(action.service()));
        let mut known = used.flat_map(|used| &used.resources);
        if known.any(|kind| kind.field(2) == service) {
            continue;
        }
        let Some(near) = closest(service, catalog().prefixes().iter().copied()) else { continue };
        if near.len() < 3 || service.len() < 3 {
            continue;
        }
        sink.report(resource.item.span, format!("no ARN is of a service `{service}` (as of {})", catalog().date()))
            .label("matches nothing")
            .help(format!("did you mean `{near}`?"));
    }
}
