use crate::lint::{Check, RoleContext, Sink};
use crate::vault::roles::field;

pub(super) const CHECK: Check = Check::AuthRole(&["aws"], check);

fn check(context: &RoleContext<'_>, sink: &mut Sink<'_>) {
    for (arn, span) in field::string_list(context.body, &["bound_iam_principal_arn"]).known() {
        let inner = arn.strip_suffix('*').unwrap_or(arn);
        if arn == "*" || inner.contains('*') {
            sink.report(
                span,
                format!("`{arn}` matches no principal: only a `*` at the end of a longer ARN is a wildcard"),
            )
            .label("never matches");
        }
    }
}
