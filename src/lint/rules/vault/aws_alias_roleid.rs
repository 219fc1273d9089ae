use super::alias_common::{alias_by, goes_by_entity, one};
use crate::lint::{Check, RoleContext, Sink};
use crate::vault::roles::field;

pub(super) const CHECK: Check = Check::AuthRole(&["aws"], check);

fn check(context: &RoleContext<'_>, sink: &mut Sink<'_>) {
    let (inputs, role) = (context.inputs, context.role);
    let Some((policy, span)) = goes_by_entity(inputs, role) else { return };
    let ec2 = field::string(context.body, &["auth_type"]).known().is_some_and(|kind| kind == "ec2");
    let bound = field::string_list(context.body, &["bound_iam_principal_arn", "bound_iam_principal_arns"]);
    let instance = field::string_list(context.body, &["bound_ec2_instance_id", "bound_ec2_instance_ids"]);
    if one(if ec2 { &instance } else { &bound }) || bound.unknown {
        return;
    }
    let key = if ec2 { "ec2_alias" } else { "iam_alias" };
    if alias_by(inputs, role, key).as_deref() == Some("role_id") {
        sink.report(
            span,
            format!("`{policy}` goes by the entity, and every AWS principal that logs in here shares one"),
        )
        .label("one entity for the whole role")
        .help(format!("set `{key}` of the method's identity configuration to what tells callers apart"));
    }
}
