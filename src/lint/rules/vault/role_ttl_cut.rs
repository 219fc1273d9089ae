use crate::lint::{Check, RoleContext, Sink};
use crate::vault::roles::{Fact, spelled};

pub(super) const CHECK: Check = Check::AuthRole(&[], check);

fn check(context: &RoleContext<'_>, sink: &mut Sink<'_>) {
    let role = context.role;
    let mount = role.mount_id.and_then(|id| context.inputs.model.vault.mount(id));
    let Some(max) = mount.and_then(|mount| mount.tuning.max.known().copied()).filter(|max| *max > 0) else { return };
    let token = &role.token;
    for (fact, what) in [(&token.period, "period"), (&token.max_ttl, "maximum"), (&token.ttl, "TTL")] {
        if let Fact::Known(given, span) = fact
            && *given > max
        {
            let (given, max) = (spelled(*given), spelled(max));
            sink.report(*span, format!("the {what} of {given} is cut to {max}, the maximum of the mount"))
                .label("above the mount's maximum");
            return;
        }
    }
}
