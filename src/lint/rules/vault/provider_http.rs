use super::address_common::{is_local, is_open};
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
        && !is_open(rest)
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
        .help("name the CA instead");
    }
}
