use super::variable_common::variables;
use crate::aws::catalog::catalog;
use crate::lint::{Check, Sink, StatementContext};
use crate::suggest::closest;

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    for (key, span) in variables(context.facts) {
        // keys of services and providers, and what a template has put there, are not judged
        let global = key.get(..4).is_some_and(|prefix| prefix.eq_ignore_ascii_case("aws:"));
        if !global || key.contains('/') || catalog().global_key(key).is_some() {
            continue;
        }
        let names = catalog().global_keys().iter().map(|known| known.name.as_str());
        if let Some(near) = closest(key, names) {
            sink.report(*span, format!("no request has `{key}`, so this matches nothing"))
                .help(format!("did you mean `{near}`?"));
        }
    }
}
