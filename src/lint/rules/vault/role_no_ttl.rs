use crate::lint::{Check, RoleContext, Sink};
use crate::model::Subject;
use crate::vault::roles::{Fact, Method};

pub(super) const CHECK: Check = Check::AuthRole(&[], check);

/// The server's own default.
const DEFAULT_LEASE: i64 = 768 * 3600;

fn check(context: &RoleContext<'_>, sink: &mut Sink<'_>) {
    let role = context.role;
    let token = &role.token;
    let unlimited = |fact: &Fact<i64>| fact.or_default(0) == Some(0);
    // Mappings of these methods have no TTL: it is the mount's.
    let mapped = role.subject != Subject::Role && !matches!(role.method, Method::Userpass | Method::Cert);
    let limits = [&token.ttl, &token.max_ttl, &token.explicit_max_ttl, &token.period];
    if mapped || !limits.into_iter().all(unlimited) || token.token_type.known().is_some_and(|t| t == "batch") {
        return;
    }
    let mount = role.mount_id.and_then(|id| context.inputs.model.vault.mount(id));
    let tuned =
        |fact: &Fact<i64>| fact.is_unknown() || fact.known().is_some_and(|ttl| *ttl > 0 && *ttl < DEFAULT_LEASE);
    if mount.is_some_and(|mount| tuned(&mount.max_lease_ttl) || tuned(&mount.default_lease_ttl)) {
        return;
    }
    let span = role.named.as_ref().map_or(context.declaration.span, |(_, span)| *span);
    let name = role.name.as_deref().unwrap_or(&context.declaration.address);
    sink.report(span, format!("tokens of `{name}` live for 32 days: neither role nor mount sets a TTL"))
        .help("set `token_ttl` and `token_max_ttl`");
}
