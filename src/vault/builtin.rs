//! Policies that every server has.
//! spec: vault-acl, section f

use super::capability::Capability::{self, Create, Delete, List, Read, Update};
use super::dialect::Dialect;

/// The policy that allows everything and has no text.
pub const ROOT: &str = "root";

/// Names that no one can write a policy under, or not freely.
#[must_use]
pub fn is_reserved(name: &str, dialect: Dialect) -> bool {
    matches!(name, ROOT | "response-wrapping") || (name == "control-group" && !dialect.is_openbao())
}

/// The text of a built-in policy as a fresh server has it: `default`, `response-wrapping`
/// and Vault's `control-group`. An upgrade never rewrites `default`, so that a live one
/// may differ.
#[must_use]
pub fn text(name: &str, dialect: Dialect) -> Option<String> {
    let stanzas: Vec<(&str, &[Capability])> = match name {
        "default" => default_policy(dialect),
        "response-wrapping" => vec![("cubbyhole/response", &[Create, Read]), ("sys/wrapping/unwrap", &[Update])],
        "control-group" if !dialect.is_openbao() => {
            vec![("cubbyhole/control-group", &[Update, Create, Read]), ("sys/wrapping/unwrap", &[Update])]
        }
        _ => return None,
    };
    let mut out = String::new();
    for (path, capabilities) in stanzas {
        let names: Vec<String> = capabilities.iter().map(|capability| format!("\"{capability}\"")).collect();
        out.push_str("path \"");
        out.push_str(path);
        out.push_str("\" {\n  capabilities = [");
        out.push_str(&names.join(", "));
        out.push_str("]\n}\n");
    }
    Some(out)
}

fn default_policy(dialect: Dialect) -> Vec<(&'static str, &'static [Capability])> {
    let mut stanzas: Vec<(&str, &[Capability])> = vec![
        ("auth/token/lookup-self", &[Read]),
        ("auth/token/renew-self", &[Update]),
        ("auth/token/revoke-self", &[Update]),
        ("sys/capabilities-self", &[Update]),
        ("identity/entity/id/{{identity.entity.id}}", &[Read]),
        ("identity/entity/name/{{identity.entity.name}}", &[Read]),
        ("sys/internal/ui/resultant-acl", &[Read]),
        ("sys/leases/renew", &[Update]),
        ("sys/leases/lookup", &[Update]),
        ("cubbyhole/*", &[Create, Read, Update, Delete, List]),
        ("sys/wrapping/wrap", &[Update]),
        ("sys/wrapping/lookup", &[Update]),
        ("sys/wrapping/unwrap", &[Update]),
        ("sys/tools/hash", &[Update]),
        ("sys/tools/hash/*", &[Update]),
        ("identity/oidc/provider/+/authorize", &[Read, Update]),
    ];
    if !dialect.openbao_since(2, 5, 4) {
        stanzas.push(("sys/renew", &[Update]));
    }
    if !dialect.is_openbao() {
        stanzas.push(("sys/control-group/request", &[Update]));
    }
    stanzas
}
