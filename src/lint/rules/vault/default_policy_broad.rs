use crate::lint::{Check, Sink, StanzaContext};

pub(super) const CHECK: Check = Check::VaultStanza(check);

/// Where the stock policy grants (spec: vault-acl, section f), as prefixes.
const STOCK: &[&str] = &[
    "auth/token/lookup-self",
    "auth/token/renew-self",
    "auth/token/revoke-self",
    "sys/capabilities-self",
    "identity/entity/id/{{",
    "identity/entity/name/{{",
    "sys/internal/ui/",
    "sys/renew",
    "sys/leases/renew",
    "sys/leases/lookup",
    "cubbyhole/",
    "sys/wrapping/",
    "sys/tools/",
    "sys/control-group/request",
    "identity/oidc/provider/+/authorize",
];

fn check(context: &StanzaContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    let name = context.policy.policy.name.as_ref().and_then(|(name, _)| name.known());
    if name.is_none_or(|name| !name.eq_ignore_ascii_case("default")) || facts.grants.is_empty() {
        return;
    }
    if !STOCK.iter().any(|start| facts.path.starts_with(start)) {
        let path = facts.stanza.path.display();
        sink.report(facts.stanza.path_span, format!("`{path}` in the policy `default` is granted to every token"))
            .help("put it in a policy of its own");
    }
}
