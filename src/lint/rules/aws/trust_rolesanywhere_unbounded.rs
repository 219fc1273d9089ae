use super::service_common::{name, services};
use crate::aws::document::PolicyKind;
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    let trust = context.kind() == PolicyKind::Trust && facts.allow && facts.applies_to("sts:assumerole").is_some();
    if !trust || facts.pinned_by(&["aws:sourcearn", "aws:principaltag/*", "sts:sourceidentity"]) {
        return;
    }
    for (entry, _) in services(facts).filter(|(_, text)| name(text).as_deref() == Some("rolesanywhere")) {
        sink.report(entry.item.span, "a certificate of any trust anchor of the account assumes this role")
            .help("pin `aws:SourceArn` to the trust anchor, and the subject by `aws:PrincipalTag/x509Subject/CN`");
    }
}
