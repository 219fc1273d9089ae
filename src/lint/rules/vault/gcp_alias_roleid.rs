use super::alias_common::{alias_by, goes_by_entity, one};
use crate::lint::{Check, RoleContext, Sink};
use crate::vault::roles::field;

pub(super) const CHECK: Check = Check::AuthRole(&["gcp"], check);

fn check(context: &RoleContext<'_>, sink: &mut Sink<'_>) {
    let (inputs, role) = (context.inputs, context.role);
    let Some((policy, span)) = goes_by_entity(inputs, role) else { return };
    let accounts = field::string_list(context.body, &["bound_service_accounts"]);
    let field::Fact::Known(kind, _) = field::string(context.body, &["type"]) else { return };
    if one(&accounts) || accounts.unknown {
        return;
    }
    let key = if kind == "gce" { "gce_alias" } else { "iam_alias" };
    if alias_by(inputs, role, key).as_deref() == Some("role_id") {
        sink.report(span, format!("`{policy}` goes by the entity, and everybody who logs in here shares one"))
            .label("one entity for the whole role")
            .help(format!("set `{key}` of the method's configuration to what tells callers apart"));
    }
}
