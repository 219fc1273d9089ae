use crate::lint::{Check, RoleContext, Sink};
use crate::vault::roles::Fact;

pub(super) const CHECK: Check = Check::AuthRole(&[], check);

fn check(context: &RoleContext<'_>, sink: &mut Sink<'_>) {
    let token = &context.role.token;
    if let (Fact::Known(ttl, span), Some(max)) = (&token.ttl, token.max_ttl.known())
        && *max > 0
        && ttl > max
    {
        sink.report(*span, format!("the server refuses the role: its TTL of {ttl}s is above its maximum of {max}s"))
            .label("above the maximum");
    }
}
