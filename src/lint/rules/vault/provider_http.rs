use crate::carrier::declaration::VaultKind;
use crate::lint::{Check, ObjectContext, Sink};
use crate::vault::roles::field::{self, Fact};

pub(super) const CHECK: Check = Check::VaultObject(check);

fn check(context: &ObjectContext<'_>, sink: &mut Sink<'_>) {
    if context.object.kind != VaultKind::Provider {
        return;
    }
    let body = context.body();
    if let Fact::Known(address, span) = field::string(body, &["address"])
        && let Some(rest) = address.strip_prefix("http://")
        && !is_local(rest)
    {
        sink.report(span, "the token and every secret go to Vault in the clear".to_owned())
            .label("without TLS")
            .help("use `https://`");
    }
    if let Fact::Known(true, span) = field::boolean(body, &["skip_tls_verify"]) {
        sink.report(
            span,
            "whoever stands in between gets the token: the server's certificate is not looked at".to_owned(),
        )
        .label("any certificate will do")
        .help("name the CA in `ca_cert_file`");
    }
}

/// Whether the host is this machine.
fn is_local(rest: &str) -> bool {
    let host = rest.split(['/', '?']).next().unwrap_or(rest);
    let name = host.strip_prefix("[::1]").map_or_else(|| host.split(':').next().unwrap_or(host), |_| "localhost");
    name == "localhost" || name.starts_with("127.")
}
