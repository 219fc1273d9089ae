use crate::lint::rules::secret_common::stands_for;
use crate::lint::{Check, RoleContext, Sink};
use crate::vault::roles::field;

pub(super) const CHECK: Check = Check::AuthRole(&["userpass"], check);

fn check(context: &RoleContext<'_>, sink: &mut Sink<'_>) {
    let field::Fact::Known(password, span) = field::string(context.body, &["password"]) else { return };
    if stands_for(&password) {
        return;
    }
    let name = context.role.name.as_deref().unwrap_or("the user");
    sink.report(span, format!("the password of `{name}` stands in the clear"));
}
