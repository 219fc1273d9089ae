use crate::carrier::declaration::VaultKind;
use crate::lint::{Check, ObjectContext, Sink};
use crate::vault::roles::field::{self, Fact};

pub(super) const CHECK: Check = Check::VaultObject(check);

/// Ranges that hold every address, whole or in halves.
const ANY: &[&str] = &["0.0.0.0/0", "::/0", "0.0.0.0/1", "128.0.0.0/1", "::/1", "8000::/1"];

fn check(context: &ObjectContext<'_>, sink: &mut Sink<'_>) {
    if !matches!(&context.object.kind, VaultKind::Server(part) if part == "listener") {
        return;
    }
    let body = context.body();
    let trusted = field::string_list(body, &["x_forwarded_for_authorized_addrs"]);
    if let Some((range, span)) = trusted.known().find(|(range, _)| ANY.contains(range)) {
        sink.report(span, format!("`{range}` lets every client say itself where it comes from, in `X-Forwarded-For`"))
            .label("trusted to name the client")
            .help("name the addresses of the load balancers");
    }
    if let Fact::Known(behaviour, span) = field::string(body, &["proxy_protocol_behavior"])
        && behaviour == "use_always"
    {
        sink.report(span, "every client says itself where it comes from, in the header of the proxy protocol")
            .label("from anybody")
            .help("use `deny_unauthorized`, and name the load balancers in `proxy_protocol_authorized_addrs`");
    }
}
