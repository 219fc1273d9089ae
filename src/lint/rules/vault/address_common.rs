//! Addresses that programs listen at or talk to.

/// Whether a host, perhaps with a port and what follows it, is this machine.
pub(super) fn is_local(address: &str) -> bool {
    let host = address.split(['/', '?']).next().unwrap_or(address);
    let name = host.strip_prefix("[::1]").map_or_else(|| host.split(':').next().unwrap_or(host), |_| "localhost");
    name == "localhost" || name.starts_with("127.")
}

/// Whether a host cannot be told: a template or variable that is filled in later. What
/// go-sockaddr works out (`GetPrivateIP`) is never this machine alone, unless it names it.
pub(super) fn is_open(address: &str) -> bool {
    let sockaddr = ["GetPrivateIP", "GetPublicIP", "GetDefaultInterfaces"].iter().any(|call| address.contains(call));
    !sockaddr && ["{{", "${", "<", "%", "$("].iter().any(|mark| address.contains(mark))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_is_told_from_others() {
        let table = [
            ("127.0.0.1:8200", true, false),
            ("localhost", true, false),
            ("[::1]:8200", true, false),
            ("0.0.0.0:8200", false, false),
            ("[::]:8200", false, false),
            (":8200", false, false),
            ("vault.vault.svc:8200/v1", false, false),
            ("{{ GetPrivateIP }}:8200", false, false),
            ("{{ GetInterfaceIP \"lo\" }}:8200", false, true),
            ("{{ vault_address }}:8200", false, true),
            ("${ADDRESS}:8200", false, true),
        ];
        for (address, local, open) in table {
            assert_eq!((is_local(address), is_open(address)), (local, open), "{address}");
        }
    }
}
