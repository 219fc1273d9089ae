use crate::lint::{Check, RoleContext, Sink};
use crate::model::Subject;
use crate::vault::roles::{Fact, Method, spelled};

pub(super) const CHECK: Check = Check::AuthRole(&[], check);

/// What is too long for a token that nobody renews.
const LONG: i64 = 72 * 3600;

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
    let Some(ttl) = context.inputs.model.vault.lifetime(role).ttl.filter(|ttl| *ttl > LONG) else { return };
    let span = role.named.as_ref().map_or(context.declaration.span, |(_, span)| *span);
    let name = role.name.as_deref().unwrap_or(&context.declaration.address);
    let ttl = spelled(ttl);
    sink.report(span, format!("tokens of `{name}` live for {ttl}: the role sets no TTL, and the mount no shorter one"))
        .help("set `token_ttl` and `token_max_ttl`");
}
