use super::alias_common::{goes_by_entity, one};
use crate::lint::{Check, RoleContext, Sink};
use crate::vault::roles::field;

pub(super) const CHECK: Check = Check::AuthRole(&["oci"], check);

fn check(context: &RoleContext<'_>, sink: &mut Sink<'_>) {
    let Some((policy, span)) = goes_by_entity(context.inputs, context.role) else { return };
    if one(&field::string_list(context.body, &["ocid_list"])) {
        return;
    }
    sink.report(span, format!("`{policy}` goes by the entity, and everybody who logs in through this role shares one"))
        .label("one entity for the whole role")
        .help("make a role for each workload");
}
