use crate::lint::{Check, RoleContext, Sink};
use crate::vault::roles::field;

pub(super) const CHECK: Check = Check::AuthRole(&["aws"], check);

fn check(context: &RoleContext<'_>, sink: &mut Sink<'_>) {
    for (arn, span) in field::string_list(context.body, &["bound_iam_principal_arn"]).known() {
        let Some((account, rest)) = arn.split_once(":iam::").and_then(|(_, rest)| rest.split_once(':')) else {
            continue;
        };
        if matches!(rest, "*" | "role/*" | "user/*" | "root") && !account.contains('*') {
            sink.report(
                span,
                format!("every principal of account `{account}` that may sign a request can log in by `{arn}`"),
            )
            .label("the whole account")
            .help("name the role: whoever may create principals in the account is in else");
        }
    }
}
