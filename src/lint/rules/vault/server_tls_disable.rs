use super::address_common::{is_local, is_open};
use crate::carrier::declaration::VaultKind;
use crate::lint::{Check, ObjectContext, Sink};
use crate::vault::roles::field::{self, Fact};

pub(super) const CHECK: Check = Check::VaultObject(check);

fn check(context: &ObjectContext<'_>, sink: &mut Sink<'_>) {
    let server = match &context.object.kind {
        VaultKind::Server(part) if part == "listener" => true,
        VaultKind::Agent(part) if part == "listener" => false,
        _ => return,
    };
    let body = context.body();
    let text = |name: &str| field::string(body, &[name]);
    // Metrics alone hold no token.
    if text("type").known().is_none_or(|kind| kind != "tcp")
        || text("role").known().is_some_and(|r| r == "metrics_only")
    {
        return;
    }
    let Fact::Known(true, span) = field::boolean(body, &["tls_disable"]) else { return };
    // Where none is given both listen at this machine alone.
    let Fact::Known(address, _) = text("address") else { return };
    if is_local(&address) || is_open(&address) {
        return;
    }
    let what = if server {
        "every token and secret crosses the network"
    } else {
        "what the agent fetches crosses the network"
    };
    sink.report(span, format!("{what} in the clear: the listener at `{address}` goes without TLS"))
        .label("without TLS")
        .help("give it `tls_cert_file` and `tls_key_file`, or have it listen at 127.0.0.1 behind what ends TLS");
}
