use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::carrier::declaration::VaultKind;
use crate::lint::{Check, Inputs, Sink};
use crate::model::Role;
use crate::syntax::{Node, Value};
use crate::vault::roles::{Method, StringList, field};
use crate::vault::token_role::glob_matches;

pub(super) const CHECK: Check = Check::Model(check);

/// A role with the CA that it trusts, and the common names that it takes.
struct Trusting<'a> {
    role: &'a Role,
    authority: String,
    names: StringList,
}

fn check(inputs: &Inputs<'_>, sink: &mut Sink<'_>) {
    let mut mounts: BTreeMap<(&str, &str), Vec<Trusting<'_>>> = BTreeMap::new();
    for role in inputs.model.vault.roles.iter().filter(|role| role.method == Method::Cert) {
        let (Some(mount), Some(body)) = (role.mount.as_deref(), inputs.model.vault_body(role.decl)) else { continue };
        let Some(certificate) = body.get("certificate") else { continue };
        let Some(authority) = authority(inputs, certificate) else { continue };
        let names = field::string_list(body, &["allowed_common_names"]);
        let names = if names.is_empty() { field::string_list(body, &["allowed_names"]) } else { names };
        let roles = mounts.entry((&role.namespace, mount)).or_default();
        let other = roles.iter().find(|other| other.authority != authority && meet(&other.names, &names));
        if let Some(Trusting { role: other, .. }) = other {
            let (Some((name, _)), Some((first, place))) = (&role.named, &other.named) else { continue };
            sink.report(
                certificate.span,
                format!(
                    "a certificate of this CA and one of the CA of `{}` with the same common name are one entity",
                    first.display()
                ),
            )
            .label(format!("`{}` trusts another CA on the same mount", name.display()))
            .related(*place, format!("`{}` here", first.display()))
            .help("mount the method once for each CA");
            continue;
        }
        roles.push(Trusting { role, authority, names });
    }
}

/// Whether some common name satisfies both bounds.
fn meet(a: &StringList, b: &StringList) -> bool {
    if a.unknown || b.unknown {
        return false;
    }
    let pairs = |a: &str| b.known().any(|(b, _)| glob_matches(a, b) || glob_matches(b, a));
    a.is_empty() || b.is_empty() || a.known().any(|(a, _)| pairs(a))
}

/// What a role trusts, where it certainly is a CA: a PKI mount of the model, or the text of
/// a CA's certificate.
fn authority(inputs: &Inputs<'_>, certificate: &Node) -> Option<String> {
    if let Some(pem) = certificate.as_str() {
        return is_ca(pem).then(|| pem.split_whitespace().collect());
    }
    let refs = match &certificate.value {
        Value::Unknown(unknown) => &unknown.refs,
        Value::String(text) => &text.holes().first()?.unknown.refs,
        _ => return None,
    };
    let model = inputs.model;
    let pki = |kind: &VaultKind| matches!(kind, VaultKind::SecretsConfig(engine) if engine == "pki");
    model.vault.objects.iter().filter(|object| pki(&object.kind)).find_map(|object| {
        let address = model.declaration(object.decl)?.address.as_str();
        let named = refs.iter().any(|one| one.strip_prefix(address).is_some_and(|rest| rest.starts_with('.')));
        named.then(|| format!("{} {}", object.namespace, object.mount.as_deref().unwrap_or(address)))
    })
}

/// Whether a PEM text holds a certificate whose basic constraints say that it is a CA.
fn is_ca(pem: &str) -> bool {
    let body = pem.split_once("-----BEGIN CERTIFICATE-----").and_then(|(_, rest)| rest.split_once("-----END"));
    let base64: String = body.map(|(body, _)| body.split_whitespace().collect()).unwrap_or_default();
    let Ok(der) = STANDARD.decode(base64) else { return false };
    let mut extensions = der.windows(3).enumerate().filter(|(_, bytes)| *bytes == [0x55, 0x1d, 0x13]);
    extensions.any(|(at, _)| {
        // a sequence that begins with `TRUE`, behind the flag `critical` and the octet string's head
        let after = der.get(at + 3..(at + 16).min(der.len())).unwrap_or_default();
        after.windows(5).any(|bytes| matches!(bytes, [0x30, _, 0x01, 0x01, 0xff]))
    })
}

#[cfg(test)]
mod tests {
    use super::is_ca;

    #[test]
    fn basic_constraints_tell_a_ca() {
        assert!(is_ca(CA));
        assert!(!is_ca(LEAF));
        assert!(!is_ca("-----BEGIN CERTIFICATE-----"));
        assert!(!is_ca("no certificate"));
    }

    const CA: &str = "-----BEGIN CERTIFICATE-----
MIIBbzCCARWgAwIBAgIUPcJ8JU4sWSVGP5GxKFWJRs1oQewwCgYIKoZIzj0EAwIw
DTELMAkGA1UEAwwCY2EwHhcNMjYxMTIyMDkyNTI5WhcNMjYxMTIzMDkyNTI5WjAN
MQswCQYDVQQDDAJjYTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABINdznvOXORZ
VlasfJwVZx6v7bXhqpCjc5mcEXZDdTICCsEaIZeN4TRAIVFRtk046B9kDCsGPwbs
V+0g0SbaomSjUzBRMB0GA1UdDgQWBBS1v6q+ThbtN3p9UbPq7jKG1R+9gDAfBgNV
HSMEGDAWgBS1v6q+ThbtN3p9UbPq7jKG1R+9gDAPBgNVHRMBAf8EBTADAQH/MAoG
CCqGSM49BAMCA0gAMEUCIQDonejjBwC4o/CZZEXBfKaY/y7oHme+L/LRA6yJMWnr
GAIgaj2ri5Mxls/GbV1Pdpszw1mOP+SoDrUfA2ADYsz4+Vo=
-----END CERTIFICATE-----";

    const LEAF: &str = "-----BEGIN CERTIFICATE-----
MIIBcDCCARagAwIBAgIUIM32+4TJnC/HKTeUBZlZO8G/ZUQwCgYIKoZIzj0EAwIw
DzENMAsGA1UEAwwEbGVhZjAeFw0yNjExMjIwOTI1MjlaFw0yNjExMjMwOTI1Mjla
MA8xDTALBgNVBAMMBGxlYWYwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAASifr8s
M1z1wLhAhs3imGoCO0e9jPSPbx3Lqv+cvrRy7Pk7nNW/V06cB5L+IEmS0JtXMuIN
VzcsQcJi67XUhQDCo1AwTjAdBgNVHQ4EFgQU66l3t/063JehXAq3nSMyudTJHH8w
HwYDVR0jBBgwFoAU66l3t/063JehXAq3nSMyudTJHH8wDAYDVR0TAQH/BAIwADAK
BggqhkjOPQQDAgNIADBFAiEAmIdPDP59eu9IzjKq6ataxGP4RprwzJ1jwa7t9ws6
oaMCICv+LZIVngnJy3q6pNcd/105Nu/xZNE2m3cRw9dfPjqK
-----END CERTIFICATE-----";
}
