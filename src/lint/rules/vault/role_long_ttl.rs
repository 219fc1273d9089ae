use crate::lint::{Check, RoleContext, Sink};
use crate::vault::roles::{Fact, spelled};

pub(super) const CHECK: Check = Check::AuthRole(&[], check);

/// What is too long for a token that nobody renews.
const LONG: i64 = 72 * 3600;

fn check(context: &RoleContext<'_>, sink: &mut Sink<'_>) {
    let Fact::Known(given, span) = context.role.token.ttl else { return };
    // What is not known of the mount cannot make it longer than the role says.
    let ttl = context.inputs.model.vault.lifetime(context.role).ttl.unwrap_or(given);
    if ttl > LONG {
        let name = context.role.name.as_deref().unwrap_or(&context.declaration.address);
        sink.report(span, format!("tokens of `{name}` live {} without renewal", spelled(ttl)));
    }
}
