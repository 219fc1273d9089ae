use crate::aws::catalog::catalog;
use crate::lint::{Check, Sink, StatementContext};
use crate::suggest::closest;

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    for condition in &context.facts.conditions {
        let key = condition.condition.key.raw();
        let Some((prefix, name)) = key.split_once(':').filter(|_| condition.condition.key.is_known()) else { continue };
        if prefix.eq_ignore_ascii_case("aws") || prefix.contains('.') || key.contains('/') || name.contains(':') {
            continue;
        }
        let Some(service) = catalog().service(prefix).filter(|service| service.key(key).is_none()) else { continue };
        // keys of one service that another one documents
        let used =
            context.facts.actions.iter().filter_map(|a| catalog().service(a.service())).any(|s| s.key(key).is_some());
        let own = service.keys.iter().map(|known| known.name.as_str()).filter(|known| !known.contains("${"));
        if let Some(near) = closest(key, own).filter(|near| !used && near.len().abs_diff(key.len()) <= 2) {
            sink.report(
                condition.condition.key_span,
                format!("`{key}` is no condition key of the service (as of {})", catalog().date()),
            )
            .label("never in a request")
            .help(format!("did you mean `{near}`?"));
        }
    }
}
