use super::variable_common::variables;
use crate::aws::catalog::catalog;
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    for (key, span) in variables(context.facts) {
        if catalog().global_key(key).is_some_and(|known| known.kind.multi) {
            sink.report(*span, format!("`{key}` may hold several values, and stands for none of them as a variable"))
                .label("matches nothing");
        }
    }
}
