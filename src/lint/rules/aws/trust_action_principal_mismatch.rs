use crate::aws::document::{PolicyKind, PrincipalKind};
use crate::lint::{Check, Sink, StatementContext};

pub(super) const CHECK: Check = Check::AwsStatement(check);

fn check(context: &StatementContext<'_>, sink: &mut Sink<'_>) {
    let facts = context.facts;
    let statement = facts.statement;
    if context.kind() != PolicyKind::Trust || !facts.allow || facts.not_action {
        return;
    }
    let Some(principal) = statement.principal.as_ref().filter(|p| !p.negated && !p.star && !p.unknown) else { return };
    if principal.entries.is_empty() || principal.entries.iter().any(|entry| !entry.item.text.is_known()) {
        return;
    }
    let has = |saml: bool| {
        principal.entries.iter().any(|entry| {
            let text = entry.item.text.raw();
            text == "*"
                || (entry.kind == PrincipalKind::Federated
                    && text.contains(if saml { ":saml-provider" } else { "" })
                    && (saml || !text.contains(":saml-provider")))
        })
    };
    for action in facts.actions.iter().filter(|action| !action.wildcard) {
        let (saml, wants) = match action.lower.as_str() {
            "sts:assumerolewithsaml" => (true, "a SAML provider"),
            "sts:assumerolewithwebidentity" => (false, "an OIDC provider"),
            _ => continue,
        };
        if !has(saml) {
            let shown = action.item.text.display();
            sink.report(action.item.span, format!("`{shown}` is for {wants}, and none is among the principals"))
                .related(principal.span, "other principals")
                .help("AWS accounts and services use `sts:AssumeRole`");
        }
    }
}
