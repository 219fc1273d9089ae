use crate::lint::{Check, RoleContext, Sink};
use crate::vault::roles::field;

pub(super) const CHECK: Check = Check::AuthRole(&["jwt", "oidc"], check);

fn check(context: &RoleContext<'_>, sink: &mut Sink<'_>) {
    for (uri, span) in field::string_list(context.body, &["allowed_redirect_uris"]).known() {
        let local = ["http://localhost", "http://127.0.0.1", "http://[::1]"]
            .iter()
            .any(|host| uri.strip_prefix(host).is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/'])));
        let why = if uri.contains('*') {
            "is a pattern that a foreign address may match"
        } else if uri.starts_with("http://") && !local {
            "is unencrypted, so that the code can be read on the way"
        } else {
            continue;
        };
        sink.report(span, format!("the redirect address `{uri}` {why}")).label("whoever gets the code logs in");
    }
}
