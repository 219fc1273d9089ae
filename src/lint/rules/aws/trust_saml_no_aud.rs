use crate::aws::document::{PolicyKind, PrincipalKind};
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    if context.kind() != PolicyKind::Trust || !facts.allow || facts.applies_to("sts:assumerolewithsaml").is_none() {
        return;
    }
    let entries = facts.statement.principal.iter().filter(|p| !p.negated).flat_map(|p| &p.entries);
    let saml = |text: &str| text.contains(":saml-provider/");
    let found = entries.filter(|e| e.kind == PrincipalKind::Federated).find(|e| saml(e.item.text.raw()));
    if let Some(provider) = found
        && !facts.pinned_by(&["saml:aud"])
    {
        sink.report(
            provider.item.span,
            "an assertion that the provider made for another application assumes this role",
        )
        .label("no audience is asked for")
        .help("pin `SAML:aud` to `https://signin.aws.amazon.com/saml`");
    }
}
